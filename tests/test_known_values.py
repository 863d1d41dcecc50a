"""Numbers known from the slides or from mathematics: both twins could share a mistake."""

import warnings

import numpy as np
import pytest
import torch
from sides import Hand, Net, as_numpy, equal

# ---- N: the neuron and its activations --------------------------------------------------


def test_n01_the_pre_activation_is_the_bias_plus_the_weighted_sum(side):
    neuron = side.lib.Neuron(3, activation="Identity")
    neuron.load_state_dict({"weight": side.array([1, -2, 3]), "bias": side.array(0.5)})
    side.double(neuron)
    equal(neuron(side.array([[2, 1, 1]])), [0.5 + 2 - 2 + 3])


def test_n08_sigmoid_is_a_half_at_zero_and_finite_far_out(side):
    equal(side.lib.Sigmoid()(side.array([-1000, 0, 1000])), [0, 0.5, 1])
    equal(side.lib.Sigmoid()(side.array([np.log(3)])), [0.75])


@pytest.mark.parametrize(("dtype", "largest"), [(np.float64, 36.74), (np.float32, 16.64)])
def test_n09_sigmoid_rounds_to_exactly_one(side, dtype, largest):
    sigmoid = side.lib.Sigmoid()
    assert sigmoid(side.array([largest], dtype))[0] == 1
    assert sigmoid(side.array([largest - 0.1], dtype))[0] < 1


def test_n10_tanh_is_a_stretched_sigmoid(side):
    a = side.array(np.linspace(-5, 5, 11))
    equal(side.lib.Tanh()(a), as_numpy(2 * side.lib.Sigmoid()(2 * a) - 1))
    equal(side.lib.Tanh()(side.array([np.log(2)])), [0.6])


def test_n13_relu_is_not_strictly_increasing(side):
    equal(side.lib.ReLU()(side.array([-2, -1, 0, 3])), [0, 0, 0, 3])


@pytest.mark.parametrize(
    ("name", "steepest"), [("Sigmoid", 0.25), ("Tanh", 1.0), ("ReLU", 0.0), ("Identity", 1.0)]
)
def test_n15_n16_n17_derivatives_at_zero(side, name, steepest):
    equal(side.gradient(getattr(side.lib, name)(), side.array([0.0])), [steepest])


# ---- F: forward propagation ---------------------------------------------------------------


def test_f04_the_sigmoid_is_a_softmax_over_two_scores(side):
    p = side.lib.Softmax()(side.array([[1.3, 0.0]]))
    equal(p[0, 0], as_numpy(side.lib.Sigmoid()(side.array([1.3])))[0])


def test_f05_softmax_of_logs_of_weights_is_their_share(side):
    equal(side.lib.Softmax()(side.array(np.log([[1, 2, 5]]))), [[0.125, 0.25, 0.625]])
    equal(side.lib.Softmax()(side.array([[1000, 1000]])), [[0.5, 0.5]])


def test_f06_the_softmax_jacobian_of_two_equal_scores(side):
    equal(side.lib.softmax_jacobian(side.array([7, 7])), [[0.25, -0.25], [-0.25, 0.25]])


def test_f06_the_softmax_jacobian_is_singular_and_positive(side):
    jacobian = as_numpy(side.lib.softmax_jacobian(side.array([1, -2, 0.5, 3])))
    equal(jacobian.sum(axis=1), np.zeros(4))
    curvatures = np.linalg.eigvalsh(jacobian)
    assert curvatures[0] == pytest.approx(0, abs=1e-12)
    assert curvatures[1] > 1e-6  # rank C - 1


def test_f09_parameters_of_a_net(side):
    net = side.lib.MLP([64, 32, 16, 10])
    counts = [as_numpy(p).size for p in net.state_dict().values()]
    assert sum(counts) == 65 * 32 + 33 * 16 + 17 * 10 == 2778


# ---- C: capacity --------------------------------------------------------------------------


def test_c03_the_network_of_the_slides_computes_xor(side):
    corners = side.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    equal(side.lib.xor_network()(corners), [[-1], [1], [1], [-1]])


def test_c04_its_region_is_the_strip_between_minus_a_half_and_one_and_a_half(side):
    points = np.random.default_rng(0).uniform(-2, 2, (500, 2))
    total = points.sum(axis=1)
    inside = np.where((total > -0.5) & (total < 1.5), 1.0, -1.0)
    equal(side.lib.xor_network()(side.array(points))[:, 0], inside)


def test_c06_the_staircase_keeps_its_bound(side):
    x = np.linspace(0, 1, 2001)[:, None]
    wave = {Hand: np.sin, Net: torch.sin}[side]
    for units in (1, 4, 16, 64):
        net = side.lib.staircase_network(lambda x: wave(2 * np.pi * x), units, low=0.0, high=1.0)
        error = np.abs(as_numpy(net(side.array(x))) - np.sin(2 * np.pi * x))
        on_an_edge = np.isclose((x * (units + 1)) % 1, 0) | np.isclose((x * (units + 1)) % 1, 1)
        assert error[~on_an_edge].max() <= np.pi / (units + 1) + 1e-9


@pytest.mark.parametrize("folds", [1, 2, 5])
def test_c09_a_sawtooth_of_k_layers_has_two_to_the_k_pieces(side, folds):
    net = side.lib.sawtooth_network(folds)
    assert side.lib.linear_pieces(net, low=0.0, high=1.0) == 2**folds
    teeth = as_numpy(net(side.array(np.arange(2**folds + 1)[:, None] / 2**folds)))[:, 0]
    equal(teeth, np.arange(2**folds + 1) % 2)


def test_c07_pieces_of_a_net_with_known_kinks(side):
    net = side.lib.MLP([1, 3, 1])
    net.load_state_dict(
        {
            "0.weight": side.array([[1], [1], [-1]]),
            "0.bias": side.array([0, -0.5, 9]),  # kinks at 0, 0.5 and 9
            "2.weight": side.array([[1, 1, 1]]),
            "2.bias": side.array([0]),
        }
    )
    side.double(net)
    assert side.lib.linear_pieces(net, low=-1.0, high=1.0) == 3
    assert side.lib.linear_pieces(net, low=-1.0, high=10.0) == 4


# ---- E and T: risk, losses, training ------------------------------------------------------


def test_t02_negative_log_likelihood_is_in_nats(side):
    loss = side.lib.NegativeLogLikelihood()
    equal(loss(side.array([[0.25, 0.75], [1, 0]]), side.array([0, 0], int)), np.log(4) / 2)


def test_t03_its_gradient_is_minus_one_over_the_probability(side):
    df = side.gradient(
        side.lib.NegativeLogLikelihood(), side.array([[0.25, 0.75]]), side.array([0], int)
    )
    equal(df, [[-4, 0]])


def test_t04_the_gradient_at_the_scores_is_f_minus_the_one_hot_label(side):
    a = side.array(np.log([[1, 2, 5], [2, 2, 4]]))
    da = side.gradient(side.lib.CrossEntropyLoss(), a, side.array([0, 2], int))
    equal(da, np.array([[0.125 - 1, 0.25, 0.625], [0.25, 0.25, 0.5 - 1]]) / 2)


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_e10_equal_scores_cost_the_log_of_the_number_of_classes(side, classes):
    loss = side.lib.CrossEntropyLoss()(
        side.array(np.zeros((3, classes))), side.array([0, 1, 1], int)
    )
    equal(loss, np.log(classes))


def test_t05_logsumexp_far_out(side):
    equal(
        side.lib.logsumexp(side.array([[1e4, 1e4], [-1e4, -1e4]])),
        [1e4 + np.log(2), -1e4 + np.log(2)],
    )
    loss = side.lib.CrossEntropyLoss()(side.array([[1e4, -1e4]]), side.array([1], int))
    equal(loss, 2e4)


def test_f04_binary_cross_entropy(side):
    loss = side.lib.BCEWithLogitsLoss()
    equal(loss(side.array([np.log(3), 0]), side.array([1, 0])), (np.log(4 / 3) + np.log(2)) / 2)
    equal(side.gradient(loss, side.array([np.log(3)]), side.array([0])), [0.75])


def test_e04_squared_and_hinge_loss(side):
    equal(side.lib.MSELoss()(side.array([[1, 2]]), side.array([[0, 4]])), 2.5)
    equal(side.lib.HingeLoss()(side.array([2, 0.5, -1]), side.array([1, 1, 1])), (0 + 0.5 + 2) / 3)


def test_e07_and_e12_errors(side):
    a = side.array([[3, 2, 1], [3, 2, 1], [1, 3, 2], [0, 0, 1]])
    y = side.array([0, 1, 0, 1], int)
    assert side.lib.zero_one_error(a, y) == 0.75
    assert [side.lib.top_k_error(a, y, k=k) for k in (1, 2, 3)] == [0.75, 0.5, 0.0]


def test_e05_penalties_leave_biases_out(side):
    net = side.lib.MLP([2, 1])
    net.load_state_dict({"0.weight": side.array([[3, -4]]), "0.bias": side.array([100])})
    side.double(net)
    equal(side.lib.L2()(net), 25)
    equal(side.lib.L1()(net), 7)


def test_e02_the_risk_adds_strength_times_the_penalty(side):
    net = side.lib.MLP([1, 2])
    net.load_state_dict({"0.weight": side.array([[0], [0]]), "0.bias": side.array([0, 0])})
    side.double(net)
    x, y = side.array([[1], [2]]), side.array([0, 1], int)
    plain = side.lib.EmpiricalRisk(net, side.lib.CrossEntropyLoss())
    equal(plain(x, y), np.log(2))
    net.load_state_dict({"0.weight": side.array([[2], [2]]), "0.bias": side.array([0, 0])})
    priced = side.lib.EmpiricalRisk(
        net, side.lib.CrossEntropyLoss(), regularizer=side.lib.L2(), strength=0.5
    )
    equal(priced(x, y), np.log(2) + 0.5 * 8)


@pytest.mark.parametrize(("size", "updates"), [(1, 10), (4, 3), (10, 1), (None, 1)])
def test_t08_an_epoch_is_one_pass_over_the_examples(side, size, updates):
    batches = list(side.lib.minibatches(side.array(np.arange(10), int), size))
    assert len(batches) == updates
    assert sorted(int(i) for batch in batches for i in batch) == list(range(10))


def test_t07_one_step_on_a_parabola(side):
    net = side.lib.MLP([1, 1])
    net.load_state_dict({"0.weight": side.array([[3]]), "0.bias": side.array([0])})
    side.double(net)
    risk = side.lib.EmpiricalRisk(net, side.lib.MSELoss())
    trajectory = side.lib.fit(  # l = w^2, so w <- w - 0.1 * 2 w
        risk,
        side.array([[1]]),
        side.array([[0]]),
        optimizer=side.lib.SGD(net, lr=0.1),
        epochs=1,
        orders=[[0]],
    )
    equal(trajectory, [9])
    equal(net.state_dict()["0.weight"], [[3 - 0.1 * 2 * 3]])


@pytest.mark.parametrize(
    ("f", "kind"),
    [
        (lambda x: x[0] ** 2 + x[1] ** 2, "minimum"),
        (lambda x: -(x[0] ** 2) - 3 * x[1] ** 2, "maximum"),
        (lambda x: x[0] ** 2 - x[1] ** 2, "saddle"),
        (lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2, "undecided"),  # the monkey saddle
    ],
)
def test_t10_critical_points(side, f, kind):
    hessian = side.lib.hessian(f, side.array([0.0, 0.0]))
    assert side.lib.classify_critical_point(hessian) == kind


# ---- B: backpropagation -------------------------------------------------------------------


def test_b06_gradients_add_up_where_paths_meet(side):
    graph = side.lib.Graph(
        {"square": (side.lib.Multiply(), "x", "x"), "y": (side.lib.Add(), "square", "x")},
        inputs=("x",),
    )
    equal(side.gradient(graph, side.array([3.0])), [2 * 3 + 1])


def test_b03_a_graph_keeps_the_value_and_the_gradient_of_each_box(side):
    boxes = {"square": (side.lib.Multiply(), "x", "x"), "y": (side.lib.Add(), "square", "x")}
    graph = side.lib.Graph(boxes, inputs=("x",))
    assert graph.values == {}
    graph(side.array([3.0]))
    found = {name: float(value[0]) for name, value in graph.values.items()}
    assert found == {"x": 3, "square": 9, "y": 12}
    if side is Hand:
        assert graph.gradients == {}
        graph.bprop(np.array([10.0]))
        found = {name: float(gradient[0]) for name, gradient in graph.gradients.items()}
        assert found == {"y": 10, "square": 10, "x": 2 * 3 * 10 + 10}


@pytest.mark.parametrize(
    ("name", "inputs", "words"),
    [
        ("two words", ("x",), "'two words' cannot name a box"),
        ("x", ("x",), "'x' cannot name a box: take a word that is not yet taken"),
        ("y", ("x", "x"), "'x' cannot name a box"),
    ],
)
def test_b03_each_box_has_a_name_of_its_own(side, name, inputs, words):
    with pytest.raises(ValueError, match=words):
        side.lib.Graph({name: (side.lib.Tanh(), "x")}, inputs=inputs)


def test_b03_each_box_stands_at_one_place(side):
    tanh = side.lib.Tanh()
    with pytest.raises(ValueError, match="one box stands in the graph twice; make a box for each"):
        side.lib.Graph({"a": (tanh, "x"), "b": (tanh, "a")}, inputs=("x",))


def test_b03_a_wrong_order_is_refused_and_a_right_one_is_not(side):
    graph = side.lib.Graph(
        {"a": (side.lib.Tanh(), "x"), "b": (side.lib.ReLU(), "x"), "y": (side.lib.Add(), "a", "b")},
        inputs=("x",),
    )
    x = side.array([[0.5, -1]])
    equal(graph(x, order=["b", "a", "y"]), as_numpy(graph(x)))
    with pytest.raises(ValueError, match="wrong order: 'y' runs before 'b', which it reads"):
        graph(x, order=["a", "y", "b"])


def test_b10_the_slopes_of_the_error_curve(side):
    x = side.array([0.7, -1.3])
    gradient = 3 * x**2
    slopes = {}
    for scheme in ("central", "forward"):
        errors = as_numpy(
            side.lib.finite_difference_errors(
                lambda x: (x**3).sum(), x, gradient, [1e-2, 1e-3], scheme=scheme
            )
        )
        slopes[scheme] = np.log10(errors[0] / errors[1])
    assert slopes["central"] == pytest.approx(2, abs=0.01)
    assert slopes["forward"] == pytest.approx(1, abs=0.01)


def test_b11_the_kink_of_relu_halves_the_estimate(side):
    relu = side.lib.ReLU()
    estimate = side.lib.numerical_gradient(lambda x: relu(x).sum(), side.array([0.0]))
    equal(estimate, [0.5])
    with pytest.warns(side.lib.KinkWarning, match="a kink within 1e-05 of input 0"):
        side.lib.check_gradients(relu, side.array([0.0, 1.0]))


def test_b11_a_flat_slope_is_no_kink(side):
    net = side.lib.MLP([3, 4, 2], activation="Tanh", batch_norm=True)
    side.double(net)  # the bias in front of the normalization has no effect: rounding is left
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(50):  # the value may come out near zero, its rounding does not
            x, dy = side.array(rng.standard_normal((6, 3))), side.array(rng.standard_normal((6, 2)))
            side.lib.check_gradients(net, x, dy=dy)


def test_b12_the_gradients_of_a_net_pass_the_check(side):
    net = side.lib.MLP([3, 5, 4], activation="Tanh")
    side.double(net)
    x = side.array(np.random.default_rng(0).standard_normal((6, 3)))
    errors = side.lib.check_gradients(net, x)
    assert set(errors) == {"input 0", "0.weight", "0.bias", "2.weight", "2.bias"}
    assert max(errors.values()) < 1e-7
