"""Other right answers to the exercises 07-dropout; the tests try them."""

import numpy as np
import torch


# %% dropout-forward
def dropout_forward(h, m, p, inverted, training):
    """The same as one factor: the mask or its mean, over the mean where the form is inverted."""
    mask = m if training else np.full_like(h, 1 - p)
    return h * (mask / (1 - p) if inverted else mask)


# %% dropout-forward
def dropout_forward(h, m, p, inverted, training):
    """The same unit by unit."""
    y = np.zeros_like(h)
    for i in np.ndindex(h.shape):
        if not training:
            y[i] = h[i] if inverted else h[i] - p * h[i]
        elif m[i] == 1:
            y[i] = h[i] / (1 - p) if inverted else h[i]
    return y


# %% dropout-two-layers
def dropout_two_layers(a1, w2, dh2, m1, m2):
    """The same: a unit is above 0 behind its mask where it has a slope and was not silenced."""
    h1 = np.where(a1 > 0, a1, 0) * m1
    h2 = np.where(h1 @ w2.T > 0, h1 @ w2.T, 0) * m2
    da2 = np.where(h2 > 0, dh2, 0)
    return h2, np.einsum("nj,ni->ji", da2, h1), np.where(h1 > 0, da2 @ w2, 0)


# %% dropout-two-layers
def dropout_two_layers(a1, w2, dh2, m1, m2):
    """The same example by example, with one diagonal matrix for slope and mask of a layer."""
    h2, dw2, da1 = np.empty_like(a1), np.zeros_like(w2), np.empty_like(a1)
    for n in range(len(a1)):
        first = np.diag(m1[n] * (a1[n] > 0))
        second = np.diag(m2[n] * (w2 @ first @ a1[n] > 0))
        h2[n] = second @ w2 @ first @ a1[n]
        dw2 += np.outer(second @ dh2[n], first @ a1[n])
        da1[n] = first @ w2.T @ second @ dh2[n]
    return h2, dw2, da1


# %% dropout-convert
def dropout_convert(x, w1, b1, w2, b2, p):
    """The same from a state dict, in the precision of the weights."""
    nn = torch.nn
    layers = nn.Linear(*w1.T.shape), nn.ReLU(), nn.Dropout(p), nn.Linear(*w2.T.shape)
    net = nn.Sequential(*layers).to(w1.dtype)
    net.load_state_dict({"0.weight": w1, "0.bias": b1, "3.weight": w2 - p * w2, "3.bias": b2})
    net.train(False)
    return net(x)


# %% dropout-convert
def dropout_convert(x, w1, b1, w2, b2, p):
    """The same with functions; the factor is measured: what PyTorch does to a kept unit."""
    f = torch.nn.functional
    kept = f.dropout(torch.ones(1000, dtype=w2.dtype), p).max()
    h = f.dropout(f.relu(f.linear(x, w1, b1)), p, training=False)
    return f.linear(h, w2 / kept, b2)


# %% masked-average
def masked_average(h, w, b):
    """The same with the scores averaged in place of the logarithms."""
    masks = np.array(list(np.ndindex(*(2,) * h.shape[1])))
    scores = np.mean([np.einsum("nm,m,cm->nc", h, m, w) for m in masks], axis=0) + b
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% masked-average
def masked_average(h, w, b):
    """The same as a product of roots."""
    product = np.ones((len(h), len(b)))
    for mask in np.ndindex(*(2,) * h.shape[1]):
        f = np.exp((np.array(mask) * h) @ w.T + b)
        product *= (f / f.sum(axis=1, keepdims=True)) ** (0.5 ** h.shape[1])
    return (product.T / product.sum(axis=1)).T
