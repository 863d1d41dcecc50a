"""Other right answers to the exercises 10-convnets; the tests try them."""

import numpy as np
import torch


# %% conv2d-forward
def conv2d_forward(x, weight, bias, stride):
    """The same as one matrix product, of windows that are copied side by side."""
    kernel = weight.shape[2]
    seen = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(2, 3))
    seen = seen[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)  # (N, H', W', C, K, K)
    cols = seen.reshape(-1, weight[0].size)
    y = cols @ weight.reshape(len(weight), -1).T + bias
    return y.reshape(*seen.shape[:3], -1).transpose(0, 3, 1, 2)


# %% conv2d-forward
def conv2d_forward(x, weight, bias, stride):
    """The same with a loop over the weights of the kernel in place of the windows."""
    kernel = weight.shape[2]
    high, wide = ((side - kernel) // stride + 1 for side in x.shape[2:])
    y = bias[:, None, None]
    for u, v in np.ndindex(kernel, kernel):
        pixels = x[:, :, u:, v:][:, :, ::stride, ::stride][:, :, :high, :wide]
        y = y + np.einsum("oc,nchw->nohw", weight[:, :, u, v], pixels)
    return y


# %% maxpool-backward
def maxpool_backward(x, dy, size):
    """The same for all windows at once: in each a row of numbers, of which one gets it."""
    n, c, high, wide = dy.shape
    inside = x[:, :, : high * size, : wide * size].reshape(n, c, high, size, wide, size)
    flat = inside.transpose(0, 1, 2, 4, 3, 5).reshape(n, c, high, wide, size**2)
    winner = np.arange(size**2) == flat.argmax(axis=-1)[..., None]
    back = (winner * dy[..., None]).reshape(n, c, high, wide, size, size)
    dx = np.zeros_like(x)
    dx[:, :, : high * size, : wide * size] = back.transpose(0, 1, 2, 4, 3, 5).reshape(
        n, c, high * size, wide * size
    )
    return dx


# %% maxpool-backward
def maxpool_backward(x, dy, size):
    """The same pixel by pixel of the windows, until somebody has taken the gradient."""
    dx, left = np.zeros_like(x), dy.copy()
    high, wide = dy.shape[2] * size, dy.shape[3] * size
    views = [x[:, :, u:high:size, v:wide:size] for u, v in np.ndindex(size, size)]
    top = np.max(views, axis=0)
    for k, (u, v) in enumerate(np.ndindex(size, size)):
        take = np.where(views[k] == top, left, 0)
        dx[:, :, u:high:size, v:wide:size] = take
        left = left - take
    return dx


# %% conv2d-backward
def conv2d_backward(x, weight, dy, stride):
    """The same with a loop over the weights of the kernel in place of the windows."""
    dx, dw = np.zeros_like(x), np.zeros_like(weight)
    high, wide = dy.shape[2:]
    for u, v in np.ndindex(*weight.shape[2:]):
        rows = slice(u, u + stride * (high - 1) + 1, stride)
        columns = slice(v, v + stride * (wide - 1) + 1, stride)
        dw[:, :, u, v] = np.einsum("nohw,nchw->oc", dy, x[:, :, rows, columns])
        dx[:, :, rows, columns] += np.einsum("nohw,oc->nchw", dy, weight[:, :, u, v])
    return dx, dw, np.einsum("nohw->o", dy)


# %% conv2d-backward
def conv2d_backward(x, weight, dy, stride):
    """The same by two correlations: of x with dy, and of dy, spread out, with w turned."""
    (n, o, high, wide), size = dy.shape, weight.shape[2]
    spread = np.zeros((n, o, x.shape[2] + size - 1, x.shape[3] + size - 1), x.dtype)
    rows = slice(size - 1, size + stride * (high - 1), stride)
    columns = slice(size - 1, size + stride * (wide - 1), stride)
    spread[:, :, rows, columns] = dy
    windows = np.lib.stride_tricks.sliding_window_view
    dx = np.einsum(
        "nohwuv,ocuv->nchw", windows(spread, (size, size), axis=(2, 3)), weight[..., ::-1, ::-1]
    )
    seen = windows(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    dw = np.einsum("nohw,nchwuv->ocuv", dy, seen)
    return dx, dw, dy.reshape(n, o, -1).sum(axis=(0, 2))


# %% shift-gaps
def shift_gaps(x, weight, shift):
    """The same with a module, and the differences of both at once."""
    o, c, size, _ = weight.shape
    layer = torch.nn.Conv2d(c, o, size, padding=size // 2, bias=False, dtype=x.dtype)
    with torch.no_grad():
        layer.weight.copy_(weight)
        y, moved = layer(x), layer(x.roll(shift, 3))
    wanted = torch.stack([y.roll(shift, 3), y])
    gaps = (moved - wanted).abs().flatten(1, 3).max(dim=1).values
    return gaps[0], gaps[1]


# %% shift-gaps
def shift_gaps(x, weight, shift):
    """The same, column by column, with the zeros put around by hand."""
    half, wide = weight.shape[2] // 2, x.shape[3]
    order = [(j - shift) % wide for j in range(wide)]

    def maps(pictures):
        around = torch.nn.functional.pad(pictures, [half] * 4)
        return torch.nn.functional.conv2d(around, weight)

    y, moved = maps(x), maps(x[..., order])
    first = [(moved[..., j] - y[..., order[j]]).abs().max() for j in range(wide)]
    second = [(moved[..., j] - y[..., j]).abs().max() for j in range(wide)]
    return torch.stack(first), torch.stack(second)
