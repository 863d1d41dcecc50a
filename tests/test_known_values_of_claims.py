"""What the slides claim without a number, or get wrong: each row is shown by an example."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog
from sides import Hand, as_numpy, equal

from dlcourse import data

# ---- N, C, F: neurons and nets ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "low", "high"), [("Sigmoid", 0, 1), ("Tanh", -1, 1), ("ReLU", 0, np.inf)]
)
def test_n04_n12_ranges(side, name, low, high):
    h = as_numpy(getattr(side.lib, name)()(side.array(np.linspace(-30, 30, 601))))
    assert (h >= low).all()
    assert (h <= high).all()
    assert h.min() == pytest.approx(low, abs=1e-12)
    assert h.max() == pytest.approx(min(high, 30), abs=1e-12)


def neuron(side, weight, bias):
    found = side.lib.Neuron(2)
    found.load_state_dict({"weight": side.array(weight), "bias": side.array(bias)})
    return side.double(found)


@pytest.mark.parametrize("bias", [-3.0, 0.5, 4.0])
def test_n05_the_bias_moves_the_ridge_by_its_change_over_the_length_of_the_weights(side, bias):
    points = np.random.default_rng(0).standard_normal((20, 2))
    w = np.array([3.0, 4.0])
    moved = points - bias * w / 25  # along w, by bias / 5
    equal(
        neuron(side, w, bias)(side.array(moved)), as_numpy(neuron(side, w, 0)(side.array(points)))
    )


def test_n06_the_weights_set_the_direction_and_a_quarter_of_their_length_is_the_slope(side):
    w = np.array([3.0, 4.0])
    slope = as_numpy(side.gradient(neuron(side, w, 0.0), side.array([[0.0, 0.0]])))
    equal(slope, [w / 4])
    assert np.linalg.norm(slope) == pytest.approx(5 / 4)
    across = as_numpy(neuron(side, w, 0.0)(side.array([[4.0, -3.0], [-8.0, 6.0]])))
    equal(across, [0.5, 0.5])  # at right angles to w nothing changes


def separable(labels, corners):
    """Whether a line, or plane, has the corners of either label on its two sides."""
    signs = np.where(labels, 1, -1)[:, None]
    rows = -signs * np.column_stack([corners, np.ones(len(corners))])
    return linprog(np.zeros(rows.shape[1]), rows, -np.ones(len(rows)), bounds=(None, None)).success


@pytest.mark.parametrize(("bits", "count"), [(2, 14), (3, 104)])
def test_c01_functions_that_one_neuron_computes(bits, count):
    corners = np.array(list(itertools.product((-1, 1), repeat=bits)))
    functions = itertools.product((False, True), repeat=len(corners))
    assert sum(separable(np.array(labels), corners) for labels in functions) == count


def test_c02_c03_a_single_layer_gets_three_of_four_cases_of_xor_and_two_layers_all(side):
    """The slide calls its net of two layers of weights a single layer network."""
    corners = np.array(list(itertools.product((-1.0, 1.0), repeat=2)))
    xor = corners[:, 0] != corners[:, 1]
    lines = np.array(list(itertools.product(np.linspace(-2, 2, 9), repeat=3)))
    right = ((corners @ lines[:, :2].T + lines[:, 2] > 0) == xor[:, None]).mean(axis=0)
    assert right.max() == 0.75
    assert not separable(xor, corners)
    net = side.lib.xor_network()
    assert sum(isinstance(box, side.lib.Affine) for box in net) == 2
    equal(as_numpy(net(side.array(corners)))[:, 0], np.where(xor, 1, -1))


def test_f03_the_output_layer_reads_h_of_x_and_not_x(side):
    """One slide prints f(x) = o(b(2) + w(2)^T x)."""
    net = side.lib.MLP([3, 4, 1])
    x, first, last = side.array(np.ones((2, 3))), net[0], net[-2]
    side.double(net)
    assert as_numpy(dict(last.state_dict())["weight"]).shape == (1, 4)
    equal(net(x), as_numpy(last(net[1](first(x)))))
    with pytest.raises((ValueError, RuntimeError)):
        last(x)


# ---- E, T, B: training and gradients ----------------------------------------------------------


def test_e01_the_three_sets_of_digits_do_not_overlap():
    digits = data.digits()
    sets = [
        {row.tobytes() for row in split.x} for split in (digits.train, digits.valid, digits.test)
    ]
    assert [len(s) for s in sets] == [1078, 269, 450]
    assert len(set.union(*sets)) == 1797


def test_e03_a_net_is_linear_neither_in_its_parameters_nor_smooth_everywhere(side):
    """One slide says "differentiable, non-nonlinear"."""
    net = side.lib.MLP([1, 1, 1])
    x = side.array([[1.0]])
    side.double(net)

    def f(w, v):
        weights = {"0.weight": [[w]], "0.bias": [0], "2.weight": [[v]], "2.bias": [0]}
        net.load_state_dict({name: side.array(value) for name, value in weights.items()})
        return as_numpy(net(x)).item()

    assert (f(1, 2) + f(3, 4)) / 2 != f(2, 3)  # a linear function has its mean in the middle
    step = 1e-6
    right, left = (f(step, 1) - f(0, 1)) / step, (f(0, 1) - f(-step, 1)) / step
    assert (right, left) == (pytest.approx(1), pytest.approx(0))  # no derivative at w = 0


def test_e06_on_a_bowl_the_loss_falls_at_every_step_below_two_over_the_curvature():
    curvature, start = 4.0, 3.0
    for lr, falls in ((0.49, True), (0.51, False)):
        theta = start * (1 - lr * curvature) ** np.arange(10)
        assert bool((np.diff(theta**2) < 0).all()) is falls


def test_e08_the_loss_bounds_the_error_in_bits_and_not_in_nats(side):
    loss = side.lib.NegativeLogLikelihood()
    f = side.array([[0.501, 0.499]])  # wrong, for label 1
    nats = as_numpy(loss(f, side.array([1], int))).item()
    assert nats == pytest.approx(0.695, abs=1e-3)
    assert nats < 1 < nats / np.log(2)
    draws = np.random.default_rng(0).dirichlet(np.ones(10), 10_000)
    labels = np.zeros(10_000, int)
    wrong = draws.argmax(axis=1) != labels
    assert (-np.log2(draws[wrong, 0]) >= 1).all()


def test_e09_pictures_of_225_pixels_do_not_fit_alexnet_and_227_do(side):
    assert [(pixels - 11) % 4 for pixels in (224, 225, 227)] == [1, 2, 0]
    net = side.lib.outline(side.lib.AlexNet)
    first = side.lib.count_layers(net, (3, 227, 227))[0]
    assert first.shape == (96, 55, 55)  # as in the paper
    with pytest.raises(ValueError, match="9216"):
        side.lib.count_layers(net, (3, 224, 224))


@pytest.mark.parametrize(
    ("f", "v"), [(lambda x: x[0] ** 2 + x[1] ** 2, [0.0, 0.0]), (lambda x: x[0] ** 4, [1.0, 0.0])]
)
def test_t10_a_minimum_where_the_curvature_is_not_above_zero_for_all_v(side, f, v):
    """For v = 0 never; and x^4 has its minimum at 0, where its curvature is 0."""
    hessian = as_numpy(side.lib.hessian(f, side.array([0.0, 0.0])))
    v = np.array(v)
    assert v @ hessian @ v == pytest.approx(0, abs=1e-4)
    rng = np.random.default_rng(0)
    assert all(f(x) >= f([0.0, 0.0]) for x in rng.standard_normal((100, 2)))


def a_risk(side):
    risk = side.lib.EmpiricalRisk(side.lib.MLP([3, 4, 2]), side.lib.CrossEntropyLoss())
    risk = side.double(risk)
    rng = np.random.default_rng(0)
    return risk, side.array(rng.standard_normal((6, 3))), side.array([0, 1, 1, 0, 1, 0], int)


def gradient(side, risk, x, y):
    value = risk(x, y)
    if side is Hand:
        risk.net.zero_grad()
        risk.bprop(np.array(1.0))
        return dict(risk.net.named("grads"))["0.weight"].copy()
    risk.zero_grad()
    value.backward()
    return risk.net[0].weight.grad.numpy().copy()


def test_t11_the_mean_of_the_gradients_of_single_examples_is_that_of_the_risk(side):
    risk, x, y = a_risk(side)
    singles = [gradient(side, risk, x[t : t + 1], y[t : t + 1]) for t in range(6)]
    equal(np.mean(singles, axis=0), gradient(side, risk, x, y))


def test_o05_the_gradient_is_a_vector_and_the_average_loss_a_number(side):
    """The slide says "the gradient is the average regularized loss"; and a sum is B times it."""
    risk, x, y = a_risk(side)
    assert as_numpy(risk(x, y)).shape == ()
    assert gradient(side, risk, x, y).shape == (4, 3)
    twice = [np.concatenate([as_numpy(a)] * 2) for a in (x, y)]
    more = gradient(side, risk, side.array(twice[0]), side.array(twice[1], int))
    equal(more, gradient(side, risk, x, y))  # the mean does not grow with the batch


def test_b09_backwards_costs_two_products_where_forwards_costs_one(side):
    n, d, m = 5, 7, 11
    products = {"forwards": n * d * m, "dW": m * n * d, "dx": n * m * d}
    assert products["dW"] + products["dx"] == 2 * products["forwards"]
    (layer,) = side.lib.count_layers(side.lib.outline(side.lib.Affine, d, m), (d,))
    assert n * layer.multiply_adds == products["forwards"]


def test_b13_a_product_with_the_jacobian_has_the_size_of_the_input(side):
    softmax = side.lib.Softmax()
    a = np.random.default_rng(0).standard_normal(50)
    jacobian = as_numpy(side.lib.softmax_jacobian(side.array(a)))
    assert jacobian.shape == (50, 50)
    found = as_numpy(side.gradient(softmax, side.array(a[None])))
    assert found.shape == (1, 50)
    equal(found[0], jacobian.T @ np.ones(50))


# ---- R, O: regularization and optimization ----------------------------------------------------


def test_r07_the_most_probable_weight_under_a_gaussian_is_that_of_l2():
    rng = np.random.default_rng(0)
    x, tau = rng.standard_normal(20), 0.7
    y = 2 * x + rng.standard_normal(20)
    w = np.linspace(-1, 4, 50_001)
    log_posterior = -0.5 * ((y[:, None] - x[:, None] * w) ** 2).sum(axis=0) - w**2 / (2 * tau**2)
    strength = 1 / (2 * len(x) * tau**2)
    risk = 0.5 * ((y[:, None] - x[:, None] * w) ** 2).mean(axis=0) + strength * w**2
    assert w[log_posterior.argmax()] == w[risk.argmin()]


def test_r03_with_momentum_the_penalty_and_the_decay_are_not_the_same():
    def end(momentum, penalty, decay):
        w, v, lr = 1.0, 0.0, 0.1
        for _ in range(5):
            v = momentum * v + (w - 3) + penalty * w
            w = w * (1 - lr * decay) - lr * v
        return w

    assert end(0.0, penalty=0.2, decay=0.0) == pytest.approx(end(0.0, 0.0, decay=0.2), abs=1e-12)
    assert abs(end(0.9, penalty=0.2, decay=0.0) - end(0.9, penalty=0.0, decay=0.2)) > 0.05


def test_o01_a_small_rate_over_t_satisfies_both_conditions_and_gets_nowhere():
    t = np.arange(1, 10_001)
    assert np.prod(1 - 0.05 / t) > 0.6  # what is left of the distance on a bowl of curvature 1
    assert np.prod(1 - 1 / (t + 1.0)) < 1e-3


def steps_past_the_middle(lr, momentum):
    """Steps of a neuron that says 0.007 where 1 is right, until it says more than 0.5."""
    theta, velocity = -5.0, 0.0
    for step in itertools.count():
        h = 1 / (1 + np.exp(-theta))
        if h > 0.5:
            return step
        velocity = momentum * velocity + (h - 1) * h * (1 - h)
        theta -= lr * velocity


def test_o09_momentum_passes_a_plateau_sooner_and_so_does_a_larger_step():
    plain, half, most = (steps_past_the_middle(1.0, beta) for beta in (0.0, 0.5, 0.9))
    assert plain > 1.5 * half > 1.5 * 1.5 * most
    assert steps_past_the_middle(10.0, 0.0) < most


# ---- D, BN: dropout and batch normalization ---------------------------------------------------


def test_d08_geometric_means_of_probabilities_do_not_sum_to_one(side):
    answers = np.array([[[0.9, 0.1]], [[0.1, 0.9]]])
    plain = np.exp(np.log(answers).mean(axis=0))
    assert plain.sum() == pytest.approx(0.6)
    equal(side.lib.geometric_average(side.array(answers)), plain / plain.sum())


def saturated(side, gamma):
    rng = np.random.default_rng(0)
    box = side.lib.Sequential(side.lib.BatchNorm1d(50), side.lib.Sigmoid())
    box = side.double(box)
    state = {name: side.array(np.asarray(value)) for name, value in box.state_dict().items()}
    state["0.weight"] = side.array(np.full(50, gamma))
    state["0.num_batches_tracked"] = side.array(0, int)
    box.load_state_dict(state)
    h = as_numpy(box.train()(side.array(10 * rng.standard_normal((200, 50)))))
    return float(((h < 0.05) | (h > 0.95)).mean())


def test_bn07_bn08_normalizing_keeps_units_from_saturation_until_gamma_undoes_it(side):
    bare = as_numpy(
        side.lib.Sigmoid()(side.array(10 * np.random.default_rng(0).standard_normal((200, 50))))
    )
    assert float(((bare < 0.05) | (bare > 0.95)).mean()) > 0.5
    assert saturated(side, 1.0) < 0.02
    assert saturated(side, 10.0) > 0.7


def test_bn14_a_bias_in_front_of_it_has_no_gradient(side):
    net = side.lib.Sequential(side.lib.Affine(3, 4), side.lib.BatchNorm1d(4), side.lib.Tanh())
    net = side.double(net)
    x = side.array(np.random.default_rng(0).standard_normal((8, 3)))
    y = net.train()(x)
    if side is Hand:
        net.bprop(np.cos(np.arange(32.0)).reshape(8, 4))
        found = dict(net.named("grads"))["0.bias"]
    else:
        (y * side.array(np.cos(np.arange(32.0)).reshape(8, 4))).sum().backward()
        found = net[0].bias.grad
    assert np.abs(as_numpy(found)).max() < 1e-12


def test_bn18_with_all_data_as_one_batch_it_is_the_formula_with_expectation_and_variance(side):
    x = np.random.default_rng(0).standard_normal((50, 3)) * [1, 5, 0.2] + 7
    norm = side.lib.BatchNorm1d(3, eps=1e-14)
    norm = side.double(norm)
    equal(norm.train()(side.array(x)), (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0)), 1e-9)


# ---- A, RN: architectures -----------------------------------------------------------------


def test_rn18_an_ensemble_can_have_a_higher_error_than_its_nets(side):
    """Three nets, two right by a little and one wrong by much; the average is wrong."""
    answers = np.array([[[0.6, 0.4]], [[0.6, 0.4]], [[0.0, 1.0]]])
    together = as_numpy(side.lib.average_answers(side.array(answers)))
    single = (answers.argmax(axis=2) != 0).mean()
    assert single == pytest.approx(1 / 3)
    assert together.argmax() == 1  # 0.4 for the right class


def test_a07_with_layer_6_as_in_the_drawing_it_would_be_18_million_and_not_50(side):
    """The text of the slide removes layers 3, 4, 6 and 7; its drawing still has layer 6."""

    def parameters(**options):
        net = side.lib.outline(side.lib.AlexNet, **options)
        return sum(layer.parameters for layer in side.lib.count_layers(net, (3, 227, 227)))

    assert parameters() - parameters(without=(3, 4, 7)) == 18_477_824
    assert parameters() - parameters(without=(3, 4, 6, 7)) == 51_110_656


def test_a13_a14_one_full_layer_stays_in_googlenet_which_has_seven_million_parameters(side):
    """The slide says "completely", and 5 million."""
    layers = side.lib.count_layers(side.lib.outline(side.lib.GoogLeNet), (3, 224, 224))
    full = [layer.parameters for layer in layers if layer.kind == "Affine"]
    assert full == [1_025_000]
    assert sum(layer.parameters for layer in layers) == 6_998_552
    alexnet = side.lib.count_layers(side.lib.outline(side.lib.AlexNet), (3, 227, 227))
    assert sum(layer.parameters for layer in alexnet) / 6_998_552 == pytest.approx(8.7, abs=0.05)
