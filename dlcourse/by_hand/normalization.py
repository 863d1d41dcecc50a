"""Normalization: give every input, or every unit, mean 0 and variance 1."""

from collections.abc import Callable, Iterator

import numpy as np

from dlcourse.by_hand import windows
from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.numbers import check_digits, check_sizes
from dlcourse.by_hand.windows import channels_first, channels_last, share_out


class Standardize(Box):
    """Subtract the mean of each input over the training set, and divide by its deviation.

    Parameters
    ----------
    num_features : int
        Number D of inputs.

    Attributes
    ----------
    buffers["mean"], buffers["std"] : arrays of shape (D,)
        Set by `fit`; 0 and 1 before.

    Raises
    ------
    ValueError
        When there is no input, or x does not have D columns.

    Notes
    -----
    An input that never changes keeps its scale: its deviation counts as 1.
    Slide rows O17, V07.
    """

    def __init__(self, num_features: int) -> None:
        super().__init__()
        check_sizes(inputs=num_features)
        self.buffers = {"mean": np.zeros(num_features), "std": np.ones(num_features)}

    def fit(self, x: Array) -> None:
        """Learn the mean and the deviation of each column of the training examples x (T, D)."""
        check_columns(tuple(x.shape), len(self.buffers["mean"]))
        std = x.std(axis=0)
        self.buffers["mean"][...] = x.mean(axis=0)
        self.buffers["std"][...] = np.where(std > 0, std, 1)

    def fprop(self, x: Array) -> Array:
        """Map x (N, D) to (x - mean) / std."""
        mean, std = self.buffers["mean"], self.buffers["std"]
        check_columns(tuple(x.shape), len(mean))
        return (x - mean) / std

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at the output to the gradient at x; mean and std are constants."""
        return dy / self.buffers["std"]


class BatchNorm1d(Box):
    """Normalize each unit over the mini-batch, then scale by gamma and shift by beta.

    Parameters
    ----------
    num_features : int
        Number C of units.
    eps : float
        Added to the variance, so that nothing is divided by 0.
    momentum : float
        Weight of the new statistics in the running averages.  (So 0.1 here is 0.9 in the
        words of other exponential averages.)

    Attributes
    ----------
    params["weight"], params["bias"] : arrays of shape (C,)
        gamma and beta.
    buffers["running_mean"], buffers["running_var"] : arrays of shape (C,)
        Used when not training; the variance is over m - 1, as PyTorch keeps it.
    buffers["num_batches_tracked"] : array of shape ()

    Raises
    ------
    ValueError
        When there is no unit; from `fprop`, when x does not have C columns, when training on a
        single value per unit, which has no variance, or in float16.

    Notes
    -----
    Slide rows BN01, BN02, BN03, BN04, BN05, BN06, BN10, BN11, BN14.
    """

    dims = 2

    def __init__(self, num_features: int, *, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        check_sizes(units=num_features)
        self.eps, self.momentum = eps, momentum
        self.set_params(weight=np.ones(num_features), bias=np.zeros(num_features))
        self.buffers = {
            "running_mean": np.zeros(num_features),
            "running_var": np.ones(num_features),
            "num_batches_tracked": np.zeros((), np.int64),
        }

    def fprop(self, x: Array) -> Array:
        """Map x (N, C) to gamma x_hat + beta, as in Algorithm 1."""
        gamma, beta = self.params["weight"], self.params["bias"]
        check_batch(tuple(x.shape), len(gamma), dims=self.dims, training=self.training)
        check_digits(x.dtype, "sums of squares")
        rows = Rows(x.shape)
        if self.training:
            m = x.size // len(gamma)
            mean = rows.sum(lambda x: x, x) / m
            var = rows.sum(lambda x, mean: (x - mean) ** 2, x, mean=mean) / m
            self.keep_running(mean, var, m)
        else:
            mean, var = self.buffers["running_mean"], self.buffers["running_var"]
        std = np.sqrt(var + self.eps)
        x_hat = rows.map(lambda x, mean, scale: scale * (x - mean), x, mean=mean, scale=1 / std)
        self.saved = x_hat, std, self.training
        return rows.map(
            lambda x_hat, gamma, beta: gamma * x_hat + beta, x_hat, gamma=gamma, beta=beta
        )

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at the output to the gradient at x; add to `grads`.

        While training, mean and variance depend on x too, and so on every example.
        """
        x_hat, std, training = self.saved
        gamma = self.params["weight"]
        rows = Rows(dy.shape)
        dgamma = rows.sum(lambda dy, x_hat: dy * x_hat, dy, x_hat)
        dbeta = rows.sum(lambda dy: dy, dy)
        self.grads["weight"] += dgamma
        self.grads["bias"] += dbeta
        if not training:
            return rows.map(lambda dy, scale: scale * dy, dy, scale=gamma / std)
        m = dy.size // len(gamma)
        return rows.map(
            lambda dy, x_hat, scale, dbeta, dgamma: scale * (dy - dbeta - x_hat * dgamma),
            dy,
            x_hat,
            scale=gamma / std,
            dbeta=dbeta / m,
            dgamma=dgamma / m,
        )

    def keep_running(self, mean: Array, var: Array, m: int) -> None:
        """Move the running averages towards the statistics of a batch of m values per unit."""
        unbiased = var * m / (m - 1)
        for name, new in (("running_mean", mean), ("running_var", unbiased)):
            old = self.buffers[name]
            old[...] = (1 - self.momentum) * old + self.momentum * new
        self.buffers["num_batches_tracked"] += 1


class BatchNorm2d(BatchNorm1d):
    """Normalize each channel over the images and pixels of the mini-batch.

    Parameters, attributes and errors as for `BatchNorm1d`; x has shape (N, C, H, W).

    Notes
    -----
    Slide row BN15.
    """

    dims = 4


class Rows:
    """A batch in rows, with the units side by side, worked through some rows at a time.

    Images are laid out as rows (N H, W C): all channels of a pixel, then those of the next.
    Such long rows are why normalizing images is fast: each operation runs through a whole row,
    a matrix product with ones sums the columns twenty times as fast as a sum over axis 0, and
    what is computed on the way stays in the cache.

    Parameters
    ----------
    shape : tuple of int
        Of the batch: (N, C) or (N, C, H, W).
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape, self.channels = shape, shape[1]
        self.width = shape[1] if len(shape) == 2 else shape[1] * shape[3]

    def map(self, f: Callable[..., Array], *arrays: Array, **units: Array) -> Array:
        """Compute f of arrays in the shape of the batch, and of vectors (C,), one per unit."""
        rows, wide = [self.laid(a) for a in arrays], self.widened(units)
        out = np.empty(rows[0].shape, np.result_type(*arrays, *units.values()))

        def work(share: int) -> None:
            for block in self.blocks(out, share):
                out[block] = f(*(a[block] for a in rows), **wide)

        share_out(work)
        return self.shaped(out)

    def sum(self, f: Callable[..., Array], *arrays: Array, **units: Array) -> Array:
        """Sum f of arrays and vectors, as `map` takes them, over the values of each unit."""
        rows, wide = [self.laid(a) for a in arrays], self.widened(units)

        def work(share: int) -> Array:
            total = np.zeros(self.width, np.result_type(*arrays, *units.values()))
            for block in self.blocks(rows[0], share):
                values = f(*(a[block] for a in rows), **wide)
                total += np.ones(len(values), values.dtype) @ values
            return total

        columns: Array = sum(share_out(work))
        return columns.reshape(-1, self.channels).sum(axis=0)

    def blocks(self, rows: Array, share: int) -> Iterator[slice]:
        """Cut rows into blocks that fit into the cache twice, for one of the threads."""
        together = max(windows.BLOCK // max(2 * rows[:1].nbytes, 1), 1)
        for start in range(share * together, len(rows), windows.THREADS * together):
            yield slice(start, start + together)

    def laid(self, a: Array) -> Array:
        """View a batch as rows."""
        return (a if a.ndim == 2 else channels_last(a)).reshape(-1, self.width)

    def widened(self, units: dict[str, Array]) -> dict[str, Array]:
        """Repeat vectors with a number for each unit to the length of a row."""
        times = self.width // self.channels
        return {name: np.tile(v, times) for name, v in units.items()} if times > 1 else units

    def shaped(self, rows: Array) -> Array:
        """Give rows the shape of the batch again."""
        if len(self.shape) == 2:
            return rows
        n, c, h, w = self.shape
        return channels_first(rows.reshape(n, h, w, c))


def compute_global_statistics(net: Box, x: Array) -> None:
    """Give every batch normalization of a net the mean and variance over all of x.

    The slides' final phase: from the first layer to the last, propagate all training data to
    that layer, and store the statistics there.  Layers before it already use theirs.

    Parameters
    ----------
    net : Box
        Its batch normalizations stand in the order in which they run.
    x : array of shape (T, ...)
        All training examples, at least two.

    Notes
    -----
    The running averages are replaced.  Slide row BN10.
    """
    was_training = net.training
    net.train(False)
    for norm in batch_norms(net):
        momentum, norm.momentum, norm.training = norm.momentum, 1.0, True
        net(x)
        norm.momentum, norm.training = momentum, False
    net.train(was_training)


def batch_norms(net: Box) -> Iterator[BatchNorm1d]:
    """Yield the batch normalizations of a net, from the first to the last."""
    return (box for box in net.modules() if isinstance(box, BatchNorm1d))


def check_columns(shape: tuple[int, ...], features: int) -> None:
    """Refuse examples that do not have one column for each feature."""
    if len(shape) != 2 or shape[1] != features:
        raise ValueError(f"x has shape {shape}, which does not fit {features} features")


def check_batch(shape: tuple[int, ...], units: int, *, dims: int, training: bool) -> None:
    """Refuse a batch of another shape, or without a variance."""
    if len(shape) != dims or shape[1] != units:
        letters = "(N, C)" if dims == 2 else "(N, C, H, W)"
        raise ValueError(f"x has shape {shape}, not {letters} with C = {units}")
    if training and int(np.prod(shape)) <= units:
        batch = "a batch of one value per unit" if np.prod(shape) else "an empty batch"
        raise ValueError(
            f"{batch} has no variance: train on two examples or more, "
            "or switch to evaluation with net.train(False)"
        )
