"""Known numbers for lecture 14: autoencoders, components, words, clusters, distributed codes."""

import math

import numpy as np
import pytest
from scipy.linalg import subspace_angles
from sides import Hand, as_numpy, equal
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors


def at_home(side, net):
    return side.double(net)


def gradients(side, net, x, loss):
    """Every gradient of the loss of a net on its own input, by name."""
    net.zero_grad()
    value = loss(net(x), x)
    if side is Hand:
        net.bprop(loss.bprop(np.ones(()))[0])
        return dict(net.named("grads"))
    value.backward()
    return {name: as_numpy(p.grad) for name, p in net.named_parameters()}


# ---- U03, U04: autoencoders and principal components ------------------------------------


def test_u03_components_are_those_of_scikit_learn(side):
    x = load_digits().data[:300]
    ours, theirs = side.lib.PCA(side.array(x), 8), PCA(8, svd_solver="full").fit(x)
    equal(ours.variances, theirs.explained_variance_, 1e-9)
    equal(np.abs(as_numpy(ours.directions) @ theirs.components_.T), np.eye(8), 1e-9)
    farthest = np.abs(as_numpy(ours.directions)).argmax(axis=1)
    assert (as_numpy(ours.directions)[np.arange(8), farthest] > 0).all()


def test_u03_what_components_leave_is_the_variance_of_the_others(side):
    x = load_digits().data[:200]
    everything = as_numpy(side.lib.PCA(side.array(x), 61).variances).sum()
    for k in (1, 5, 20):
        pca = side.lib.PCA(side.array(x), k)
        left = ((as_numpy(pca.decode(pca.encode(side.array(x)))) - x) ** 2).sum() / (len(x) - 1)
        equal(left, everything - as_numpy(pca.variances).sum(), 1e-9)


@pytest.mark.parametrize("tied", [False, True], ids=["free", "tied"])
def test_u03_a_linear_autoencoder_ends_at_the_principal_components(side, tied):
    rng = np.random.default_rng(0)
    x = (
        rng.standard_normal((60, 5))
        * [2.0, 1.5, 0.6, 0.4, 0.2]
        @ np.linalg.qr(rng.standard_normal((5, 5)))[0]
    )
    x -= x.mean(axis=0)
    net = side.lib.Autoencoder([5, 2], tied=tied)
    start = np.random.default_rng(1)
    state = {
        name: side.array(0.3 * start.standard_normal(tuple(array.shape)))
        for name, array in net.state_dict().items()
    }
    net.load_state_dict(state)
    net = at_home(side, net)
    side.lib.fit(
        side.lib.EmpiricalRisk(net, side.lib.MSELoss()),
        side.array(x),
        side.array(x),
        optimizer=side.lib.SGD(net, lr=0.3, momentum=0.9),
        epochs=400,
        orders=[np.arange(60)] * 400,
    )
    pca = PCA(2).fit(x)
    best = ((pca.inverse_transform(pca.transform(x)) - x) ** 2).mean()
    found = ((as_numpy(net(side.array(x))) - x) ** 2).mean()
    equal(found, best, 1e-9)
    encoder = as_numpy(net.encoder.state_dict()["0.weight"])
    assert np.abs(subspace_angles(encoder.T, pca.components_.T)).max() < 1e-4


def test_u04_the_gradient_of_tied_weights_is_the_sum_of_both(side):
    rng = np.random.default_rng(0)
    x = side.array(rng.standard_normal((7, 4)))
    tied = at_home(side, side.lib.Autoencoder([4, 3], code="Tanh", tied=True))
    free = at_home(side, side.lib.Autoencoder([4, 3], code="Tanh"))
    state = tied.state_dict()
    assert list(state) == ["encoder.0.weight", "encoder.0.bias", "decoder.0.bias"]
    free.load_state_dict({**state, "decoder.0.weight": state["encoder.0.weight"].T})
    both, apart = (gradients(side, net, x, side.lib.MSELoss()) for net in (tied, free))
    equal(both["encoder.0.weight"], apart["encoder.0.weight"] + apart["decoder.0.weight"].T)
    equal(both["encoder.0.bias"], apart["encoder.0.bias"])


def test_u04_tied_weights_stay_tied_whatever_happens_to_them(side):
    net = at_home(side, side.lib.Autoencoder([3, 4, 2], tied=True))
    state = {name: array + 1 for name, array in net.state_dict().items()}
    net.load_state_dict(state)
    net = net.to(np.float32).to(float) if side is Hand else net.float().double()
    x = np.random.default_rng(0).standard_normal((5, 3))
    w, b, v, c, d, e = (as_numpy(a).astype(np.float32).astype(float) for a in state.values())
    hidden = np.maximum(x @ w.T + b, 0) @ v.T + c
    equal(net(side.array(x)), np.maximum(hidden @ v + d, 0) @ w + e)


@pytest.mark.parametrize(("sizes", "tied", "count"), [
    ([64, 30], False, 64 * 30 * 2 + 30 + 64),
    ([64, 30], True, 64 * 30 + 30 + 64),
    ([2000, 500, 250, 125, 2], False, 2_316_752),
])  # fmt: skip
def test_u04_parameters_of_autoencoders(side, sizes, tied, count):
    """The last is that of the newswire stories: 2000-500-250-125-2."""
    net = side.lib.Autoencoder(sizes, tied=tied)
    assert sum(math.prod(array.shape) for array in net.state_dict().values()) == count


# ---- U08: pre-training ------------------------------------------------------------------


def test_u08_pretraining_a_layer_is_training_a_tied_autoencoder(side):
    rng = np.random.default_rng(0)
    x = side.array(rng.standard_normal((8, 4)))
    net = at_home(side, side.lib.MLP([4, 3, 2], activation="Sigmoid"))
    alone = at_home(side, side.lib.Autoencoder([4, 3], code="Sigmoid", tied=True))
    start = {f"encoder.{n}": a for n, a in net.state_dict().items() if n.startswith("0.")}
    alone.load_state_dict({**start, "decoder.0.bias": side.array(np.zeros(4))})
    output = {n: as_numpy(a).copy() for n, a in net.state_dict().items() if n.startswith("2.")}
    orders = [rng.permutation(8) for _ in range(6)]
    settings = {"epochs": 6, "batch_size": 3, "orders": orders}
    (trajectory,) = side.lib.pretrain(net, x, noise=0.0, lr=0.2, **settings)
    risk = side.lib.EmpiricalRisk(alone, side.lib.MSELoss())
    known = side.lib.fit(risk, x, x, optimizer=side.lib.SGD(alone, lr=0.2), **settings)
    equal(trajectory, known)
    equal(net.state_dict()["0.weight"], as_numpy(alone.state_dict()["encoder.0.weight"]))
    for name, array in output.items():
        equal(net.state_dict()[name], array)  # nothing has told the output layer anything


def test_u08_each_layer_learns_from_the_one_before_and_not_from_the_noise(side):
    x = side.array(np.random.default_rng(0).standard_normal((40, 6)))
    net = at_home(side, side.lib.MLP([6, 5, 4, 2], activation="Tanh", dropout=0.5))
    first, second = side.lib.pretrain(net, x, noise=0.2, lr=0.3, epochs=60)
    assert as_numpy(first)[-5:].mean() < as_numpy(first)[:5].mean()
    assert as_numpy(second)[-5:].mean() < as_numpy(second)[:5].mean()
    assert net[0].training


# ---- U02, U03: words --------------------------------------------------------------------


def test_u02_a_story_by_hand(side):
    text = "The bank raised rates; THE other bank's rates fell 3%."
    found = side.lib.word_counts([text, ""], ["bank", "the", "rates", "oil"])
    equal(found, [[2, 2, 2, 0], [0, 0, 0, 0]])


def test_u02_rows_sum_to_the_lengths(side):
    texts = ["oil oil tax", "tax", "a court, a flood and a tax"]
    vocabulary = sorted(set(" ".join(texts).replace(",", "").split()))
    equal(as_numpy(side.lib.word_counts(texts, vocabulary)).sum(axis=1), [3, 1, 7])


def test_u03_equal_scores_cost_the_logarithm_of_the_vocabulary(side):
    counts = side.array([[1, 0, 3, 0], [0, 2, 0, 5]])
    equal(side.lib.WordLoss()(side.array(np.zeros((2, 4))), counts), np.log(4))


def test_u03_the_loss_of_words_ends_at_the_entropy_and_not_below(side):
    counts = np.array([[1.0, 0, 3, 4], [2, 2, 2, 2]])
    shares = counts / counts.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        logs = np.where(shares > 0, np.log(shares), -800.0)
    entropy = -(shares * logs).sum(axis=1).mean()
    loss = side.lib.WordLoss()
    equal(loss(side.array(logs + 7), side.array(counts)), entropy)
    equal(side.gradient(loss, side.array(logs + 7), side.array(counts)), np.zeros((2, 4)))
    for seed in range(20):
        other = logs + np.random.default_rng(seed).standard_normal((2, 4))
        assert float(loss(side.array(other), side.array(counts))) > entropy


# ---- X03, X04, X05: clusters and distributed codes --------------------------------------


def test_x04_the_squared_error_of_k_means_never_rises_and_ends_at_rest(side):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((80, 3)) + 2 * rng.integers(-1, 2, size=(80, 3))
        centres, labels, trajectory = side.lib.k_means(side.array(x), side.array(x[:6]))
        assert (np.diff(as_numpy(trajectory)) <= 1e-12).all()
        assert len(trajectory) < 100
        again = side.lib.k_means(side.array(x), centres)
        equal(again[0], as_numpy(centres))
        equal(again[1], as_numpy(labels))
        for k in range(6):
            equal(centres[k], x[as_numpy(labels) == k].mean(axis=0))


def test_x04_k_means_is_that_of_scikit_learn(side):
    x = load_digits().data[:300]
    theirs = KMeans(10, init=x[:10], n_init=1, tol=0, max_iter=100, algorithm="lloyd").fit(x)
    centres, labels, trajectory = side.lib.k_means(side.array(x), side.array(x[:10]))
    equal(centres, theirs.cluster_centers_, 1e-9)
    equal(labels, theirs.labels_)
    equal(as_numpy(trajectory)[-1], theirs.inertia_ / 300, 1e-9)


def test_x04_a_cluster_of_nobody_stays_where_it_is(side):
    x = side.array([[0.0], [1.0], [2.0]])
    centres, labels, _ = side.lib.k_means(x, side.array([[1.0], [50.0]]))
    equal(centres, [[1.0], [50.0]])
    equal(labels, [0, 0, 0])


def test_m06_neighbours_are_those_of_scikit_learn(side):
    x = load_digits().data
    for metric in ("euclidean", "cosine"):
        nearest = NearestNeighbors(n_neighbors=3, metric=metric, algorithm="brute").fit(x[100:400])
        found = side.lib.nearest_neighbours(
            side.array(x[:50]), side.array(x[100:400]), k=3, metric=metric
        )
        distances, _ = nearest.kneighbors(x[:50])
        chosen = x[100:400][as_numpy(found)]  # (50, 3, 64): distances, since there may be ties
        away = chosen - x[:50, None]
        if metric == "cosine":
            lengths = np.linalg.norm(chosen, axis=2) * np.linalg.norm(x[:50, None], axis=2)
            ours = 1 - (chosen * x[:50, None]).sum(axis=2) / lengths
        else:
            ours = np.linalg.norm(away, axis=2)
        equal(ours, distances, 1e-9)


def test_x03_two_units_at_once(side):
    h = side.array([[1, 2, 0], [0, 3, 0], [0.5, 0.1, 0], [0, 0, 0]])
    equal(side.lib.co_activation(h), [[0.5, 0.5, 0], [0.5, 0.75, 0], [0, 0, 0]])
    one_hot = side.array(np.eye(3)[[0, 1, 1, 2]])
    equal(side.lib.co_activation(one_hot), np.diag([0.25, 0.5, 0.25]))


@pytest.mark.parametrize(("units", "regions"), [(1, 2), (2, 4), (3, 7), (5, 16), (10, 56)])
def test_x04_regions_of_the_plane(side, units, regions):
    assert side.lib.largest_region_count(units, 2) == regions
    assert regions == 1 + units + units * (units - 1) // 2
    rng = np.random.default_rng(units)
    weight, bias = rng.standard_normal((units, 2)), rng.standard_normal(units)
    found = as_numpy(side.lib.activation_patterns(side.array(weight), side.array(bias)))
    assert found.shape == (regions, units)
    seen = {tuple(p) for p in (rng.standard_normal((20_000, 2)) * 3 @ weight.T + bias > 0)}
    assert seen <= {tuple(p) for p in found.astype(bool)}  # points find no other pattern


def test_x05_as_many_inputs_as_units_tell_all_patterns_apart(side):
    for n in range(8):
        assert side.lib.largest_region_count(n, n) == 2**n
        assert side.lib.largest_region_count(n, 20) == 2**n
        assert side.lib.largest_region_count(n, 1) == n + 1
