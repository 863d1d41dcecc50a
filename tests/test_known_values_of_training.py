"""Known numbers for lectures 05 to 09: regularization, steps, dropout, normalization, diagnosis."""

import itertools

import numpy as np
import pytest
from sides import Hand, Net, as_numpy, equal


def one_weight(side, weight, bias=0.0):
    """A net of a single weight and bias."""
    net = side.lib.MLP([1, 1])
    net.load_state_dict({"0.weight": side.array([[weight]]), "0.bias": side.array([bias])})
    return side.double(net)


# ---- R: regularization ------------------------------------------------------------------


def test_r03_weight_decay_shrinks_by_a_factor_before_each_step(side):
    net = one_weight(side, 3.0)
    risk = side.lib.EmpiricalRisk(net, side.lib.MSELoss())
    optimizer = side.lib.SGD(net, lr=0.1, weight_decay=2 * 0.5)  # lambda = 0.5
    risk(side.array([[0]]), side.array([[0]]))  # the loss has no slope here
    net.zero_grad()
    if side is Hand:
        risk.bprop(np.ones(()))
    else:
        risk(side.array([[0]]), side.array([[0]])).backward()
    optimizer.step()
    equal(net.state_dict()["0.weight"], [[(1 - 2 * 0.1 * 0.5) * 3.0]])


def test_r04_weight_decay_leaves_biases_alone(side):
    net = one_weight(side, 3.0, bias=7.0)
    side.lib.fit(
        side.lib.EmpiricalRisk(net, side.lib.MSELoss()),
        side.array([[0]]),
        side.array([[7]]),
        optimizer=side.lib.SGD(net, lr=0.1, weight_decay=1.0),
        epochs=1,
        orders=[[0]],
    )
    equal(net.state_dict()["0.bias"], [7.0])
    equal(net.state_dict()["0.weight"], [[0.9 * 3.0]])


@pytest.mark.parametrize(("w", "left"), [(3.0, 2.5), (0.5, 0.0), (0.2, 0.0), (-0.7, -0.2)])
def test_r05_the_soft_threshold_stops_at_zero(side, w, left):
    equal(side.lib.soft_threshold(side.array([w]), threshold=0.5), [left])


def test_r05_it_solves_the_one_dimensional_problem(side):
    v = np.linspace(-3, 3, 60_001)
    for w in (-1.7, -0.3, 0.0, 0.9, 2.2):
        best = v[np.argmin((v - w) ** 2 / 2 + 0.6 * np.abs(v))]
        equal(side.lib.soft_threshold(side.array([w]), threshold=0.6), [best], 1e-4)


def test_r05_only_the_proximal_step_makes_exact_zeros(side):
    for proximal, exact in ((True, True), (False, False)):
        net = one_weight(side, 0.33)
        x, y = side.array([[0]]), side.array([[0]])
        if proximal:
            risk = side.lib.EmpiricalRisk(net, side.lib.MSELoss())
            optimizer = side.lib.ProximalSGD(net, lr=0.1, strength=1.0)
        else:
            risk = side.lib.EmpiricalRisk(
                net, side.lib.MSELoss(), regularizer=side.lib.L1(), strength=1.0
            )
            optimizer = side.lib.SGD(net, lr=0.1)
        side.lib.fit(risk, x, y, optimizer=optimizer, epochs=9, orders=[[0]] * 9)
        w = as_numpy(net.state_dict()["0.weight"])[0, 0]
        assert (w == 0) == exact
        assert abs(w) <= 0.1  # the subgradient steps to and fro within alpha lambda


def test_r06_the_sign_of_zero_is_zero(side):
    net = one_weight(side, 0.0)
    penalty = side.lib.L1()
    value = penalty(net)
    if side is Hand:
        penalty.bprop(np.ones(()))
        assert net[0].grads["weight"][0, 0] == 0
    else:
        value.backward()
        assert net[0].weight.grad.item() == 0


def test_r08_a_sample_of_three(side):
    x = side.array([[1, 10], [2, 20], [6, 60]])
    mean, variance, covariance = side.lib.estimate_moments(x)
    equal(mean, [3, 30])
    equal(variance, [7, 700])  # (4 + 1 + 9) / 2
    equal(covariance, [[7, 70], [70, 700]])


def test_r13_shrinkage_in_closed_form(side):
    curvature = side.array([0, 1, 4])
    equal(side.lib.l2_shrinkage(curvature, strength=0.5), [0, 1 / 2, 4 / 5])
    equal(
        side.lib.early_stopping_shrinkage(curvature, lr=0.1, steps=2), [0, 1 - 0.9**2, 1 - 0.6**2]
    )


def test_r12_the_best_parameters_come_back(side):
    net = one_weight(side, 1.0)
    errors = iter([5.0, 3.0, 4.0, 3.0, 9.0, 1.0])
    stopping = side.lib.EarlyStopping(net, lambda: next(errors), patience=3)
    states = []
    for epoch in range(6):
        net.load_state_dict({"0.weight": side.array([[epoch]]), "0.bias": side.array([0])})
        states.append(stopping.update())
        if states[-1]:
            break
    assert states == [False, False, False, False, True]  # epochs 2, 3 and 4 are no better than 1
    assert stopping.history == [5, 3, 4, 3, 9]
    assert stopping.best_epoch == 1
    stopping.restore()
    equal(net.state_dict()["0.weight"], [[1.0]])


# ---- O: optimization ---------------------------------------------------------------------


def test_o07_momentum_adds_up_old_gradients(side):
    net = one_weight(side, 0.0)
    optimizer = side.lib.SGD(net, lr=1.0, momentum=0.5)
    weights = []
    for _ in range(4):  # a constant gradient of 1
        net.zero_grad()
        if side is Hand:
            net[0].grads["weight"] += 1.0
        else:
            net[0].weight.sum().backward()
        optimizer.step()
        weights.append(as_numpy(net.state_dict()["0.weight"])[0, 0])
    equal(-np.diff([0.0, *weights]), [1, 1.5, 1.75, 1.875])  # towards 1 / (1 - 0.5) = 2


def test_o08_the_average_is_one_minus_beta_times_the_momentum(side):
    x = side.array([1, 0, 0])
    equal(side.lib.exponential_average(x, decay=0.9), [0.1, 0.09, 0.081])
    ones = as_numpy(side.lib.exponential_average(side.array(np.ones(200)), decay=0.9))
    assert ones[-1] == pytest.approx(1, abs=1e-8)  # its coefficients sum to one


@pytest.mark.parametrize("condition", [4.0, 100.0])
def test_o10_the_best_momentum_replaces_the_condition_number_by_its_root(side, condition):
    curvature, root = side.array([1.0, condition]), np.sqrt(condition)
    lr, momentum = (2 / (root + 1)) ** 2, ((root - 1) / (root + 1)) ** 2
    rate = side.lib.momentum_rate(curvature, lr=lr, momentum=momentum)
    equal(rate, [(root - 1) / (root + 1)] * 2, 1e-7)
    plain = side.lib.momentum_rate(curvature, lr=2 / (1 + condition), momentum=0.0)
    equal(plain, [(condition - 1) / (condition + 1)] * 2, 1e-9)


def test_o10_the_rate_is_what_a_run_shows(side):
    net = one_weight(side, 1.0)  # with its bias it makes one bowl, (w + b)^2, of curvature 4
    trajectory = side.lib.fit(
        side.lib.EmpiricalRisk(net, side.lib.MSELoss()),
        side.array([[1]]),
        side.array([[0]]),
        optimizer=side.lib.SGD(net, lr=0.025, momentum=0.2),
        epochs=61,
        orders=[[0]] * 61,
    )
    distance = np.sqrt(as_numpy(trajectory))
    rate = as_numpy(side.lib.momentum_rate(side.array([4.0]), lr=0.025, momentum=0.2))[0]
    assert (distance[60] / distance[40]) ** (1 / 20) == pytest.approx(rate, rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "decay", "known"),
    [
        ("constant", 0.0, [0.6, 0.6, 0.6, 0.6]),
        ("inverse", 0.5, [0.4, 0.3, 0.24, 0.2]),
        ("power", 1.0, [0.6, 0.3, 0.2, 0.15]),
        ("power", 0.5, 0.6 / np.sqrt([1, 2, 3, 4])),
        ("step", 0.1, [0.6, 0.6, 0.06, 0.06]),
    ],
)
def test_o02_o03_o13_schedules(side, kind, decay, known):
    t = side.array([1, 2, 3, 4])
    equal(side.lib.step_size(t, kind=kind, lr=0.6, decay=decay, period=2), known)
    optimizer = side.lib.SGD(one_weight(side, 0.0), lr=0.6)
    schedule = side.lib.Schedule(optimizer, kind, decay=decay, period=2)
    seen = []
    for _ in range(4):
        seen.append(optimizer.lr if side is Hand else optimizer.param_groups[0]["lr"])
        optimizer.step()  # PyTorch warns when the schedule moves first
        schedule.step()
    equal(np.array(seen), known)


def test_o01_the_sums_of_one_over_t(side):
    sums, squares = side.lib.robbins_monro_sums(side.array(1 / np.arange(1, 100_001)))
    assert as_numpy(sums)[-1] == pytest.approx(np.log(100_000) + np.euler_gamma, abs=1e-4)
    assert as_numpy(squares)[-1] == pytest.approx(np.pi**2 / 6, abs=1e-4)


@pytest.mark.parametrize(
    ("trajectory", "wrong"),
    [
        ([2.0, 1.0], False),
        ([1.0, 2.0], True),
        ([1.0, np.nan, 0.5], True),
        ([1.0, np.inf, 0.5], True),
        ([1.0, *[0.5] * 9, 5.0, *[0.5] * 9], False),  # a single bad batch in between
        ([1.0, *[5.0] * 19, *[0.5] * 10], False),
    ],
)
def test_o11_divergence(side, trajectory, wrong):
    assert side.lib.diverges(side.array(trajectory)) is wrong


def test_o11_on_a_bowl_halving_stops_at_the_first_rate_below_two_over_the_curvature(side):
    def train(lr):
        return side.array((1 - lr * 7.0) ** (2 * np.arange(50.0)))

    assert side.lib.find_learning_rate(train, lr=8.0) == 0.25  # 0.5 > 2 / 7 > 0.25


@pytest.mark.parametrize(
    ("kind", "std"), [("zeros", 0), ("normal", 0.3), ("glorot", np.sqrt(2 / 500)), ("he", 0.1)]
)
def test_o15_standard_deviations_of_initial_weights(side, kind, std):
    assert side.lib.initial_std((300, 200), kind=kind, std=0.3) == pytest.approx(std)
    net = side.lib.MLP([200, 300, 1])
    side.lib.initialize(net, kind=kind, std=0.3, rng=side.source(0))
    weight = as_numpy(net.state_dict()["0.weight"])
    assert weight.std() == pytest.approx(std, rel=0.02)
    assert not as_numpy(net.state_dict()["0.bias"]).any()


def test_o15_a_convolution_sums_over_its_kernel(side):
    assert side.lib.initial_std((8, 16, 3, 3), kind="he") == pytest.approx(np.sqrt(2 / 144))


def test_o18_zeros_stay_alike(side):
    net = side.lib.MLP([3, 4, 2], activation="Tanh")
    side.lib.initialize(net, kind="zeros")
    side.double(net)
    x = side.array(np.random.default_rng(0).standard_normal((6, 3)))
    side.lib.fit(
        side.lib.EmpiricalRisk(net, side.lib.CrossEntropyLoss()),
        x,
        side.array([0, 1, 1, 0, 1, 1], int),
        optimizer=side.lib.SGD(net, lr=1.0),
        epochs=5,
        orders=[range(6)] * 5,
    )
    weight = as_numpy(net.state_dict()["0.weight"])
    assert (weight == weight[0]).all()


def test_o17_standardized_inputs(side):
    box = side.lib.Standardize(2)
    side.double(box)
    box.fit(side.array([[0, 5], [4, 5]]))
    equal(box(side.array([[0, 5], [4, 5], [6, 6]])), [[-1, 0], [1, 0], [2, 1]])


# ---- D: dropout ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inverted", "trained", "used"),
    [(True, [0, 4, 8], [1, 2, 4]), (False, [0, 2, 4], [0.5, 1, 2])],
)
def test_d06_d07_both_forms_of_dropout(side, inverted, trained, used):
    box = side.lib.Dropout(0.5, inverted=inverted)
    h, mask = side.array([[1, 2, 4]]), side.array([[0, 1, 1]])
    equal(box(h, mask), [trained])
    equal(box.train(False)(h), [used])


def test_d01_a_mask_has_mean_and_variance_of_a_coin(side):
    box = side.lib.Dropout(0.25, inverted=False)
    mask = as_numpy(box(side.array(np.ones((200, 500)))))
    assert set(np.unique(mask)) == {0.0, 1.0}
    assert mask.mean() == pytest.approx(0.75, abs=0.01)
    assert mask.var() == pytest.approx(0.1875, abs=0.01)


def test_d03_a_new_mask_for_each_call(side):
    box = side.lib.Dropout(0.5)
    ones = side.array(np.ones((10, 50)))
    assert (as_numpy(box(ones)) != as_numpy(box(ones))).any()


def test_d08_the_test_time_rule_is_the_geometric_average_of_all_masked_nets(side):
    rng = np.random.default_rng(0)
    net = side.lib.MLP([3, 6, 4], output="Softmax", dropout=0.5, activation="Tanh")
    side.double(net)
    x = side.array(rng.standard_normal((5, 3)))
    answers = []
    for mask in side.lib.all_masks(6):
        net[2].masks = lambda shape, mask=mask: mask + 0 * x[:, :1]
        answers.append(as_numpy(net.train()(x)))
    average = side.lib.geometric_average(side.array(answers))
    equal(net.train(False)(x), as_numpy(average))
    assert np.abs(np.mean(answers, axis=0) - as_numpy(average)).max() > 1e-3


def test_d07_a_refused_conversion_changes_nothing(side):
    lib = side.lib
    net = lib.Sequential(lib.Dropout(0.5), lib.Affine(2, 2), lib.Dropout(0.5), lib.Tanh())
    before = {name: as_numpy(a).copy() for name, a in net.state_dict().items()}
    with pytest.raises(ValueError, match="behind a Dropout stands Tanh, without weights"):
        lib.convert_dropout(net, inverted=False)
    assert net[0].inverted
    for name, array in net.state_dict().items():
        equal(array, before[name])


def test_d10_all_masks_are_different(side):
    masks = as_numpy(side.lib.all_masks(5))
    assert masks.shape == (32, 5)
    assert len({tuple(mask) for mask in masks}) == 32


def test_d08_the_geometric_average_of_two_coins(side):
    f = side.array([[[0.5, 0.5]], [[0.9, 0.1]]])
    p = np.sqrt([0.45, 0.05])
    equal(side.lib.geometric_average(f), [p / p.sum()])


def test_d05_the_output_has_no_mask(side):
    net = side.lib.MLP([3, 4, 5, 2], dropout=0.5)
    kinds = [type(box).__name__ for box in net]
    assert kinds == [*["Affine", "ReLU", "Dropout"] * 2, "Affine", "Identity"]


# ---- BN: batch normalization ---------------------------------------------------------------


def norm_of(side, values, **options):
    box = side.lib.BatchNorm1d(values.shape[1], **options)
    return side.double(box)


def test_bn01_bn02_bn03_algorithm_1_on_two_numbers(side):
    x = np.array([[1.0], [3.0]])  # mean 2, variance over m 1
    y = norm_of(side, x, eps=0.5625)(side.array(x))
    equal(y, np.array([[-1], [1]]) / 1.25)
    assert as_numpy(y).var() == pytest.approx(1 / 1.5625)  # sigma^2 / (sigma^2 + eps), not 1


def test_bn02_the_running_variance_is_over_m_minus_one(side):
    x = np.array([[1.0], [3.0]])
    box = norm_of(side, x, momentum=0.1)
    box(side.array(x))
    state = box.state_dict()
    equal(state["running_mean"], [0.1 * 2])
    equal(state["running_var"], [0.9 * 1 + 0.1 * 2])
    assert int(state["num_batches_tracked"]) == 1


def test_bn04_gamma_and_beta_can_undo_it(side):
    x = np.random.default_rng(0).standard_normal((7, 3)) * [1, 5, 0.2] + [0, 9, -3]
    box = norm_of(side, x)
    state = box.state_dict()
    state["weight"] = side.array(np.sqrt(x.var(axis=0) + 1e-5))
    state["bias"] = side.array(x.mean(axis=0))
    box.load_state_dict(state)
    equal(box(side.array(x)), x, 1e-11)


def test_bn06_the_gradient_has_no_part_along_ones_or_along_x_hat(side):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((6, 2)), rng.standard_normal((6, 2))
    box = norm_of(side, x, eps=1e-12)
    if side is Hand:
        box(x)
        dx = box.bprop(dy)
    else:
        tensor = side.array(x).requires_grad_()
        box(tensor).backward(side.array(dy))
        dx = as_numpy(tensor.grad)
    x_hat = (x - x.mean(axis=0)) / x.std(axis=0)
    assert np.abs(dx.sum(axis=0)).max() < 1e-12
    assert np.abs((dx * x_hat).sum(axis=0)).max() < 1e-9


def test_bn10_the_final_phase_goes_from_layer_to_layer(side):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 3))
    net = side.lib.MLP([3, 4, 4, 2], batch_norm=True, activation="Tanh")
    side.double(net)
    side.lib.compute_global_statistics(net, side.array(x))
    state = {name: as_numpy(a) for name, a in net.state_dict().items()}
    first = x @ state["0.weight"].T + state["0.bias"]
    equal(state["1.running_mean"], first.mean(axis=0))
    equal(state["1.running_var"], first.var(axis=0, ddof=1))
    x_hat = (first - first.mean(axis=0)) / np.sqrt(first.var(axis=0, ddof=1) + 1e-5)
    second = np.tanh(x_hat) @ state["3.weight"].T + state["3.bias"]
    equal(state["4.running_mean"], second.mean(axis=0))
    equal(state["4.running_var"], second.var(axis=0, ddof=1))


def test_bn15_channels_are_normalized_over_images_and_pixels(side):
    x = np.random.default_rng(0).standard_normal((4, 3, 2, 5)) + 3
    rows = x.transpose(0, 2, 3, 1).reshape(-1, 3)
    images, vectors = side.lib.BatchNorm2d(3), side.lib.BatchNorm1d(3)
    if side is Net:
        images, vectors = images.double(), vectors.double()
    y = as_numpy(images(side.array(x))).transpose(0, 2, 3, 1).reshape(-1, 3)
    equal(y, as_numpy(vectors(side.array(rows))))


# ---- V: diagnosis ---------------------------------------------------------------------------


def test_v02_v04_correlated_dead_and_copied_units(side):
    h = np.array([[1, 2, -1, 5, 1], [2, 4, -2, 5, -1], [3, 6, -3, 5, 1.0]])
    equal(side.lib.dead_units(side.array(h)), [False, False, False, True, False])
    correlation = as_numpy(side.lib.feature_correlation(side.array(h)))
    equal(correlation[0], [1, 1, -1, 0, 0])
    equal(correlation[3], np.zeros(5))
    equal(side.lib.duplicate_units(side.array(h)), [False, True, True, False, False])


def test_v03_v06_sparse_and_saturated_units(side):
    h = side.array([[0, 0.99], [0, -0.99], [0.5, 0.1], [0, 0.96]])
    equal(side.lib.active_fraction(h), [0.25, 1.0])
    equal(side.lib.saturated_fraction(h), [0, 0.75])
    equal(side.lib.saturated_fraction(h, low=0.05, high=0.95), [0.75, 0.75])


def test_v03_hidden_units_go_by_the_names_of_their_boxes(side):
    lib = side.lib
    net = lib.Chain(first=lib.Affine(2, 3), bend=lib.Tanh(), last=lib.Affine(3, 2), o=lib.Tanh())
    side.double(net)
    found = lib.hidden_activations(net, side.array([[1, 2], [3, 4]]))
    assert list(found) == ["bend"]
    assert lib.diagnose(net, side.array([[1, -1], [0.5, 1], [-1, 0.3]])).keys() <= {"duplicates"}


@pytest.mark.parametrize(
    ("curve", "bounce"),
    [([3, 2, 1], 0), ([1, 2, 4], 1), ([2, 1, 2, 1, 2], 0.5), ([1, 1], 0), ([4, 1, 2], 0.25)],
)
def test_v08_bounce(side, curve, bounce):
    assert side.lib.bounce(side.array(curve)) == bounce


FALLING = 2.0 * 0.8 ** np.arange(20)


@pytest.mark.parametrize(
    ("activation", "scale", "inputs", "curve", "found"),
    [
        ("Tanh", 1, 1, FALLING, set()),
        ("ReLU", 1, 1, FALLING, set()),
        ("Sigmoid", 1, 1, FALLING, set()),
        ("Tanh", 50, 1, FALLING, {"saturated"}),
        ("Sigmoid", 50, 1, FALLING, {"saturated"}),
        ("ReLU", 1, 200, FALLING, {"inputs"}),
        ("ReLU", 0, 1, FALLING, {"dead"}),  # zero weights: every unit ignores the input
        ("Tanh", 1, 1, FALLING[::-1].copy(), {"diverging"}),
        ("Tanh", 1, 1, np.array([2.0, np.nan]), {"diverging"}),
        ("Tanh", 1, 1, FALLING + np.tile([0, 1.5], 10), {"bouncing"}),
        ("Tanh", 1, 1, 2 - 0.001 * np.arange(20), {"stuck"}),
    ],
)
def test_v06_v07_v08_each_fault_is_named(side, activation, scale, inputs, curve, found):
    rng = np.random.default_rng(0)
    net = side.lib.MLP([8, 30, 3], activation=activation)
    weight = scale * rng.standard_normal((30, 8)) / np.sqrt(8)
    state = net.state_dict() | {"0.weight": side.array(weight), "0.bias": side.array(np.zeros(30))}
    net.load_state_dict(state)
    side.double(net)
    x = side.array(inputs * rng.standard_normal((100, 8)))
    findings = side.lib.diagnose(net, x, trajectory=side.array(curve))
    assert set(findings) == found
    assert all(":" in sentence for sentence in findings.values())  # what was seen: what to do


def test_v04_a_diagnosis_before_the_first_update_needs_no_curve(side):
    net = side.lib.MLP([8, 30, 3])
    side.double(net)
    weight = np.repeat(np.random.default_rng(0).standard_normal((1, 8)), 30, axis=0)
    net.load_state_dict(net.state_dict() | {"0.weight": side.array(weight)})
    net.load_state_dict(net.state_dict() | {"0.bias": side.array(np.zeros(30))})
    x = side.array(np.random.default_rng(1).standard_normal((50, 8)))
    assert side.lib.diagnose(net, x) == {
        "duplicates": "97% of the units of a layer are copies of others: start from random weights"
    }


def test_fit_stops_early_and_keeps_what_was_best(side):
    net = one_weight(side, 0.0)
    counted = itertools.count()
    stopping = side.lib.EarlyStopping(net, lambda: abs(next(counted) - 2), patience=2)
    weights = []
    trajectory = side.lib.fit(
        side.lib.EmpiricalRisk(net, side.lib.MSELoss()),
        side.array([[1]]),
        side.array([[1]]),
        optimizer=side.lib.SGD(net, lr=0.1),
        epochs=50,
        orders=[[0]] * 50,
        early_stopping=stopping,
        after_epoch=lambda _: weights.append(as_numpy(net.state_dict()["0.weight"]).copy()),
    )
    assert len(trajectory) == 5  # the errors are 2, 1, 0, 1, 2
    equal(net.state_dict()["0.weight"], weights[2])
