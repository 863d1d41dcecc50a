"""The last case that is allowed, and the first that is not: where a `<` for a `<=` would show."""

import numpy as np
import pytest
from sides import as_numpy, equal

from dlcourse import by_hand
from dlcourse.by_hand.dropout import check_units
from dlcourse.by_hand.markov_chain import check_layers
from dlcourse.by_hand.partition import check_enumerable


@pytest.mark.parametrize(
    ("check", "last", "first", "words"),
    [
        (check_units, (20,), (21,), "21 units"),
        (check_layers, (12, 3), (13, 3), "13 units"),
        (check_layers, (3, 12), (3, 13), "13 units"),
        (check_enumerable, (20, 99), (21, 99), "21 units"),
        (check_enumerable, (99, 20), (99, 21), "21 units"),
    ],
)
def test_as_many_units_as_fit_into_memory(check, last, first, words):
    check(*last)
    with pytest.raises(ValueError, match=words):
        check(*first)


def test_as_many_components_as_the_examples_span(side):
    x = np.random.default_rng(0).standard_normal((4, 6))
    code = side.lib.PCA(side.array(x), 3).encode(side.array(x))
    equal((as_numpy(code) ** 2).sum(), ((x - x.mean(axis=0)) ** 2).sum())  # nothing is lost
    with pytest.raises(ValueError, match="at most 3 are possible"):
        side.lib.PCA(side.array(x), 4)


@pytest.mark.parametrize("other", [(1, 1, 3, 4), (2, 5, 2, 4), (2, 5, 3, 5)])
def test_images_are_joined_when_all_but_their_channels_are_alike(side, other):
    images, joined = side.array(np.ones((2, 1, 3, 4))), side.lib.Concat()
    assert tuple(joined(images, side.array(np.ones((2, 5, 3, 4)))).shape) == (2, 6, 3, 4)
    with pytest.raises(ValueError, match=r"\(2, 1, 3, 4\) and \(") as caught:
        joined(images, side.array(np.ones(other)))
    assert str(other) in str(caught.value)


@pytest.mark.parametrize("padding", [(3, 1), (2, 2)])
def test_pooling_pads_by_half_of_its_window_at_the_most(side, padding):
    x = side.array(np.ones((1, 1, 4, 4)))
    assert tuple(side.lib.MaxPool2d((4, 2), padding=(2, 1))(x).shape) == (1, 1, 2, 3)
    with pytest.raises(ValueError, match="padding"):
        side.lib.MaxPool2d((4, 2), padding=padding)


@pytest.mark.parametrize("wrong", ["kernel", "stride", "dilation", "padding"])
def test_windows_have_pixels_and_move_on(side, wrong):
    assert side.lib.output_size(5, kernel=1, stride=1, padding=0, dilation=1) == 5
    assert side.lib.output_size(2, kernel=4, padding=1) == 1
    moves = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1}
    with pytest.raises(ValueError, match=wrong):
        side.lib.output_size(5, **{**moves, wrong: moves[wrong] - 1})
    with pytest.raises(ValueError, match="does not fit into 1 pixels with 1 added at each end"):
        side.lib.output_size(1, kernel=4, padding=1)


@pytest.mark.parametrize(("kernel_size", "fits"), [(13, True), (15, False), (4, False)])
def test_kernels_of_lenet_are_odd_and_smaller_than_half_of_the_picture(side, kernel_size, fits):
    if fits:
        net = side.lib.LeNet(kernel_size=kernel_size)
        x = side.array(np.zeros((1, 1, 28, 28)))
        assert side.double(net)(x).shape == (1, 10)
        return
    with pytest.raises(ValueError, match=f"kernels of {kernel_size} x {kernel_size} do not fit"):
        side.lib.LeNet(kernel_size=kernel_size)


@pytest.mark.parametrize("p", [-0.001, 1.001])
def test_probabilities_reach_from_0_to_1_and_no_further(side, p):
    loss, y = side.lib.NegativeLogLikelihood(), side.array([0, 1], int)
    equal(loss(side.array([[1, 0], [0, 1]]), y), 0)
    with pytest.raises(ValueError, match="are no probabilities"):
        loss(side.array([[1, 0], [p, 0.5]]), y)


def test_guesses_are_at_least_one_and_at_most_as_many_as_classes(side):
    a, y = side.array([[3, 2, 1], [3, 2, 1]]), side.array([1, 2], int)
    assert [side.lib.top_k_error(a, y, k=k) for k in (1, 2, 3)] == [1, 0.5, 0]
    for k in (0, 4):
        with pytest.raises(ValueError, match=f"k = {k} guesses among 3 classes"):
            side.lib.top_k_error(a, y, k=k)


def test_labels_that_are_no_numbers_are_called_by_their_kind(side):
    with pytest.raises(ValueError, match="labels of dtype bool are no numbers of classes"):
        side.lib.zero_one_error(side.array([[1, 2]]), side.array([True], bool))


def test_the_largest_scores_decide_and_nothing_overflows(side):
    scores = side.array([[1000, 0, -1000], [-1e300, 0, -1e300]])
    equal(side.lib.LogSoftmax()(scores), [[0, -1000, -2000], [-1e300, 0, -1e300]])
    equal(side.lib.Softmax()(scores), [[1, 0, 0], [0, 1, 0]])


def test_a_unit_at_the_threshold_is_not_yet_saturated(side):
    h = side.array([[0.95, -0.95, 0.951], [0.95, -0.95, -0.951]])
    equal(side.lib.saturated_fraction(h), [0, 0, 1])
    with pytest.raises(ValueError, match="nothing is left between"):
        side.lib.saturated_fraction(h, low=0.5, high=0.5)


def test_a_unit_that_never_changes_is_dead_without_any_tolerance(side):
    h = side.array([[1, 1], [1, 1.5]])
    equal(side.lib.dead_units(h, tolerance=0.25), [True, True])  # a deviation of 0.25
    equal(side.lib.dead_units(h, tolerance=0.24), [True, False])
    equal(side.lib.dead_units(h, tolerance=0), [True, False])


def test_what_is_read_of_a_net_is_every_hidden_activation_but_not_the_output(side):
    net = side.lib.MLP([2, 3, 4, 2], activation="Tanh", output="Sigmoid")
    net = side.double(net)
    found = side.lib.hidden_activations(net, side.array([[1, 2]]))
    assert {name: tuple(h.shape) for name, h in found.items()} == {"1": (1, 3), "3": (1, 4)}


@pytest.mark.parametrize(
    ("curve", "said"),
    [
        ([1.0, 0.98, 0.97], {"stuck": "the risk fell by 3% only: raise the learning rate"}),
        ([1.0, 0.98, 0.95], {}),
        ([0.0, 0.0, 0.0], {}),  # there was nothing to learn
        ([4, 1, 2.01], {"bouncing": "25% of its way the risk goes up: decrease the learning rate"}),
        ([4, 1, 2], {}),
        (
            [1, 0.5, np.nan],
            {"diverging": "the risk ends higher than it began: halve the learning rate"},
        ),
    ],
)
def test_what_is_said_of_a_curve_of_errors(side, curve, said):
    net = side.lib.MLP([2, 2])  # no hidden unit, and so nothing to say of any
    net = side.double(net)
    x = side.array([[1, -1], [-1, 1]])
    assert side.lib.diagnose(net, x, trajectory=side.array(curve)) == said


@pytest.mark.parametrize(
    ("size", "healthy"), [(0.1, True), (5, True), (0.099, False), (5.1, False)]
)
def test_what_is_said_of_inputs(side, size, healthy):
    net = side.lib.MLP([1, 2])
    net = side.double(net)
    said = f"inputs have a typical size of {size:.3g}: standardize them"
    found = side.lib.diagnose(net, side.array([[size], [-size]]))
    assert found == ({} if healthy else {"inputs": said})


def test_what_is_said_of_outputs_that_are_not_finite(side):
    net = side.lib.Sequential(side.lib.Tanh(), side.lib.Identity())
    found = side.lib.diagnose(net, side.array([[1, -1], [np.nan, 1]]))
    assert found["not finite"] == (
        "25% of the outputs of a layer are not finite: start anew from other weights, with a "
        "lower learning rate"
    )


@pytest.mark.parametrize("number", ["length_scale", "variance", "noise"])
def test_each_number_of_a_gaussian_process_is_above_0(side, number):
    side.lib.GaussianProcess(2, **{number: 1e-9})
    with pytest.raises(ValueError, match=number):
        side.lib.GaussianProcess(2, **{number: 0.0})


def test_a_penalty_of_0_is_none(side):
    ends = []
    for make in (side.lib.SGD, lambda net, lr: side.lib.ProximalSGD(net, lr=lr, strength=0)):
        net = side.lib.Affine(2, 1)
        state = {"weight": side.array([[1, -2]]), "bias": side.array([3])}
        net.load_state_dict(state)
        net = side.double(net)
        risk = side.lib.EmpiricalRisk(net, side.lib.MSELoss())
        x, y = side.array([[1, 2], [3, 4]]), side.array([[1], [0]])
        side.lib.fit(risk, x, y, optimizer=make(net, lr=0.01), epochs=3)
        ends.append(as_numpy(net.state_dict()["weight"]))
    equal(ends[0], ends[1])
    with pytest.raises(ValueError, match="strength"):
        side.lib.ProximalSGD(net, lr=0.1, strength=-1e-9)


def test_no_walk_at_all_goes_nowhere(side):
    start, uniforms = side.array([], int), side.array(np.empty((3, 0)))
    walks = side.lib.simulate_chain(start, side.array([[0.5, 0.5], [0.5, 0.5]]), uniforms)
    assert tuple(walks.shape) == (4, 0)


@pytest.mark.parametrize("start", [-1, 2])
def test_walks_start_in_a_state(side, start):
    half = side.array([[0.5, 0.5], [0.5, 0.5]])
    none = side.array(np.empty((0, 2)))
    assert as_numpy(side.lib.simulate_chain(side.array([0, 1], int), half, none)).tolist() == [
        [0, 1]
    ]
    with pytest.raises(ValueError, match=f"walks start in .*{start}.*, the states are 0 to 1"):
        side.lib.simulate_chain(side.array([0, start], int), half, none)


@pytest.mark.parametrize("number", [-1e-9, 1.0, np.nan])
def test_numbers_to_draw_with_begin_at_0_and_end_before_1(side, number):
    start, half = side.array([0], int), side.array([[0.5, 0.5], [0.5, 0.5]])
    walk = side.lib.simulate_chain(start, half, side.array([[0], [0.5], [1 - 1e-9]]))
    assert as_numpy(walk).ravel().tolist() == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="they should be from 0 up, and below 1"):
        side.lib.simulate_chain(start, half, side.array([[0.5], [number]]))


def test_a_run_goes_wrong_when_its_last_tenth_is_higher_than_its_start(side):
    assert side.lib.diverges(side.array([1.0] * 18 + [0.5, 1.6]))  # 1.05 on average
    assert not side.lib.diverges(side.array([1.0] * 18 + [0.3, 1.6]))
    assert not side.lib.diverges(side.array([1.0] * 20))


def test_a_step_of_the_learning_rate_does_not_lead_upwards(side):
    sgd = side.lib.SGD(side.lib.Affine(1, 1), lr=0.1)
    side.lib.Schedule(sgd, "step", decay=1.0, period=1)
    for wrong in ({"decay": 1.001, "period": 1}, {"decay": 0.5, "period": 0}):
        with pytest.raises(ValueError, match=r"decay|period"):
            side.lib.Schedule(sgd, "step", **wrong)


def test_momentum_is_less_than_all(side):
    side.lib.SGD(side.lib.Affine(1, 1), lr=0.1, momentum=0.999)
    with pytest.raises(ValueError, match="momentum"):
        side.lib.SGD(side.lib.Affine(1, 1), lr=0.1, momentum=1.0)


def test_a_dropout_at_the_end_has_nothing_behind_it(side):
    net = side.lib.Sequential(side.lib.Affine(2, 2), side.lib.Dropout(0.5))
    with pytest.raises(ValueError, match="behind a Dropout stands nothing, without weights"):
        side.lib.convert_dropout(net, inverted=False)


def test_a_generator_ends_as_it_is_told(side):
    x = side.array([[-9, 9], [5, -5]])
    for output, low, high in (("Sigmoid", 0, 1), ("Tanh", -1, 1)):
        net = side.lib.GAN([2, 3], [3, 1], output=output)
        net = side.double(net)
        made = as_numpy(net.generator(x))
        assert low <= made.min() <= made.max() <= high
        assert type(list(net.generator.modules())[-1]).__name__ == output


@pytest.mark.parametrize("name", ["ContrastiveDivergence", "PersistentContrastiveDivergence"])
def test_no_examples_have_no_free_energy_on_average(side, name):
    chains = {"chains": 2} if name.startswith("Persistent") else {}
    risk = getattr(side.lib, name)(side.lib.RBM(3, 2), **chains)
    risk = side.double(risk)
    with pytest.raises(ValueError, match="a batch without examples has no mean"):
        risk(side.array(np.empty((0, 3))))


def test_a_boltzmann_machine_starts_near_indifference(side):
    weight = as_numpy(side.lib.RBM(100, 100).state_dict()["weight"])
    assert 0.0095 < weight.std() < 0.0105
    assert np.abs(weight).max() < 0.06


def test_who_watches_the_training_hears_the_number_of_each_epoch(side):
    net, heard = side.lib.Affine(2, 1), []
    net = side.double(net)
    risk = side.lib.EmpiricalRisk(net, side.lib.MSELoss())
    x, y = side.array([[1, 2]]), side.array([[1]])
    sgd = side.lib.SGD(net, lr=0.1)
    side.lib.fit(risk, x, y, optimizer=sgd, epochs=3, after_epoch=heard.append)
    assert heard == [0, 1, 2]


def test_gradients_are_checked_with_the_step_that_is_given_and_the_same_way_each_time():
    x = np.array([[0.3, -1.2], [0.7, 2.0]])
    errors = [
        by_hand.check_gradients(by_hand.Tanh(), x, step=s)["input 0"] for s in (1e-5, 1e-5, 1e-3)
    ]
    assert errors[0] == errors[1] < 1e-9
    assert errors[2] > 1e-8  # with a longer step the third derivative shows
    with pytest.warns(by_hand.KinkWarning, match=r"a kink within 0\.5 of input 0"):
        by_hand.check_gradients(by_hand.ReLU(), x, step=0.5)
    by_hand.check_gradients(by_hand.ReLU(), x)  # which is an error when it warns
