"""Other right answers to the exercises 14-unsupervised; the tests try them."""

import numpy as np
import torch


# %% bag-of-words
def bag_of_words(stories, vocabulary):
    """The same with a regular expression and a table of words."""
    import re
    from collections import Counter

    tables = [Counter(re.findall(r"[^\W\d_]+", text.casefold())) for text in stories]
    return np.array([[table[w] for w in vocabulary] for table in tables])


# %% bag-of-words
def bag_of_words(stories, vocabulary):
    """The same by comparing every word with the whole vocabulary."""
    rows = []
    for text in stories:
        for sign in ",.-":
            text = text.replace(sign, " ")
        found = np.array(text.lower().split())
        rows.append((found[:, None] == np.array(vocabulary)).sum(axis=0))
    return np.stack(rows)


# %% duel-gradients
def duel_gradients(x, z, g, w, u):
    """The same in two steps, with labels, as one trains."""
    from torch.nn.functional import binary_cross_entropy_with_logits as loss

    g, w = torch.nn.Parameter(g.clone()), torch.nn.Parameter(w.clone())

    def score(v):
        return torch.tanh(torch.nn.functional.linear(v, w)) @ u

    fakes = torch.nn.functional.linear(z, g)
    real, fake = score(x), score(fakes.detach())
    (loss(real, torch.ones_like(real)) + loss(fake, torch.zeros_like(fake))).backward()
    first = w.grad.clone()
    again = score(fakes)
    loss(again, torch.ones_like(again)).backward()
    return first, g.grad


# %% duel-gradients
def duel_gradients(x, z, g, w, u):
    """The same by hand: D - 1 and D are the gradients at the scores."""
    made = z @ g.T
    h_x, h_made = torch.tanh(x @ w.T), torch.tanh(made @ w.T)
    on_x = (torch.sigmoid(h_x @ u) - 1)[:, None] / len(x)
    on_made = torch.sigmoid(h_made @ u)[:, None] / len(z)
    slope_x, slope_made = u * (1 - h_x**2), u * (1 - h_made**2)
    first = (on_x * slope_x).T @ x + (on_made * slope_made).T @ made
    back = ((on_made - 1 / len(z)) * slope_made) @ w
    return first, back.T @ z


# %% exact-chain
def exact_chain(w, b, c, v, h):
    """The same from a table of all energies."""
    energy = -(v @ b)[:, None] - h @ c - v @ w.T @ h.T
    both = np.exp(-energy)  # (S, R), up to Z
    p = both.sum(axis=1) / both.sum()
    given_v = both / both.sum(axis=1, keepdims=True)
    given_h = both / both.sum(axis=0)
    return p, np.einsum("sr,tr->st", given_v, given_h)


# %% exact-chain
def exact_chain(w, b, c, v, h):
    """The same state by state."""

    def chance(on, state):
        return np.prod([q if s else 1 - q for q, s in zip(on, state, strict=True)])

    def sigmoid(a):
        return (1 + np.tanh(a / 2)) / 2

    weight = [np.exp(b @ s) * np.prod(1 + np.exp(w @ s + c)) for s in v]
    step = np.zeros((len(v), len(v)), v.dtype)
    for i, start in enumerate(v):
        for cause in h:
            reached = [chance(sigmoid(cause @ w + b), s) for s in v]
            step[i] += chance(sigmoid(w @ start + c), cause) * np.array(reached)
    return np.array(weight) / sum(weight), step
