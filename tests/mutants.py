"""Mistakes that people make, planted to prove that the tests notice them."""

MUTANTS = {
    "Identity": [
        ("sign", "return dh", "return -dh"),
        ("missing term: doubled", "return dh", "return 2 * dh"),
        ("transposed order of the batch", "return dh", "return dh[::-1]"),
    ],
    "Sign": [
        ("straight-through", "np.zeros_like(dh)", "dh"),
        ("sign, straight-through", "np.zeros_like(dh)", "-dh"),
        ("ones for zeros", "np.zeros_like(dh)", "np.ones_like(dh)"),
    ],
    "Sigmoid": [
        ("sign", "return dh", "return -dh"),
        ("missing term", "* (1 - h)", ""),
        ("forgets dh", "return dh * h", "return h"),
        ("a for g(a)", "h = self.saved", "h = np.log(self.saved / (1 - self.saved))"),
    ],
    "Tanh": [
        ("sign", "return dh", "return -dh"),
        ("missing square", "h**2", "h"),
        ("sigmoid's derivative", "(1 - h**2)", "h * (1 - h)"),
        ("forgets dh", "dh * (1 - h**2)", "1 - h**2"),
    ],
    "ReLU": [
        ("sign", "return dh", "return -dh"),
        ("missing mask", "* slope", ""),
        ("mask turned round", "h > 0", "h <= 0"),
        ("value for mask", "(h > 0).astype(dh.dtype)", "h"),
        ("mask of dh, not of a", "h > 0", "dh > 0"),
    ],
    "Softmax": [
        ("sign", "return p", "return -p"),
        ("diagonal only", "(dp - (p * dp).sum(axis=-1, keepdims=True))", "(1 - p) * dp"),
        ("missing term", " - (p * dp).sum(axis=-1, keepdims=True)", ""),
        ("sum over the batch", "axis=-1", "axis=0"),
        ("sum without p", "(p * dp)", "dp"),
    ],
    "LogSoftmax": [
        ("sign", "dlog_p - p", "dlog_p + p"),
        ("missing term", " - p * dlog_p.sum(axis=-1, keepdims=True)", ""),
        ("log p for p", "np.exp(self.saved)", "self.saved"),
        ("sum over the batch", "axis=-1", "axis=0"),
    ],
    "Add": [
        ("sign", "dz, dz", "dz, -dz"),
        ("halved", "dz, dz", "dz / 2, dz / 2"),
        ("missing term", "dz, dz", "dz, 0 * dz"),
    ],
    "Multiply": [
        ("sign", "dz * y", "-dz * y"),
        ("factors swapped", "dz * y, dz * x", "dz * x, dz * y"),
        ("missing factor", "dz * y", "dz"),
        ("stale factors", "self.saved = x, y", "self.saved = self.saved or (x + 1, y)"),
    ],
    "Neuron": [
        ("sign", "return da", "return -da"),
        ("activation skipped", "da = self.g.bprop(dh)", "da = dh"),
        ("missing bias gradient", 'self.grads["bias"] += da.sum()', "pass"),
        ("mean for sum", "da.sum()", "da.mean()"),
        ("= for +=", '["weight"] +=', '["weight"] ='),
        ("da for dh forgotten twice", "da @ x", "dh @ x"),
    ],
    "Affine": [
        ("sign", "return da", "return -da"),
        (
            "transposed: W where W^T belongs",
            'da @ self.params["weight"]',
            'da @ self.params["weight"].T',
        ),
        ("transposed gradient", "da.T @ x", "(da.T @ x).T"),
        ("missing sum", "da.sum(axis=0)", "da[0]"),
        ("= for +=", '["bias"] +=', '["bias"] ='),
        ("= for += in the weights", '["weight"] +=', '["weight"] ='),
        ("mean over the batch, once too often", "da.T @ x", "da.T @ x / len(x)"),
        ("stale input", "self.saved = x", "self.saved = x if self.saved is None else self.saved"),
    ],
    "Sequential": [
        ("order not reversed", "reversed(self.boxes)", "self.boxes"),
        ("last box skipped", "reversed(self.boxes)", "self.boxes[-2::-1]"),
        ("sign", "return dy", "return -dy"),
    ],
    "Graph": [
        ("= for +=", "gradients[child] + dx if child in gradients else dx", "dx"),
        ("order not reversed", "reversed(order)", "order"),
        ("sign", "gradients[child] + dx", "gradients[child] - dx"),
        (
            "stale gradient",
            "gradients = {self.output: dy}",
            "gradients = {**self.gradients, self.output: dy}",
        ),
    ],
    "NegativeLogLikelihood": [
        ("sign", "-1 / f_y", "1 / f_y"),
        ("missing mean", " / len(y)", ""),
        ("missing division by f", "-1 / f_y", "-1"),
        ("forgets dl", "dl * df", "df"),
    ],
    "CrossEntropyLoss": [
        ("sign", "-= 1", "+= 1"),
        ("missing mean", " / len(y)", ""),
        ("forgets dl", "dl * da", "da"),
        ("scores for probabilities", "np.exp(log_f)", "log_f.copy()"),
    ],
    "BCEWithLogitsLoss": [
        ("sign", "(p - y)", "(y - p)"),
        ("missing mean", " / len(y)", ""),
        ("tanh for sigmoid", "0.5 * (1 + np.tanh(a / 2))", "np.tanh(a / 2)"),
        ("missing half", "a / 2", "a"),
    ],
    "MSELoss": [
        ("sign", "dl * 2", "dl * -2"),
        ("missing factor 2", "* 2 ", ""),
        ("mean over the batch only", "difference.size", "len(difference)"),
    ],
    "HingeLoss": [
        ("sign", "dl * -y", "dl * y"),
        ("missing mask", " * (slack > 0)", ""),
        ("mask turned round", "slack > 0", "slack < 0"),
        ("missing mean", " / len(y)", ""),
    ],
    "L2": [
        ("sign", "+= dy", "-= dy"),
        ("missing factor 2", "* 2 ", ""),
        ("= for +=", "dw += dy * 2 * w", "dw = dy * 2 * w"),
        ("forgets dy", "dy * 2 * w", "2 * w"),
    ],
    "L1": [
        ("sign", "+= dy", "-= dy"),
        ("weight for its sign", "np.sign(w)", "w"),
        ("= for +=", "dw += dy * np.sign(w)", "dw = dy * np.sign(w)"),
        ("forgets dy", "dy * np.sign(w)", "np.sign(w)"),
    ],
    "Dropout": [
        (
            "a new mask going back",
            "factor = self.saved",
            "factor = np.round(self.rng.random(dy.shape))",
        ),
        ("missing mask", "return dy * factor", "return dy"),
        ("sign", "dy * factor", "-dy * factor"),
        ("scaled by p, not by 1 - p", "m / (1 - self.p)", "m / self.p"),
        ("scaled at both ends", "1.0 if self.inverted else 1 - self.p", "1 - self.p"),
        ("scaled at neither end", "1.0 if self.inverted else 1 - self.p", "1.0"),
        ("keeps what it should remove", "mask.astype(h.dtype)", "1 - mask.astype(h.dtype)"),
    ],
    "Standardize": [
        ("missing division", 'dy / self.buffers["std"]', "dy"),
        ("multiplies", 'dy / self.buffers["std"]', 'dy * self.buffers["std"]'),
        ("sign", "return dy", "return -dy"),
        ("over all columns at once", "std = x.std(axis=0)", "std = np.full(x.shape[1], x.std())"),
        ("constant columns divide by 0", "np.where(std > 0, std, 1)", "std"),
        ("statistics of the batch", "(x - mean) / std", "(x - x.mean(axis=0)) / std"),
    ],
    "BatchNorm1d": [
        ("mean and variance as constants", "if not training:", "if True:"),
        ("variance as a constant", " - x_hat * dgamma", ""),
        ("mean as a constant", "dy - dbeta - x_hat", "dy - x_hat"),
        ("forgets gamma", "scale=gamma / std", "scale=1 / std"),
        ("missing std", "scale=gamma / std", "scale=gamma"),
        ("sums for means in the gradient", "dbeta=dbeta / m", "dbeta=dbeta"),
        ("= for +=", '["weight"] +=', '["weight"] ='),
        ("gamma and beta swapped", '["weight"] += dgamma', '["weight"] += dbeta'),
        ("full gradient when used", "if not training:", "if False:"),
        (
            "sums for means",
            "mean = rows.sum(lambda x: x, x) / m",
            "mean = rows.sum(lambda x: x, x)",
        ),
        ("epsilon outside the root", "np.sqrt(var + self.eps)", "np.sqrt(var) + self.eps"),
        ("variance over m - 1", "x, mean=mean) / m", "x, mean=mean) / (m - 1)"),
        ("running variance over m", "var * m / (m - 1)", "var"),
        (
            "momentum of the other convention",
            "(1 - self.momentum) * old + self.momentum * new",
            "self.momentum * old + (1 - self.momentum) * new",
        ),
        ("batch statistics when used", "if self.training:", "if True:"),
        (
            "does not count its batches",
            '["num_batches_tracked"] += 1',
            '["num_batches_tracked"] += 0',
        ),
    ],
    "EmpiricalRisk": [
        ("missing regularizer", "self.regularizer.bprop(dy * self.strength)", "pass"),
        ("missing strength", "dy * self.strength", "dy"),
        ("sign of the regularizer", "dy * self.strength", "-dy * self.strength"),
        ("sign", "self.net.bprop(df)", "self.net.bprop(-df)"),
    ],
    "Conv2d": [
        ("kernels not turned", "weight[:, :, ::-1, ::-1]", "weight"),
        ("gradient not turned back", "[::-1, :, ::-1]", ""),
        ("zeros alone are not cut off", "crop(dy, (max(-above, 0), max(-left, 0)))", "dy"),
        (
            "missing bias gradient",
            'self.grads["bias"] += np.ones(len(pixels), dy.dtype) @ pixels',
            "pass",
        ),
        ("= for +=", "dkernels += dw", "dkernels[...] = dw"),
        ("sign", "dxs.append(dx)", "dxs.append(-dx)"),
        ("mean for sum in the bias", "@ pixels", "@ pixels / len(pixels)"),
        ("overlaps overwrite", "dx[:, rows, across] +=", "dx[:, rows, across] ="),
        ("last block only", "dmatrices += (seen", "dmatrices = (seen"),
        ("last block only, stride 1", "dturned += (pixels", "dturned = (pixels"),
        (
            "groups mixed up",
            "np.split(x, self.groups, axis=3)",
            "np.split(x, self.groups, axis=3)[::-1]",
        ),
    ],
    "MaxPool2d": [
        ("all ties win", "left -= take", "pass"),
        (
            "last one wins",
            "zip(self.taps(padded), self.taps(dpadded), strict=True)",
            "zip(self.taps(padded)[::-1], self.taps(dpadded)[::-1], strict=True)",
        ),
        ("overlaps overwrite", "dview += take", "dview[...] = take"),
        ("sign", "take = left", "take = -left"),
        ("padding wins", "-np.inf", "0"),
    ],
    "AvgPool2d": [
        ("no division", " / (self.kernel[0] * self.kernel[1])", ""),
        ("overlaps overwrite", "dview += share", "dview[...] = share"),
        ("sign", "dview += share", "dview -= share"),
    ],
    "GlobalAvgPool2d": [
        ("no division", "dy / (h * w)", "dy"),
        ("over one side", "dy / (h * w)", "dy / h"),
        ("sign", "share = dy", "share = -dy"),
    ],
    "Flatten": [
        ("sign", "dy.reshape", "-dy.reshape"),
        ("another order", "dy.reshape(shape)", 'dy.reshape(shape, order="F")'),
        ("stays flat", "return dy.reshape(shape)", "return dy"),
    ],
    "Concat": [
        ("order turned round", "axis=1))", "axis=1)[::-1])"),
        ("sign", "np.split(dy,", "np.split(-dy,"),
        ("cut in halves", "np.cumsum(channels)[:-1]", "len(channels)"),
    ],
    "ZeroPad": [
        ("takes the zeros", "dy[:, self.front : self.front + c]", "dy[:, :c]"),
        ("sign", "= dy[:, self.front", "= -dy[:, self.front"),
        (
            "all channels behind",
            "channels // 2, channels - channels // 2",
            "0, channels",
        ),
    ],
    "LocalResponseNorm": [
        ("neighbours as constants", " + 2 * x * self.alpha / self.size * through", ""),
        ("missing factor 2", "+ 2 * x", "+ x"),
        ("sign", "+ 2 * x", "- 2 * x"),
        ("neighbours not turned", ", turned=True", ""),
        (
            "alpha not divided",
            "self.alpha / self.size * self.neighbours",
            "self.alpha * self.neighbours",
        ),
    ],
}
"""Mistakes in boxes: for each a name, a piece of source, and what it is changed into."""

PROCEDURES = {
    "soft_threshold": [
        (
            "hard threshold",
            "np.maximum(np.abs(w) - threshold, 0)",
            "np.abs(w) * (np.abs(w) > threshold)",
        ),
        ("passes zero", "np.maximum(np.abs(w) - threshold, 0)", "(np.abs(w) - threshold)"),
        ("loses the sign", "np.sign(w) * ", ""),
    ],
    "l2_shrinkage": [
        ("missing factor 2", "2 * strength", "strength"),
        ("the part that is lost", "return curvature /", "return 2 * strength /"),
    ],
    "early_stopping_shrinkage": [
        ("one step more", "** steps", "** (steps + 1)"),
        ("the part that is left", "return 1 - (1 - lr", "return (1 - lr"),
    ],
    "estimate_moments": [
        ("over T", "axis=0) / (len(x) - 1)", "axis=0) / len(x)"),
        ("not centred", "away.T @ away", "x.T @ x"),
        ("transposed", "away.T @ away", "away @ away.T"),
    ],
    "SGD": [
        ("forgets the last direction", "v *= self.momentum", "v *= 0"),
        (
            "exponential average",
            "v += grads[name]",
            "v += (1 - self.momentum) * grads[name]",
        ),
        ("never forgets", "v *= self.momentum", "v *= self.momentum > 0"),
        ("climbs", "theta -= self.lr", "theta += self.lr"),
        ("decays biases too", "self.weight_decay and is_weight(name)", "True"),
        ("half the decay", "self.weight_decay * theta", "self.weight_decay / 2 * theta"),
        ("decay of L1", "self.weight_decay * theta", "self.weight_decay * np.sign(theta)"),
    ],
    "ProximalSGD": [
        ("threshold without the rate", "self.lr * self.strength", "self.strength"),
        ("changes nothing", "w[...] = ", "w = "),
        ("shrinks before the step", "super().step()", "pass"),
    ],
    "exponential_average": [
        (
            "coefficients swapped",
            "decay * average + (1 - decay) * now",
            "(1 - decay) * average + decay * now",
        ),
        ("a sum, no average", "(1 - decay) * now", "now"),
        ("begins at the first", "np.zeros_like(x[0])", "x[0]"),
    ],
    "momentum_rate": [
        ("sign of the momentum", "1 + momentum - lr", "1 - momentum - lr"),
        ("missing factor 4", "4 * momentum", "momentum"),
        ("no root", "np.sqrt(momentum)", "momentum"),
    ],
    "minibatches": [
        (
            "drops the last batch",
            "range(0, len(order), size)",
            "range(0, len(order) - size + 1, size)",
        ),
        ("steps by one", "len(order), size)", "len(order), 1)"),
    ],
    "fit": [
        ("forgets zero_grad", "risk.zero_grad()", "pass"),
        ("one order for all epochs", "orders[epoch]", "orders[0]"),
        ("all examples in each batch", "x[batch], y[batch]", "x, y"),
        ("risk after the step", "optimizer.step()", "optimizer.step(); optimizer.step()"),
    ],
    "Schedule": [
        ("starts one late", "self.t = 0", "self.t = 1"),
        ("never moves on", "self.t += 1", "pass"),
        ("compounds", "lr=self.lr", "lr=self.optimizer.lr"),
    ],
    "step_size": [
        ("counts from 0", "decay * t)", "decay * (t - 1))"),
        ("product for power", "t**decay", "(t * decay + 1)"),
        ("period one early", "(t - 1) // period", "t // period"),
    ],
    "robbins_monro_sums": [
        ("square of the sum", "np.cumsum(step_sizes**2)", "np.cumsum(step_sizes) ** 2"),
        ("means", "return np.cumsum(step_sizes)", "return np.cumsum(step_sizes) / len(step_sizes)"),
    ],
    "diverges": [
        ("looks at the last step alone", "-max(len(trajectory) // 10, 1)", "-1"),
        ("compares with the step before", "trajectory[0]", "trajectory[-2]"),
        ("the other way round", "> trajectory[0]", "< trajectory[0]"),
    ],
    "find_learning_rate": [
        ("divides by 10", "lr /= 2", "lr /= 10"),
        ("returns the next one", "return lr", "return lr / 2"),
        ("one halving less", "range(halvings + 1)", "range(1)"),
    ],
    "EarlyStopping": [
        ("keeps the last state", "self.net.load_state_dict(self.best_state)", "pass"),
        ("compares with the epoch before", "for e in self.history", "for e in self.history[-1:]"),
        ("the last of equal ones", "error < lowest", "error <= lowest"),
        ("one epoch too patient", ">= self.patience", "> self.patience"),
        ("NaN counts as lowest", "if not np.isnan(e)", "if True"),
    ],
    "initial_std": [
        ("variance for deviation", "np.sqrt(2 / fan_in)", "2 / fan_in"),
        ("fan out for fan in", "np.sqrt(2 / fan_in)", "np.sqrt(2 / fan_out)"),
        ("Glorot without the 2", "2 / (fan_in + fan_out)", "1 / (fan_in + fan_out)"),
    ],
    "initialize": [
        ("keeps the biases", "theta[...] = 0", "pass"),
        ("adds to the old weights", "theta[...] = initial_std", "theta[...] += initial_std"),
    ],
    "compute_global_statistics": [
        (
            "all layers in one pass",
            "norm.training = momentum, False",
            "norm.training = momentum, True",
        ),
        ("keeps part of the old", "norm.momentum, 1.0, True", "norm.momentum, 0.1, True"),
        ("leaves the net in training", "net.train(was_training)", "net.train(True)"),
    ],
    "convert_dropout": [
        (
            "scales the wrong way",
            "1 - box.p if inverted else 1 / (1 - box.p)",
            "1 / (1 - box.p) if inverted else 1 - box.p",
        ),
        ("p for 1 - p", "1 - box.p if inverted", "box.p if inverted"),
        ("scales and does not convert", "box.inverted = inverted", "pass"),
    ],
    "all_masks": [
        ("misses the last", "np.arange(2**units)", "np.arange(2**units - 1)"),
        ("counts backwards", "np.arange(units - 1, -1, -1)", "np.arange(units)"),
        ("removes what it should keep", "& 1)", "& 1 ^ 1)"),
    ],
    "geometric_average": [
        ("arithmetic", "np.log(f).mean(axis=0)", "np.log(f.mean(axis=0))"),
        ("does not sum to one", " / product.sum(axis=-1, keepdims=True)", ""),
        ("product without the root", "mean(axis=0)", "sum(axis=0)"),
    ],
    "hidden_activations": [
        ("each layer sees the input", "x = box(x)", "x = box(x) if not found else x"),
        ("ReLU alone", "activations.Sigmoid | activations.Tanh | ", ""),
    ],
    "saturated_fraction": [
        ("one end only", "(h < low) | (h > high)", "(h > high)"),
        ("over the units", "mean(axis=0)", "mean(axis=1)"),
    ],
    "active_fraction": [
        ("the silent part", "h != 0", "h == 0"),
        ("over the units", "mean(axis=0)", "mean(axis=1)"),
    ],
    "dead_units": [
        ("units that are zero", "h.std(axis=0) <= tolerance", "np.abs(h).max(axis=0) <= tolerance"),
        ("those alive", "<= tolerance", "> tolerance"),
    ],
    "feature_correlation": [
        ("covariance", "away / length", "away"),
        ("not centred", "h - h.mean(axis=0)", "h"),
        ("samples for units", "unit.T @ unit", "unit @ unit.T"),
    ],
    "duplicate_units": [
        ("the original too", "np.triu(alike, 1)", "np.triu(alike)"),
        ("no opposites", "np.abs(feature_correlation(h))", "feature_correlation(h)"),
        ("the last is the original", "np.triu(alike, 1)", "np.tril(alike, -1)"),
    ],
    "bounce": [
        ("counts steps", "change[change > 0].sum() / way", "(change > 0).mean()"),
        ("downwards", "change > 0", "change < 0"),
    ],
    "diagnose": [
        ("range of tanh for sigmoid", "low=low", "low=-0.95"),
        ("best layer for worst", "max(dead, default=0.0)", "min(dead, default=0.0)"),
        ("ignores the curve", "if trajectory is None", "if True"),
        ("mean of the inputs, not their size", "np.sqrt((x**2).mean())", "np.abs(x.mean())"),
    ],
    "correlate_loops": [
        ("flips the kernel", "window * weight[o]", "window * weight[o, :, ::-1, ::-1]"),
        ("steps by one", "top, left = i * stride, j * stride", "top, left = i, j"),
    ],
    "correlate_fft": [
        ("convolution", "fw.conj()", "fw"),
        ("keeps what wraps around", "[:, :, : h - weight.shape[2] + 1", "[:, :, : h"),
    ],
    "flip_kernel": [
        ("one side only", "::-1, ::-1", "::-1, :"),
        ("channels too", "[:, :, ::-1, ::-1]", "[:, ::-1, ::-1, ::-1]"),
    ],
    "receptive_field": [
        ("ignores strides", "jump *= stride", "pass"),
        ("kernel for kernel - 1", "(kernel - 1) * jump", "kernel * jump"),
    ],
    "random_crops": [
        (
            "row and column swapped",
            "p[:, i : i + size, j : j + size]",
            "p[:, j : j + size, i : i + size]",
        ),
        (
            "one corner for all",
            "for p, (i, j) in zip(padded, corners, strict=True)",
            "for p in padded for (i, j) in corners[:1]",
        ),
    ],
    "random_flips": [
        ("upside down", "x[..., ::-1]", "x[:, :, ::-1]"),
        ("the others", "x[..., ::-1], x)", "x, x[..., ::-1])"),
    ],
    "ten_crops": [
        ("corners only", "[(0, 0), (0, across)", "[(0, 0), (0, 0)"),
        ("not mirrored", "five[..., ::-1]", "five"),
    ],
    "average_answers": [
        ("over the examples", "axis=0", "axis=1"),
        ("a sum", "f.mean", "f.sum"),
    ],
}
"""Mistakes in functions, optimizers and other procedures."""
