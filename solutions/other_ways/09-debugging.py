"""Other right answers to the exercises 09-debugging; the tests try them."""

import numpy as np
import torch


# %% numeric-gradient
def numeric_gradient(x, y, w, eps):
    """The same with a copy for each step, and nothing to put back."""
    x, y, w = (np.array(a, np.float64) for a in (x, y, w))
    steps = eps * np.eye(len(w))
    risks = [[np.mean((np.tanh(x @ v) - y) ** 2) for v in (w + s, w - s)] for s in steps]
    return np.array([(ahead - behind) / (2 * eps) for ahead, behind in risks])


# %% numeric-gradient
def numeric_gradient(x, y, w, eps):
    """The same for all weights at once: two matrices of stepped weights."""
    x, y, w = x.astype(float), y.astype(float), w.astype(float)
    ahead, behind = (np.tanh(x @ (w[:, None] + s * np.eye(len(w)))) for s in (eps, -eps))
    difference = ((ahead - y[:, None]) ** 2 - (behind - y[:, None]) ** 2).sum(axis=0)
    return difference / len(x) / eps / 2


# %% bug-cosine
def bug_cosine(x, y, w1, b1, w2, b2, factor):
    """The same from the share of W1 in the squared length of the gradient."""
    params = [torch.nn.Parameter(p.clone()) for p in (w1, b1, w2, b2)]
    linear = torch.nn.functional.linear
    scores = linear(linear(x, *params[:2]).clamp(min=0), *params[2:])
    (torch.logsumexp(scores, 1) - scores[torch.arange(len(y)), y]).mean().backward()
    squares = torch.stack([p.grad.square().sum() for p in params])
    share = squares[0] / squares.sum()
    return (1 - share + factor * share) / (1 - share + factor**2 * share).sqrt()


# %% bug-cosine
def bug_cosine(x, y, w1, b1, w2, b2, factor):
    """The same with the gradients by hand, and PyTorch's own cosine."""
    h = torch.relu(x @ w1.T + b1)
    ds = torch.softmax(h @ w2.T + b2, dim=1)
    ds = (ds - torch.nn.functional.one_hot(y, len(b2))) / len(x)
    da = (ds @ w2) * (h > 0)
    others = [da.sum(0), (ds.T @ h).flatten(), ds.sum(0)]
    pair = [torch.cat([k * (da.T @ x).flatten(), *others]) for k in (factor, 1)]
    return torch.nn.functional.cosine_similarity(*pair, dim=0)


# %% dead-and-copies
def dead_and_copies(h):
    """The same pair by pair."""
    dead = [bool(np.sqrt(np.mean((unit - unit.mean()) ** 2)) <= 1e-6) for unit in h.T]
    copies = [False] * len(dead)
    for j in range(len(dead)):
        for i in range(j):
            if not dead[i] and not dead[j]:
                copies[j] |= bool(abs(np.corrcoef(h[:, i], h[:, j])[0, 1]) >= 0.99)
    return np.array(dead), np.array(copies)


# %% dead-and-copies
def dead_and_copies(h):
    """The same with a covariance matrix of the units that live."""
    variance = h.var(axis=0)
    live = np.flatnonzero(variance > 1e-12)
    away = h[:, live] - h[:, live].mean(axis=0)
    r2 = (away.T @ away / len(h)) ** 2 / np.outer(variance[live], variance[live])
    copies = np.zeros(h.shape[1], bool)
    for place, j in enumerate(live):
        copies[j] = (r2[place, :place] >= 0.99**2).any()
    return variance <= 1e-12, copies
