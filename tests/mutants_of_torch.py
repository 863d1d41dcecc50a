"""The same for the PyTorch side: mistakes in its forwards, optimizers, losses and the rest."""

import mutants

MUTANTS = {
    # ---- activations -------------------------------------------------------------------------
    "Identity": [
        ("sign", "return a", "return -a"),
        ("cuts off", "return a", "return a.relu()"),
        ("no gradient", "return a", "return a.detach()"),
    ],
    "Sign": [
        ("no zero", "torch.sign(a)", "torch.where(a < 0, -1.0, 1.0).to(a)"),
        ("one or zero", "torch.sign(a)", "(a > 0).to(a)"),
        ("straight-through", "torch.sign(a)", "torch.sign(a).detach() + a - a.detach()"),
    ],
    "Sigmoid": [
        ("tanh", "torch.sigmoid", "torch.tanh"),
        ("sign", "sigmoid(a)", "sigmoid(-a)"),
        ("piecewise", "torch.sigmoid", "F.hardsigmoid"),
    ],
    "Tanh": [
        ("sigmoid", "torch.tanh", "torch.sigmoid"),
        ("sigmoid, stretched wrongly", "torch.tanh(a)", "2 * torch.sigmoid(a) - 1"),
        ("piecewise", "torch.tanh", "F.hardtanh"),
    ],
    "ReLU": [
        ("leaks", "F.relu", "F.leaky_relu"),
        ("cut off above, too", "F.relu", "F.hardtanh"),
        ("smooth", "F.relu", "F.gelu"),
        ("absolute value", "F.relu(a)", "a.abs()"),
    ],
    "Softmax": [
        ("over the batch", "dim=-1", "dim=0"),
        ("logarithm", "F.softmax", "F.log_softmax"),
        ("of the smallest", "F.softmax", "F.softmin"),
        ("over everything", "F.softmax(a, dim=-1)", "a.exp() / a.exp().sum()"),
    ],
    "LogSoftmax": [
        ("over the batch", "dim=-1", "dim=0"),
        ("no logarithm", "F.log_softmax", "F.softmax"),
        ("overflows", "F.log_softmax(a, dim=-1)", "a - a.exp().sum(-1, True).log().detach()"),
    ],
    "logsumexp": [
        ("over the batch", "dim=-1", "dim=0"),
        ("overflows", "torch.logsumexp(a, dim=-1)", "a.exp().sum(dim=-1).log()"),
        ("largest alone", "torch.logsumexp", "torch.amax"),
    ],
    "softmax_jacobian": [
        ("of the logarithm", "Softmax()", "LogSoftmax()"),
        (
            "sums of columns",
            "torch.func.jacrev(Softmax())(a)",
            "torch.func.jacrev(Softmax())(a).sum(0)",
        ),
        ("sign", "torch.func.jacrev", "-torch.func.jacrev"),
    ],
    # ---- arithmetic, graph and layers --------------------------------------------------------
    "Add": [
        ("minus", "x + y", "x - y"),
        ("the first alone", "x + y", "x"),
        ("no gradient at the second", "x + y", "x + y.detach()"),
    ],
    "Multiply": [
        ("squared", "x * y", "x * x"),
        ("matrix product", "x * y", "x @ y.T"),
        ("a factor as a constant", "x * y", "x * y.detach()"),
    ],
    "Sequential": [
        (
            "numbered anew",
            "Sequential(OrderedDict(list(self.named_children())[position]))",
            "Sequential(*list(self.children())[position])",
        ),
        (
            "the other end",
            "list(self.named_children())[position]",
            "list(self.named_children())[: position.start or 1]",
        ),
    ],
    "Chain": [
        ("names lost", "OrderedDict(boxes)", "*boxes.values()"),
        ("order turned round", "OrderedDict(boxes)", "OrderedDict(reversed(boxes.items()))"),
    ],
    "Graph": [
        (
            "reads the first twice",
            "values[child] for child",
            "values[self.reads[name][0]] for child",
        ),
        ("another output", "list(boxes)[-1]", "list(boxes)[0]"),
        ("runs in the order it is written", "topological_order(self.reads)", "list(self.reads)"),
        (
            "no gradient at what is read",
            "(values[child] for child",
            "(values[child].detach() for child",
        ),
    ],
    "Neuron": [
        (
            "activation skipped",
            "self.g(self.bias + x @ self.weight)",
            "self.bias + x @ self.weight",
        ),
        ("no bias", "self.bias + x", "x"),
        (
            "bias behind the activation",
            "self.g(self.bias + x @ self.weight)",
            "self.g(x @ self.weight) + self.bias",
        ),
    ],
    "Affine": [
        ("no bias", "self.weight, self.bias)", "self.weight)"),
        ("weights as constants", "F.linear(x, self.weight,", "F.linear(x, self.weight.detach(),"),
        ("minus the bias", "self.weight, self.bias)", "self.weight, -self.bias)"),
    ],
    # ---- losses, errors and regularizers -----------------------------------------------------
    "NegativeLogLikelihood": [
        ("sum", "y.long())", 'y.long(), reduction="sum")'),
        ("no logarithm", "f.log()", "f"),
        ("sign", "F.nll_loss", "-F.nll_loss"),
        ("softmax once more", "F.nll_loss(f.log(),", "F.cross_entropy(f,"),
    ],
    "CrossEntropyLoss": [
        ("sum", "y.long())", 'y.long(), reduction="sum")'),
        ("of probabilities", "F.cross_entropy(a,", "F.cross_entropy(a.softmax(1),"),
        ("smoothed labels", "y.long())", "y.long(), label_smoothing=0.1)"),
        ("scores for log probabilities", "F.cross_entropy", "F.nll_loss"),
    ],
    "BCEWithLogitsLoss": [
        ("sum", "y.to(a.dtype))", 'y.to(a.dtype), reduction="sum")'),
        ("labels swapped", "y.to(a.dtype)", "1 - y.to(a.dtype)"),
        ("labels cut to 0 and 1", "y.to(a.dtype)", "y.round().to(a.dtype)"),
    ],
    "MSELoss": [
        ("sum", "F.mse_loss(f, y)", 'F.mse_loss(f, y, reduction="sum")'),
        ("absolute", "F.mse_loss", "F.l1_loss"),
        ("half", "F.mse_loss(f, y)", "F.mse_loss(f, y) / 2"),
        ("sum over the numbers of an example", "F.mse_loss(f, y)", "((f - y) ** 2).sum() / len(f)"),
    ],
    "HingeLoss": [
        ("no margin", "1 - y", "-y"),
        ("squared", ").mean()", ").square().mean()"),
        ("never zero", "F.relu(1 - y.to(a.dtype) * a)", "(1 - y.to(a.dtype) * a)"),
        ("sum", ".mean()", ".sum()"),
    ],
    "zero_one_error": [
        ("how often it is right", "!= y", "== y"),
        ("a count", ".mean()", ".sum()"),
        ("the lowest", "argmax", "argmin"),
    ],
    "top_k_error": [
        ("the lowest", "descending=True", "descending=False"),
        ("one guess more", "[:, :k]", "[:, : k + 1]"),
        ("all right", ".all(dim=1)", ".any(dim=1)"),
        (
            "ties in any order",
            "a.argsort(dim=1, descending=True, stable=True)",
            "a.flip(1).argsort(dim=1, descending=True, stable=True)",
        ),
        (
            "how often it is right",
            "(guesses != y[:, None]).all(dim=1)",
            "(guesses == y[:, None]).any(dim=1)",
        ),
    ],
    "L2": [
        ("biases too", "weights(net)", "net.parameters()"),
        ("half", "(w**2).sum()", "(w**2).sum() / 2"),
        ("root", "(w**2).sum()", "w.norm()"),
        ("mean", "(w**2).sum()", "(w**2).mean()"),
    ],
    "L1": [
        ("biases too", "weights(net)", "net.parameters()"),
        ("signed", "w.abs().sum()", "w.sum()"),
        ("largest", "w.abs().sum()", "w.abs().max()"),
    ],
    "soft_threshold": [
        ("hard threshold", "F.softshrink", "F.hardshrink"),
        ("half as far", "(w, threshold)", "(w, threshold / 2)"),
        ("moves away from 0", "F.softshrink(w, threshold)", "w + threshold * w.sign()"),
    ],
    "l2_shrinkage": [
        ("missing factor 2", "2 * strength", "strength"),
        ("the part that is lost", "bowl @ torch", "(priced - bowl) @ torch"),
        ("not shrunk", "torch.linalg.solve(priced,", "torch.linalg.solve(bowl,"),
    ],
    "early_stopping_shrinkage": [
        ("one step more", "range(steps)", "range(steps + 1)"),
        ("starts at the bottom", "torch.zeros_like", "torch.ones_like"),
        ("no curvature", "lr * curvature * (theta", "lr * (theta"),
    ],
    "WordLoss": [
        ("counts for shares", "counts / lengths", "counts"),
        ("over all texts at once", "counts / lengths", "counts / counts.sum()"),
        ("sum", "to(a.dtype))", 'to(a.dtype), reduction="sum")'),
    ],
    "word_counts": [
        ("seen or not", "return torch.stack(rows)", "return torch.stack(rows).clamp(max=1)"),
        (
            "numbered by another alphabet",
            "columns = number_words(vocabulary)",
            "columns = number_words(vocabulary[::-1])",
        ),
        ("each word once", "in split_words(text)", "in set(split_words(text))"),
    ],
    # ---- optimizers, schedules, training -----------------------------------------------------
    "SGD": [
        ("momentum lost", "momentum=momentum", "momentum=0.0"),
        ("looks ahead", "momentum=momentum)", "momentum=momentum, nesterov=momentum > 0)"),
        ("climbs", "momentum=momentum)", "momentum=momentum, maximize=True)"),
        ("dampened", "momentum=momentum)", "momentum=momentum, dampening=momentum)"),
        ("decays biases too", "self.param_groups[0]", "self.param_groups[1]"),
        ("decays nothing", '["weight_decay"] = weight_decay', '["weight_decay"] = 0.0'),
        ("half the decay", "= weight_decay", "= weight_decay / 2"),
    ],
    "ProximalSGD": [
        (
            "threshold without the rate",
            'self.param_groups[0]["lr"] * self.strength',
            "self.strength",
        ),
        ("shrinks before the step", "super().step(closure)", "pass"),
        ("biases too", "weights(self.net)", "self.net.parameters()"),
        ("changes nothing", "w.copy_(", "w.clone().copy_("),
    ],
    "exponential_average": [
        ("coefficients swapped", "(1 - decay) * decay**age", "decay * (1 - decay)**age"),
        ("a sum, no average", "(1 - decay) * decay**age", "decay**age"),
        ("looks ahead", "torch.tril(", "torch.triu("),
        (
            "corrected at the start",
            "torch.tensordot(coefficients, x, dims=1)",
            "torch.tensordot(coefficients / coefficients.sum(1, True), x, dims=1)",
        ),
    ],
    "momentum_rate": [
        ("sign of the momentum", "= -momentum", "= momentum"),
        ("the smallest factor", "amax", "amin"),
        ("no momentum", "1 + momentum - lr", "1 - lr"),
    ],
    "Schedule": [
        ("starts one late", "updates + 1.0", "updates + 2.0"),
        ("counts from 0", "updates + 1.0", "updates + 0.0"),
        ("no decay", "decay=decay", "decay=1.0"),
        ("no period", "period=period", "period=1"),
    ],
    "step_size": [
        ("power turned round", "t**-decay", "t**decay"),
        ("counts from 0", "decay * t)", "decay * (t - 1))"),
        ("period one early", "(t - 1) / period", "t / period"),
        ("falls between the steps", "torch.floor((t - 1) / period)", "((t - 1) / period)"),
        ("forgets the first", "lr * formulas", "formulas"),
    ],
    "robbins_monro_sums": [
        ("square of the sum", "step_sizes.square().cumsum(0)", "step_sizes.cumsum(0).square()"),
        ("products", "step_sizes.cumsum(0),", "step_sizes.cumprod(0),"),
        ("totals", "step_sizes.cumsum(0),", "step_sizes.sum().expand(len(step_sizes)),"),
    ],
    "diverges": [
        ("looks at the last step alone", "-max(len(trajectory) // 10, 1)", "-1"),
        ("compares with the step before", "trajectory[0]", "trajectory[-2:][0]"),
        ("the other way round", "> trajectory[0]", "< trajectory[0]"),
        ("not finite is fine", "not finite or ", ""),
    ],
    "minibatches": [
        (
            "drops the last batch",
            "torch.split(order, size)",
            "[b for b in torch.split(order, size) if len(b) == size]",
        ),
        ("as many batches as their size", "torch.split(order, size)", "order.chunk(size)"),
        ("order turned round", "torch.split(order,", "torch.split(order.flip(0),"),
    ],
    "fit": [
        ("forgets zero_grad", "optimizer.zero_grad()", "pass"),
        ("one order for all epochs", "orders[epoch]", "orders[0]"),
        ("all examples in each batch", "a[batch] for a", "a for a"),
        ("the schedule stands still", "schedule.step()", "pass"),
        ("never stops", "early_stopping.update():", "early_stopping.update() and False:"),
        ("keeps the last state", "early_stopping.restore()", "pass"),
    ],
    "EmpiricalRisk": [
        ("missing regularizer", "self.regularizer is not None", "False"),
        ("missing strength", "self.strength * self", "self"),
        ("minus", "risk + self.strength", "risk - self.strength"),
    ],
    "EarlyStopping": [
        ("keeps the last state", "self.net.load_state_dict(self.best_state)", "pass"),
        ("compares with the epoch before", "in self.history if", "in self.history[-1:] if"),
        ("the last of equal ones", "error < lowest", "error <= lowest"),
        ("one epoch too patient", ">= self.patience", "> self.patience"),
        ("NaN counts as lowest", "if not isnan(e)", "if True"),
        ("a view for a copy", "deepcopy(self.net.state_dict())", "self.net.state_dict()"),
    ],
    "initial_std": [
        ("variance for deviation", '"relu") / fan_in**0.5', '"relu") / fan_in'),
        ("fan out for fan in", '"relu") / fan_in**0.5', '"relu") / fan_out**0.5'),
        ("Glorot without the 2", "2 / (fan_in + fan_out)", "1 / (fan_in + fan_out)"),
        ("gain of tanh", 'calculate_gain("relu")', 'calculate_gain("tanh")'),
        (
            "kernels not counted",
            "weight[0].numel(), weight[:, 0].numel()",
            "weight.shape[1], weight.shape[0]",
        ),
    ],
    "initialize": [
        ("keeps the biases", "nn.init.zeros_(theta)", "pass"),
        ("adds to the old weights", "theta.copy_(", "theta.add_("),
        ("width of one layer for all", "tuple(theta.shape)", "(1, 1)"),
    ],
    "numerical_gradient": [
        ("not divided by the step", "((ahead + behind) * step)", "(ahead + behind)"),
        ("missing factor 2", "(ahead + behind) * step", "step"),
        ("sign", "right - left", "left - right"),
        ("forwards alone", "x - behind * step * e", "x"),
    ],
    "relative_error": [
        ("absolute", ".norm() / longer", ".norm()"),
        ("over the shorter", "torch.maximum", "torch.minimum"),
        ("largest for length", "(estimate - gradient).norm()", "(estimate - gradient).abs().max()"),
        ("divides by 0", "if longer != 0 else 0.0", ""),
    ],
    "at_kink": [
        ("looks to one side", 'scheme="backward"', 'scheme="forward"'),
        ("everywhere", "> torch.maximum", "> -torch.maximum"),
        ("smooth ones", "> torch.maximum", "< torch.maximum"),
    ],
    "finite_difference_errors": [
        ("one step for all", "step=step, scheme=scheme", "step=steps[0], scheme=scheme"),
        ("always central", "scheme=scheme)", 'scheme="central")'),
        ("turned round", "torch.tensor(errors,", "torch.tensor(errors[::-1],"),
    ],
    "check_gradients": [
        ("never wrong", "numerical_gradient(f, at, step=step), gradient)", "gradient, gradient)"),
        ("of the sum, whatever dy", "(dy * box(*inputs)).sum()", "box(*inputs).sum()"),
        ("parameters forgotten", "checked |= dict(box.named_parameters())", "pass"),
        ("moves nothing", "x.copy_(moved)", "x.copy_(kept)"),
    ],
    "hessian": [
        ("diagonal alone", "return second", "return second.diag().diag()"),
        ("sign", "return second", "return -second"),
        ("half", "return second", "return second / 2"),
    ],
    "classify_critical_point": [
        ("minimum and maximum swapped", "lowest > 0", "lowest < 0"),
        ("no saddle", "lowest < -tolerance and highest", "False and highest"),
        ("flat is a minimum", "curvatures.abs().min() <= tolerance", "False"),
        ("the trace decides", "lowest > 0", "hessian.trace() < 0"),
    ],
    # ---- normalization, dropout, diagnosis ---------------------------------------------------
    "Standardize": [
        ("missing division", "(x - self.mean) / self.std", "x - self.mean"),
        ("constant columns divide by 0", "torch.where(std > 0, std, 1)", "std"),
        ("over m - 1", "correction=0", "correction=1"),
        ("statistics of the batch", "(x - self.mean)", "(x - x.mean(dim=0))"),
    ],
    "BatchNorm1d": [
        ("forgets momentum", "momentum=momentum)", "momentum=0.9)"),
        ("no parameters", "momentum=momentum)", "momentum=momentum, affine=False)"),
        (
            "batch statistics when used",
            "momentum=momentum)",
            "momentum=momentum, track_running_stats=False)",
        ),
        ("another epsilon", "eps=eps", "eps=1e-3"),
    ],
    "BatchNorm2d": [
        ("forgets momentum", "momentum=momentum)", "momentum=0.9)"),
        ("no parameters", "momentum=momentum)", "momentum=momentum, affine=False)"),
        ("another epsilon", "eps=eps", "eps=1e-3"),
    ],
    "compute_global_statistics": [
        ("keeps part of the old", "norm.momentum, 1.0", "norm.momentum, 0.1"),
        ("all layers in one pass", "norm.eval()", "pass"),
        ("leaves the net in training", "net.train(was_training)", "net.train(True)"),
        ("momentum lost", "norm.momentum = momentum", "pass"),
    ],
    "LocalResponseNorm": [
        ("forgets alpha", "alpha=alpha", "alpha=1e-4"),
        ("forgets beta", "beta=beta", "beta=0.75"),
        ("forgets k", "k=k", "k=1.0"),
    ],
    "Dropout": [
        ("scaled by p, not by 1 - p", "h * mask / (1 - self.p)", "h * mask / self.p"),
        ("scaled at both ends", "return h if self.inverted else h", "return h"),
        (
            "scaled at neither end",
            "h * mask / (1 - self.p) if self.inverted else h * mask",
            "h * mask",
        ),
        ("keeps what it should remove", "h * mask", "h * (1 - mask)"),
        ("never used without", "if not self.training", "if False"),
    ],
    "convert_dropout": [
        (
            "scales the wrong way",
            "1 - box.p if inverted else 1 / (1 - box.p)",
            "1 / (1 - box.p) if inverted else 1 - box.p",
        ),
        ("p for 1 - p", "1 - box.p if inverted", "box.p if inverted"),
        ("scales and does not convert", "box.inverted = inverted", "pass"),
        ("converts and does not scale", ".mul_(", ".mul("),
    ],
    "all_masks": [
        ("removes what it should keep", "[0.0, 1.0]", "[1.0, 0.0]"),
        ("misses the last", "repeat=units))", "repeat=units))[:-1]"),
        (
            "turned round",
            "list(product([0.0, 1.0], repeat=units))",
            "[m[::-1] for m in product([0.0, 1.0], repeat=units)]",
        ),
    ],
    "geometric_average": [
        ("arithmetic", "torch.softmax(f.log().mean(dim=0), dim=-1)", "f.mean(dim=0)"),
        (
            "does not sum to one",
            "torch.softmax(f.log().mean(dim=0), dim=-1)",
            "f.log().mean(dim=0).exp()",
        ),
        ("product without the root", "mean(dim=0)", "sum(dim=0)"),
    ],
    "hidden_activations": [
        ("the output too", "list(net.named_children())[:-1]", "list(net.named_children())"),
        ("ReLU alone", "activations.Sigmoid | activations.Tanh | ", ""),
        ("what goes in", "found.update({name: h})", "found.update({name: _x[0]})"),
    ],
    "saturated_fraction": [
        ("the part that is not", "((h < low) | (h > high))", "((h >= low) & (h <= high))"),
        ("one end only", "((h < low) | (h > high))", "(h > high)"),
        ("over the units", "dim=0", "dim=1"),
    ],
    "active_fraction": [
        ("counts for fractions", " / len(h)", ""),
        ("over the units", "dim=0", "dim=1"),
        ("above zero alone", "h.count_nonzero", "h.relu().count_nonzero"),
    ],
    "dead_units": [
        ("units that are zero", "h.std(dim=0, correction=0)", "h.abs().amax(dim=0)"),
        ("those alive", "<= tolerance", "> tolerance"),
        ("over the units", "dim=0", "dim=1"),
    ],
    "feature_correlation": [
        ("covariance", "(h - mean) / std", "h - mean"),
        ("not centred", "(h - mean)", "h"),
        ("samples for units", "unit.T @ unit", "unit @ unit.T"),
        ("over m - 1", "h, dim=0, correction=0", "h, dim=0, correction=1"),
    ],
    "duplicate_units": [
        ("the original too", "triu(1)", "triu()"),
        ("no opposites", ".abs()", ""),
        ("the last is the original", "triu(1).amax(dim=0)", "triu(1).amax(dim=1)"),
    ],
    "bounce": [
        ("counts steps", "change.clamp(min=0).sum() / way", "(change > 0).sum() / len(change)"),
        ("downwards", "change.clamp(min=0)", "-change.clamp(max=0)"),
        ("divides by zero", "if way != 0 else 0.0", ""),
    ],
    "diagnose": [
        ("range of tanh for sigmoid", "low=0.05 if", "low=-0.95 if"),
        ("best layer for worst", "max((dead_units", "min((dead_units"),
        ("ignores the curve", "trajectory is not None", "False"),
        ("mean of the inputs, not their size", "x.square().mean().sqrt()", "x.mean().abs()"),
        ("copies forgotten", "duplicate_units(h)", "dead_units(h)"),
    ],
    # ---- images ------------------------------------------------------------------------------
    "Conv2d": [
        ("no bias", "self.weight, self.bias,", "self.weight, None,"),
        ("mathematical convolution", "x, self.weight,", "x, self.weight.flip(2, 3),"),
        ("row and column swapped", "self.stride, self.padding", "self.stride[::-1], self.padding"),
        ("padding and stride swapped", "self.stride, self.padding,", "self.padding, self.stride,"),
        ("no gaps", "self.dilation, self.groups", "1, self.groups"),
        ("no gradient at the weights", "x, self.weight,", "x, self.weight.detach(),"),
    ],
    "correlate_loops": [
        ("convolution", "weight.reshape(outputs", "weight.flip(2, 3).reshape(outputs"),
        ("no padding", '"padding": padding', '"padding": 0'),
        ("rows and columns swapped", "rows, across)", "across, rows)"),
    ],
    "correlate_fft": [
        ("convolution", ".conj()", ""),
        ("keeps what wraps around", "[:, :, : size[0] - weight.shape[2] + 1", "[:, :, : size[0]"),
        ("channels apart", ".sum(dim=2)", "[:, :, 0]"),
    ],
    "flip_kernel": [
        ("one side only", "flip(2, 3)", "flip(2)"),
        ("transposed", "weight.flip(2, 3)", "weight.transpose(2, 3)"),
        ("channels too", "flip(2, 3)", "flip(1, 2, 3)"),
    ],
    "MaxPool2d": [
        ("average", "F.max_pool2d", "F.avg_pool2d"),
        ("stride 1", "self.stride, self.padding", "1, self.padding"),
        (
            "incomplete windows too",
            "self.stride, self.padding)",
            "self.stride, self.padding, ceil_mode=True)",
        ),
    ],
    "AvgPool2d": [
        ("largest", "F.avg_pool2d", "F.max_pool2d"),
        (
            "padding not counted",
            "self.stride, self.padding)",
            "self.stride, self.padding, count_include_pad=False)",
        ),
        ("stride 1", "self.stride, self.padding", "1, self.padding"),
    ],
    "GlobalAvgPool2d": [
        ("largest", "x.mean(dim=(2, 3))", "x.amax(dim=(2, 3))"),
        ("over one side", "dim=(2, 3)", "dim=2"),
        ("sum", "x.mean", "x.sum"),
    ],
    "Flatten": [
        ("the batch too", "x.flatten(1)", "x.flatten()"),
        ("another order", "x.flatten(1)", "x.transpose(1, -1).flatten(1)"),
        ("keeps the channels", "x.flatten(1)", "x.flatten(2)"),
    ],
    "Concat": [
        ("along the batch", "dim=1", "dim=0"),
        ("order turned round", "torch.cat(xs,", "torch.cat(xs[::-1],"),
        ("the first has no gradient", "torch.cat(xs,", "torch.cat([xs[0].detach(), *xs[1:]],"),
    ],
    "ZeroPad": [
        ("all channels behind", "self.front, self.behind)", "0, self.front + self.behind)"),
        ("every pixel", ":: self.stride, :: self.stride", ":: 1, :: 1"),
        (
            "starts at the second pixel",
            ":: self.stride, :: self.stride",
            "self.stride - 1 :: self.stride, :: self.stride",
        ),
    ],
    "random_crops": [
        (
            "row and column swapped",
            "corners[:, 0], corners[:, 1]]",
            "corners[:, 1], corners[:, 0]]",
        ),
        ("one corner for all", "corners[:, 0], corners[:, 1]]", "corners[0, 0], corners[0, 1]]"),
        ("padding moved", "F.pad(x, (padding,) * 4)", "F.pad(x, (padding,) * 4).roll(padding, 2)"),
    ],
    "random_flips": [
        ("upside down", "x.flip(3)", "x.flip(2)"),
        ("the others", "x.flip(3), x)", "x, x.flip(3))"),
        ("all", "flips.bool()[:", "torch.ones_like(flips.bool())[:"),
    ],
    "subtract_mean": [
        ("mean of the batch", "x - mean", "x - x.mean(dim=0)"),
        ("mean of a channel", "x - mean", "x - mean.mean(dim=(1, 2), keepdim=True)"),
        ("added", "x - mean", "x + mean"),
    ],
    "ten_crops": [
        ("corners only", "[(0, 0), (0, across)", "[(0, 0), (0, 0)"),
        ("not mirrored", "five.flip(4)", "five"),
        ("upside down", "five.flip(4)", "five.flip(3)"),
    ],
    "average_answers": [
        ("over the examples", "dim=0", "dim=1"),
        ("a sum", "f.mean", "f.sum"),
        ("the middle one", "f.mean(dim=0)", "f.median(dim=0).values"),
    ],
    # ---- architectures -----------------------------------------------------------------------
    "outline": [
        ("forgets its options", "model(*args, **options)", "model(*args)"),
        (
            "without its output layer",
            "return model(*args, **options)",
            "return model(*args, **options)[:-1]",
        ),
    ],
    "count_layers": [
        ("pixels not counted", "box.weight.numel() * output[0, 0].numel()", "box.weight.numel()"),
        (
            "biases not counted",
            "for p in box.parameters()",
            "for p in box.parameters() if p.ndim > 1",
        ),
        ("narrowest view", "max(seen.field", "min(seen.field"),
        ("strides forgotten", "jump * box.stride[0]", "jump"),
        ("pooling sees one pixel", "(box.kernel[0] - 1) * jump", "0"),
    ],
    "receptive_field": [
        ("strides forgotten", "stride=stride", "stride=1"),
        ("counts from 0", ".max()) + 1", ".max())"),
        ("first layer alone", "in zip(kernels, strides", "in zip(kernels[:1], strides[:1]"),
    ],
    "Inception": [
        ("branches swapped", "self.ones(x), threes, fives", "self.ones(x), fives, threes"),
        ("not pooled", "self.pooled(self.pool(x))", "self.pooled(x)"),
        (
            "a branch reads the other one",
            "self.fives(self.thin5(x))",
            "self.fives(self.thin3(x)[:, :2])",
        ),
        ("not rectified", "relu=ReLU()", "relu=nn.Identity()"),
    ],
    "GoogLeNet": [
        ("one pooling less", 'in ("4a", "5a")', 'in ("4a",)'),
        (
            "pooling without padding",
            "self.pool2 = MaxPool2d(3, stride=2, padding=1)",
            "self.pool2 = MaxPool2d(3, stride=2)",
        ),
        ("heads without a full layer", "128 * 4 * 4, 1024", "128 * 4 * 4, 128"),
        ("larger first kernel", "convolved(3, 64, 7", "convolved(3, 64, 9"),
    ],
    "BasicBlock": [
        ("no shortcut", "self.downsample is not None", "False"),
        (
            "rectified before the sum",
            "y = self.bn2(self.conv2(y))",
            "y = self.relu1(self.bn2(self.conv2(y)))",
        ),
        ("not rectified at the end", "return self.relu(y)", "return y"),
        ("always the same way", "kind=shortcut", 'kind="B"'),
        (
            "two strides",
            "convolution(channels, channels, 3, rng",
            "convolution(channels, channels, 3, stride=stride, rng",
        ),
    ],
    "Bottleneck": [
        ("no shortcut", "self.downsample is not None", "False"),
        ("not widened", "self.bn3(self.conv3(y))", "self.bn3(self.conv3(y)).relu()"),
        ("not rectified at the end", "return self.relu(y)", "return y"),
        (
            "stride forgotten",
            "convolution(in_channels, channels, 1, stride=stride",
            "convolution(in_channels, channels, 1, stride=1",
        ),
    ],
    "xor_network": [
        ("gain forgotten", "gain * torch", "torch"),
        ("bias of an OR", "[0.5, -1.5]", "[0.5, 0.5]"),
        ("weights swapped", "[[0.7, -0.4]]", "[[-0.4, 0.7]]"),
    ],
    "staircase_network": [
        ("edges one step early", "-edges[1:-1]", "-edges[:-2]"),
        ("jumps not halved", "levels.diff() / 2", "levels.diff()"),
        ("starts at 0", "levels[0] + jumps.sum()", "jumps.sum()"),
    ],
    "linear_pieces": [
        ("counts bends", "1 + int", "int"),
        ("crossings at the left end", "x[i] + t * (x[i + 1] - x[i])]", "x[i]]"),
        ("bends upwards alone", "slopes.diff().abs()", "slopes.diff()"),
    ],
    # ---- representations and generation ------------------------------------------------------
    "TiedAffine": [
        ("weights of its own", "layer.weight.T,", "layer.weight.T.clone().detach(),"),
        ("no bias", ", self.bias)", ")"),
        (
            "turned round once more",
            "F.linear(h, layer.weight.T, self.bias)",
            "F.linear(h, layer.weight.T.flip(0), self.bias)",
        ),
    ],
    "Autoencoder": [
        (
            "stops at the code",
            "self.decoder(self.encoder(x))",
            "self.decoder(self.encoder(x).detach())",
        ),
        ("never tied", "if tied:", "if False:"),
        ("output first", "zip(reversed(layers), gs,", "zip(reversed(layers), gs[::-1],"),
        ("code like the other layers", "output=code", "output=activation"),
    ],
    "pretrain": [
        ("every layer sees the examples", "x = use(nn.Sequential(layer, *rest), x)", "pass"),
        ("activation skipped", "corrupt, layer, *rest, TiedAffine", "corrupt, layer, TiedAffine"),
        ("no noise", "corrupt.masks = masks", "corrupt.masks = torch.ones"),
        ("momentum lost", "momentum=momentum)", "momentum=0.0)"),
        ("next layer in training", "net.eval()(x)", "net(x)"),
    ],
    "PCA": [
        ("not centred", "(x - self.mean) @", "x @"),
        ("mean lost", "self.mean + code", "code"),
        ("sign left open", " * directions.gather(1, farthest).sign()", ""),
        ("variance over m", "/ (len(x) - 1)", "/ len(x)"),
        ("deviation for variance", "lengths[:components] ** 2", "lengths[:components]"),
    ],
    "squared_distances": [
        ("no square", " ** 2", ""),
        ("along the axes", "torch.cdist(x, centres,", "torch.cdist(x, centres, p=1.0,"),
        ("centres for examples", "torch.cdist(x, centres,", "torch.cdist(centres, x,"),
    ],
    "k_means": [
        (
            "divides by zero",
            "torch.where(counts > 0, sums / counts.clamp(min=1), centres)",
            "sums / counts",
        ),
        ("a sum, no mean", "sums / counts.clamp(min=1)", "sums"),
        ("one step more", "labels.equal(before)", "False"),
        ("farthest", "min(dim=1)", "max(dim=1)"),
        ("distance for its square", "[distances.mean()]", "[distances.sqrt().mean()]"),
    ],
    "nearest_neighbours": [
        ("the farthest", "[:, :k]", "[:, -k:]"),
        ("always Euclidean", 'if metric == "cosine":', "if False:"),
        (
            "lengths of the queries alone",
            "F.normalize(queries), F.normalize(x)",
            "F.normalize(queries), x",
        ),
        (
            "the last of equal ones",
            "squared_distances(queries, x)",
            "squared_distances(queries, x.flip(0))",
        ),
    ],
    "co_activation": [
        ("not one or zero", "(h > 0).to(h.dtype)", "h"),
        ("samples for units", "ni,nj->ij", "in,jn->ij"),
        ("counts for fractions", " / len(h)", ""),
    ],
    "largest_region_count": [
        ("one dimension less", "range(dimensions + 1)", "range(dimensions)"),
        (
            "last term only",
            "sum(comb(units, i) for i in range(dimensions + 1))",
            "comb(units, dimensions)",
        ),
        ("every pattern", "sum(comb(units, i) for i in range(dimensions + 1))", "2**units"),
    ],
    "activation_patterns": [
        ("sign of the bias", "-bias[pairs]", "bias[pairs]"),
        ("not sorted", ".unique(dim=0)", ".unique(dim=0).flip(0)"),
        ("twice the same", ".unique(dim=0)", ""),
        ("without the corners", "[torch.tensor([0, 1]", "[torch.tensor([1, 1]"),
    ],
    "estimate_moments": [
        ("over T", "x.var(dim=0)", "x.var(dim=0, correction=0)"),
        ("deviation for variance", "x.var(dim=0)", "x.std(dim=0)"),
        ("correlation", "torch.cov(x.T)", "torch.corrcoef(x.T)"),
        ("median", "x.mean(dim=0)", "x.median(dim=0).values"),
    ],
    "squared_exponential": [
        ("missing half", "-0.5 *", "-1.0 *"),
        ("missing square", "away.square()", "away.abs()"),
        ("squared variance", "variance * torch", "variance**2 * torch"),
    ],
    "GaussianProcess": [
        ("sign", "-process.log_prob(y)", "process.log_prob(y)"),
        (
            "noise as a deviation",
            "self.log_noise.exp() * torch.eye",
            "self.log_noise.exp() ** 2 * torch.eye",
        ),
        ("mean of the values", "torch.zeros_like(y)", "y.mean().expand(len(y))"),
        ("likelihood, no logarithm", "-process.log_prob(y)", "-process.log_prob(y).exp()"),
    ],
    "posterior": [
        ("variance for deviation", ".clamp(min=0).sqrt()", ".clamp(min=0)"),
        ("adds what is explained", "- explained", "+ explained"),
        (
            "without noise",
            "process.covariance(x)",
            "(process.kernel(x, x) + 1e-9 * torch.eye(len(x)).to(x))",
        ),
        (
            "upper triangle",
            "solve_triangular(factor, k.T, upper=False)",
            "solve_triangular(factor.T, k.T, upper=True)",
        ),
    ],
    "ExpectedImprovement": [
        ("the other side", "mean - self.best", "self.best - mean"),
        ("the chance, not the amount", "gain * normal.cdf(z) + std", "normal.cdf(z) + 0 * std"),
        ("hope alone", "gain * normal.cdf(z) + std", "gain * normal.cdf(z) + 0 * std"),
        ("no density", "normal.log_prob(z).exp()", "normal.log_prob(z)"),
    ],
    "RBM": [
        ("sign", "return -(v @ visible_bias) - ", "return v @ visible_bias + "),
        ("no sum over h = 0", "torch.logaddexp(a, torch.zeros_like(a))", "a"),
        ("visible bias not in F", "-(v @ visible_bias) - ", "-"),
        ("hidden bias not in a", " + hidden_bias", ""),
    ],
    "hidden_probabilities": [
        ("forgets the bias", " + rbm.hidden_bias", ""),
        ("no squashing", "torch.sigmoid(", "("),
        ("minus W", "v @ rbm.weight.T", "-v @ rbm.weight.T"),
    ],
    "visible_probabilities": [
        ("forgets the bias", " + rbm.visible_bias", ""),
        ("no squashing", "torch.sigmoid(", "("),
        ("minus the bias", " + rbm.visible_bias", " - rbm.visible_bias"),
    ],
    "gibbs_sample": [
        (
            "hidden probabilities for samples",
            "fire(hidden_probabilities(rbm, v), u[:, :n_hidden])",
            "hidden_probabilities(rbm, v)",
        ),
        (
            "visible probabilities for samples",
            "fire(visible_probabilities(rbm, h), u[:, n_hidden:])",
            "visible_probabilities(rbm, h)",
        ),
        ("one step only", "else uniforms:", "else uniforms[:1]:"),
        ("fires where it should not", "u[:, :n_hidden])", "1 - u[:, :n_hidden])"),
    ],
    "ContrastiveDivergence": [
        ("sign", "self.rbm(v).mean() - self", "self.rbm(v).mean() + self"),
        ("one step always", "steps=self.steps", "steps=1"),
        ("data for samples", "self.rbm(samples)", "self.rbm(v)"),
        (
            "no gradient of the samples",
            "self.rbm(samples).mean()",
            "self.rbm(samples).mean().detach()",
        ),
    ],
    "PersistentContrastiveDivergence": [
        ("starts at the data", "self.rbm, self.chain, uniforms", "self.rbm, v, uniforms"),
        (
            "starts anew each time",
            "self.chain = gibbs_sample",
            "self.chain[:] = 0; self.chain = gibbs_sample",
        ),
        ("data for samples", "self.rbm(self.chain)", "self.rbm(v)"),
    ],
    "ExactLikelihood": [
        ("sign of log Z", "mean() + log_z", "mean() - log_z"),
        ("Z as a constant", "+ log_z", "+ log_z.detach()"),
        ("sum for mean", "self.rbm(v).mean()", "self.rbm(v).sum()"),
        ("a bias left out", "rbm.weight.T, rbm.hidden_bias,", "rbm.weight.T, 0 * rbm.hidden_bias,"),
    ],
    "log_partition": [
        ("sign of F", "logsumexp(-free", "logsumexp(free"),
        ("largest alone", "torch.logsumexp(-free, dim=0)", "-free.min()"),
        ("mean for sum", "torch.logsumexp(-free, dim=0)", "(-free).exp().mean().log()"),
    ],
    "state_probabilities": [
        ("not divided by Z", " - log_partition(rbm)", ""),
        ("sign of F", "-rbm(states)", "rbm(states)"),
        (
            "logarithm",
            "torch.exp(-rbm(states) - log_partition(rbm))",
            "-rbm(states) - log_partition(rbm)",
        ),
    ],
    "transition_matrix": [
        ("backwards", "to_hidden @ to_visible", "(to_hidden @ to_visible).T"),
        ("two steps", "to_hidden @ to_visible", "to_hidden @ to_visible @ to_hidden @ to_visible"),
        ("sums for products", ".prod(dim=2)", ".mean(dim=2)"),
    ],
    "stationary_distribution": [
        ("of the columns", "eig(transition.T)", "eig(transition)"),
        (
            "another eigenvalue",
            "(eigenvalues - 1).abs().argmin()",
            "(eigenvalues - 1).abs().argmax()",
        ),
        ("not normalized", "pi / pi.sum()", "pi"),
    ],
    "evolve": [
        ("backwards", "distributions[-1] @ transition", "transition @ distributions[-1]"),
        ("from the start each time", "distributions[-1]", "distributions[0]"),
        ("one step more", "range(steps)", "range(steps + 1)"),
    ],
    "simulate_chain": [
        ("from the start each time", "thresholds[walk[-1]]", "thresholds[walk[0]]"),
        ("does not add up", "transition.cumsum(dim=1)", "transition"),
        ("by columns", "transition.cumsum(dim=1)", "transition.T.cumsum(dim=1)"),
        ("one state late", "[:, 0])\n", "[:, 0] + 1)\n"),
    ],
    "total_variation": [
        ("without the half", " / 2", ""),
        ("largest for sum", "ord=1", "ord=torch.inf"),
        ("over the pairs", "dim=-1", "dim=0"),
    ],
    "detailed_balance_gap": [
        (
            "weighs the columns",
            "torch.diag(distribution) @ transition",
            "transition @ torch.diag(distribution)",
        ),
        ("the matrix alone", "torch.diag(distribution) @ transition", "transition"),
        ("mean", ".abs().max()", ".abs().mean()"),
    ],
    "DiscriminatorLoss": [
        (
            "labels swapped",
            "-F.logsigmoid(a_data).mean() - F.logsigmoid(-a_fakes)",
            "-F.logsigmoid(-a_data).mean() - F.logsigmoid(a_fakes)",
        ),
        ("fakes forgotten", " - F.logsigmoid(-a_fakes).mean()", ""),
        (
            "one mean over all",
            "-F.logsigmoid(a_data).mean() - F.logsigmoid(-a_fakes).mean()",
            "-F.logsigmoid(torch.cat([a_data, -a_fakes])).mean()",
        ),
    ],
    "GeneratorLoss": [
        ("always minimax", "if self.minimax", "if True"),
        ("never minimax", "if self.minimax", "if False"),
        ("sign of minimax lost", "return F.logsigmoid(-a_fakes)", "return -F.logsigmoid(-a_fakes)"),
    ],
    "GAN": [
        ("discriminator sees data alone", "torch.cat([x, fakes])", "torch.cat([x, 0 * fakes])"),
        (
            "labels swapped",
            "DiscriminatorLoss()(a_data, a_fakes)",
            "DiscriminatorLoss()(a_fakes, a_data)",
        ),
        ("always minimax", "minimax=minimax)(", "minimax=True)("),
        ("gradients of both steps add up", "optimizer.zero_grad()", "pass"),
        ("codes ignored", "self.codes is None", "True"),
    ],
    "fit_gan": [
        ("one order for all epochs", "order_of(epoch,", "order_of(0,"),
        ("all examples in each batch", "x[batch]", "x"),
        (
            "optimizers swapped",
            "of_discriminator, of_generator = optimizers",
            "of_generator, of_discriminator = optimizers",
        ),
        ("the same codes for both", "codes[1]", "codes[0]"),
        ("never minimax", "minimax=minimax", "minimax=False"),
    ],
    "optimal_discriminator": [
        ("of the fakes", "p_data / total", "p_model / total"),
        ("the ratio", "total = p_data + p_model", "total = p_model"),
        ("sure where nothing comes", "0.5, p_data", "1.0, p_data"),
    ],
    "game_value": [
        ("fakes called data", "1 - d", "d"),
        ("minus", "+ torch.xlogy", "- torch.xlogy"),
        ("mean for sum", ".sum()", ".mean()"),
        ("0 log 0", "torch.xlogy(p_data, d)", "p_data * d.log()"),
    ],
    "jensen_shannon": [
        ("without the half", "m = (p + q) / 2", "m = p + q"),
        ("sum for mean", "for a in (p, q)) / 2", "for a in (p, q))"),
        ("one side", "for a in (p, q)) / 2", "for a in (p,))"),
    ],
}
"""For each concept: a mistake, a piece of source, and what it is changed into."""

SAME_SOURCE = (
    "MLP",
    "find_learning_rate",
    "LeNet",
    "AlexNet",
    "VGG",
    "ResNet",
    "CifarResNet",
    "sawtooth_network",
)
MUTANTS |= {name: (mutants.MUTANTS | mutants.PROCEDURES)[name] for name in SAME_SOURCE}
"""What is written alike on both sides has the same mistakes."""

WITHOUT = {}
"""Concepts in which nothing can be planted, and why; besides those that are PyTorch's own."""
