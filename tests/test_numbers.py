"""Numbers as they come: in any order of memory, whole, huge, missing, or none at all.

By hand a box takes what NumPy gives it.  Whatever that is, the answer is right or refused, and
never wrong without a sound.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dlcourse import by_hand, parity
from dlcourse.by_hand.graph import as_tuple
from dlcourse.twins import TWINS, find

BOXES = [twin for twin in TWINS if twin.play is None]
FUNCTIONS = [twin for twin in TWINS if twin.play and twin.play.__qualname__.startswith("call.")]


def names(twins):
    return [twin.name for twin in twins]


def draw_case(twin, seed=0):
    rng = np.random.default_rng(seed)
    return twin.case(rng, **twin.draw_sizes(rng))


def results(twin, case, side=None, dy_as=np.asarray):
    """All that a row gives by hand: values, gradients and buffers."""
    side = side or parity.ByHand()
    if twin.play is not None:
        return twin.play(side, case)
    box = parity.build(twin, case, side)
    parity.draw_params(box, np.random.default_rng(0))
    y = side.double(box)(*map(side.array, case.inputs))
    dy = np.random.default_rng(0).standard_normal(y.shape)
    dxs = as_tuple(box.bprop(dy_as(dy) if dy.ndim else np.asarray(dy)))
    found = {"value": y, **side.gradients(box), **dict(box.named("buffers"))}
    return found | {f"gradient of input {i}": dx for i, dx in enumerate(dxs)}


def assert_same(twin, found, expected):
    assert found.keys() == expected.keys()
    for what, right in expected.items():
        if right is not None:
            ours = np.asarray(found[what], np.asarray(right).dtype)
            near = {"rtol": twin.tolerance, "atol": twin.tolerance * parity.SMALLEST}
            np.testing.assert_allclose(ours, right, **near, err_msg=what)


# ---- the order of memory --------------------------------------------------------------------


def every_second(x):
    wide = np.full([2 * size for size in x.shape], 77, x.dtype)
    view = wide[tuple(slice(None, None, 2) for _ in x.shape)]
    view[...] = x
    return view


def backwards(x):
    turned = tuple(slice(None, None, -1) for _ in x.shape)
    return np.ascontiguousarray(x[turned])[turned]


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def big_endian(x):
    return x.astype(x.dtype.newbyteorder(">"))


class Laid(parity.ByHand):
    """The side by hand, with all arrays laid out in some way."""

    def __init__(self, lay):
        super().__init__()
        self.lay = lay

    def array(self, x):
        return self.lay(x) if x.ndim else x


@pytest.mark.parametrize("twin", TWINS, ids=names(TWINS))
def test_the_order_of_memory_changes_nothing(twin):
    case = draw_case(twin)
    expected = results(twin, case)
    for lay in (every_second, backwards, np.asfortranarray, read_only, big_endian):
        assert_same(twin, results(twin, case, Laid(lay), lay), expected)


# ---- whole numbers --------------------------------------------------------------------------


class AsTheyAre(parity.ByHand):
    """The side by hand, with inputs of any dtype."""

    def array(self, x):
        return x


def pixels(x):
    """Take numbers to whole ones from 0 to 249, and leave labels alone."""
    return (
        np.round(np.abs(np.nan_to_num(x, posinf=0, neginf=0)) * 100) % 250
        if x.dtype.kind == "f"
        else x
    )


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool"])
@pytest.mark.parametrize("twin", BOXES + FUNCTIONS, ids=names(BOXES + FUNCTIONS))
def test_whole_numbers_count_as_float64(twin, dtype):
    for seed in range(3):
        case = draw_case(twin, seed)
        if any(x.ndim == 0 for x in case.inputs):
            continue
        whole = [
            pixels(x).astype(dtype) if x.dtype.kind == "f" and i not in case.fixed else x
            for i, x in enumerate(case.inputs)
        ]
        floats = [x.astype(n.dtype) for x, n in zip(whole, case.inputs, strict=True)]
        whole, floats = (replace(case, inputs=tuple(x)) for x in (whole, floats))
        with np.errstate(all="ignore"):
            try:
                expected = results(twin, floats, AsTheyAre())
            except ValueError as refusal:  # these are no probabilities, say
                with pytest.raises(ValueError) as again:
                    results(twin, whole, AsTheyAre())
                assert str(again.value) == str(refusal)
                continue
            assert_same(twin, results(twin, whole, AsTheyAre()), expected)


def test_a_net_trains_on_pixels_of_uint8_as_on_floats():
    rng = np.random.default_rng(0)
    x, y = rng.integers(256, size=(12, 3, 8, 8)).astype(np.uint8), rng.integers(4, size=12)

    def train(x):
        rng = np.random.default_rng(1)
        layers = by_hand.Conv2d(3, 4, 3, rng=rng), by_hand.ReLU(), by_hand.GlobalAvgPool2d()
        net = by_hand.Sequential(*layers, by_hand.Affine(4, 4, rng=rng))
        risk = by_hand.EmpiricalRisk(net, by_hand.CrossEntropyLoss())
        return by_hand.fit(
            risk, x, y, optimizer=by_hand.SGD(net, lr=1e-4), epochs=2, batch_size=5, rng=rng
        )

    np.testing.assert_array_equal(train(x), train(x.astype(float)))


def test_whole_numbers_that_are_added_in_a_graph_do_not_start_again_at_0():
    b = np.full((2, 3), 200, np.uint8)
    graph = by_hand.Graph({"sum": (by_hand.Add(), "b", "b")}, inputs=("a", "b"))
    assert graph(b, b).max() == 400
    loss = by_hand.Graph({"loss": (by_hand.CrossEntropyLoss(), "a", "y")}, inputs=("a", "y"))
    assert loss(b, np.array([0, 2], np.uint8)) == pytest.approx(np.log(3))  # labels stay labels


def test_whole_numbers_of_steps_and_curvatures_are_not_cut_to_whole_answers():
    t, curvature = np.arange(1, 4), np.array([255, 3], np.uint8)
    np.testing.assert_array_equal(by_hand.step_size(t, kind="constant", lr=0.1), 3 * [0.1])
    shrinkage = by_hand.l2_shrinkage(curvature, strength=1)
    np.testing.assert_allclose(shrinkage, [255 / 257, 3 / 5])


def test_float32_stays_what_it_is():
    net = by_hand.Sequential(by_hand.Affine(3, 4), by_hand.ReLU()).to(np.float32)
    y = net(np.ones((2, 3), np.float32))
    assert y.dtype == net.bprop(y).dtype == net[0].grads["weight"].dtype == np.float32


# ---- numbers that none can count with ---------------------------------------------------------


@pytest.mark.parametrize(
    "x", [np.ones((2, 3), complex), np.full((2, 3), "a"), np.array([[1, None, "b"]])]
)
def test_what_is_no_real_number_is_refused(x):
    for take in (by_hand.Tanh(), by_hand.Affine(3, 2), by_hand.logsumexp):
        with pytest.raises(ValueError, match="has no real numbers: take float64"):
            take(x)
    with pytest.raises(ValueError, match="has no real numbers: take float64"):
        by_hand.Add()(np.ones((2, 3)), x)
    with pytest.raises(ValueError, match="has no real numbers: take float64"):
        by_hand.Affine(3, 2).load_state_dict({"weight": np.ones((2, 3), complex), "bias": [0, 0]})


@pytest.mark.parametrize("dtype", ["int64", "bool", "complex64", "float16"])
def test_weights_of_other_dtypes_are_refused_and_nothing_is_changed(dtype):
    net = by_hand.MLP([2, 3, 1], batch_norm=True)
    before = net.state_dict()
    with pytest.raises(ValueError, match=r"float32 (or|and) float64"):
        net.to(dtype)
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
        assert array.dtype == before[name].dtype


def outcome(twin, case, side):
    """All that a row gives on a side, or the words in which it refuses."""
    try:
        if isinstance(side, parity.ByHand):
            return results(twin, case, side)
        return twin.play(side, case) if twin.play else {"value": parity.run(twin, case, side)}
    except ValueError as refusal:
        return str(refusal)


@pytest.mark.parametrize("twin", TWINS, ids=names(TWINS))
def test_float16_gives_nearly_the_answers_of_float64_or_is_refused_in_one_sentence(twin):
    case = draw_case(twin, seed=1)
    if not any(x.dtype.kind == "f" for x in case.inputs):
        return  # a row without numbers
    with np.errstate(all="ignore"):
        found = outcome(twin, case, parity.ByHand(np.float16))
        expected = outcome(twin, case, parity.ByHand())
    if isinstance(found, str):
        assert "float16 has too few digits for" in found
        if twin.play and "gradients" not in found:  # nets of PyTorch add up in float32
            assert outcome(twin, case, parity.InTorch(torch.float16)) == found
        return
    for what, right in expected.items():
        if right is None or np.asarray(right).dtype.kind != "f":
            np.testing.assert_array_equal(found[what], right)
            continue
        ours = np.asarray(found[what], float)
        known = np.isfinite(ours)  # what is not finite hides nothing
        largest = np.abs(right).max(initial=0.1)
        assert np.abs(ours - right)[known].max(initial=0) < 0.03 * largest, what


# ---- no examples, and numbers that are none ----------------------------------------------------

LAYERS = [twin for twin in BOXES if not draw_case(twin).fixed and len(draw_case(twin).inputs) == 1]


@pytest.mark.parametrize("twin", LAYERS, ids=names(LAYERS))
def test_an_empty_batch_gives_an_empty_value_or_is_refused_in_words(twin):
    case = draw_case(twin)
    empty = replace(case, inputs=(case.inputs[0][:0],))
    try:
        found = results(twin, empty)
    except ValueError as refusal:
        assert "batch" in str(refusal)
        return
    assert len(found["value"]) == 0
    assert found["gradient of input 0"].shape == empty.inputs[0].shape
    for what, gradient in found.items():
        if what.startswith("gradient of") and gradient is not None:
            assert not gradient.any(), what


@pytest.mark.parametrize(
    "name", ["NegativeLogLikelihood", "CrossEntropyLoss", "MSELoss", "WordLoss"]
)
def test_both_sides_refuse_the_mean_over_no_examples(name):
    twin = find(name)
    case = draw_case(twin)
    empty = replace(case, inputs=tuple(x[:0] for x in case.inputs))
    for side in (parity.ByHand(), parity.InTorch()):
        with pytest.raises(ValueError, match="a batch without examples has no mean"):
            parity.run(twin, empty, side)


def first_example_is(number, case, i):
    """Put a number in place of all numbers that the first example has in input i."""
    x = case.inputs[i].copy()
    x[:1] = number
    return replace(case, inputs=(*case.inputs[:i], x, *case.inputs[i + 1 :]))


def hard_cases(twin, number):
    case = draw_case(twin, seed=1)
    for i, x in enumerate(case.inputs):
        if x.dtype.kind == "f" and x.ndim and x.size:
            yield first_example_is(number, case, i)


COUNTED = {
    "EarlyStopping": "an error of NaN never is the lowest",
    "KinkWarning": "NaN is no kink",
    "Schedule": "the input is an example of steps",
    "active_fraction": "NaN is not zero",
    "at_kink": "NaN is no kink",
    "check_gradients": "the row asks whether the error is small: False",
    "classify_critical_point": "the matrix is no input of the row",
    "co_activation": "NaN is not active",
    "dead_units": "NaN is not dead",
    "diagnose": "its words say it",
    "diverges": "the answer is yes",
    "duplicate_units": "NaN is no copy",
    "saturated_fraction": "NaN is at no end",
    "top_k_error": "the example counts as wrong",
    "zero_one_error": "the example counts as wrong",
}


UNREAD = {  # rows with states of both layers, of which one is read, or none
    "hidden_probabilities": {1},
    "visible_probabilities": {0},
    "log_partition": {0, 1},
    "state_probabilities": {0, 1},
}
POOLED = {"MaxPool2d", "LeNet", "Inception"}  # a window with a NaN gives its gradient to no pixel


@pytest.mark.parametrize("twin", TWINS, ids=names(TWINS))
def test_nan_is_never_taken_for_a_number(twin):
    """Where NaN comes in, NaN comes out or a refusal does; others count it, and say how."""
    for position, hard in enumerate(hard_cases(twin, np.nan)):
        if twin.name in COUNTED or position in UNREAD.get(twin.name, ()):
            continue
        with np.errstate(all="ignore"):
            found = outcome(twin, hard, parity.ByHand())
        if not isinstance(found, str):
            values = found.values() if twin.play else [found["value"]]
            finite = [np.isfinite(np.asarray(value, float)).all() for value in values]
            assert not all(finite), "from NaN came only numbers"


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("twin", BOXES, ids=names(BOXES))
def test_gradients_at_hard_numbers_are_those_of_pytorch_or_nan(twin, number):
    if twin.name in POOLED:
        return
    for hard in hard_cases(twin, number):
        try:
            with np.errstate(all="ignore"):
                ours, theirs = parity.play_box(
                    twin, hard, parity.ByHand(), parity.InTorch(), seed=0, training=True
                )
        except ValueError:  # is refused: by both, or by the distributions of PyTorch alone
            continue
        for what, right in theirs.items():
            right, found = right.detach().numpy(), ours[what]
            known = ~np.isnan(right) & ~np.isnan(found)
            np.testing.assert_allclose(
                found[known], right[known], rtol=1e-8, atol=1e-10, err_msg=what
            )


def test_gradients_at_nan_are_as_the_docstrings_say():
    nan, dy = np.array([[np.nan, 1.0], [1.0, 1.0]]), np.ones((2, 2))
    for name, at_nan in (("ReLU", 1), ("Sign", 0)):
        box = getattr(by_hand, name)()
        assert np.isnan(box(nan)[0, 0])
        assert box.bprop(dy)[0, 0] == at_nan
    hinge = by_hand.HingeLoss()
    hinge(np.array([np.nan, 2.0]), np.array([1, 1]))
    np.testing.assert_array_equal(hinge.bprop(np.ones(()))[0], [-0.5, 0])
    pool = by_hand.MaxPool2d(2)
    assert np.isnan(pool(nan[None, None])).all()
    assert not pool.bprop(np.ones((1, 1, 1, 1))).any()


def test_a_row_with_nan_counts_as_wrong_and_two_gradients_of_nan_are_not_equal(side):
    a, y = side.array([[np.nan, np.nan], [0, 1], [1, np.nan]]), side.array([0, 1, 1], int)
    assert side.lib.zero_one_error(a, y) == pytest.approx(2 / 3)
    assert side.lib.top_k_error(a, y, k=1) == pytest.approx(2 / 3)
    assert side.lib.top_k_error(a, y, k=2) == pytest.approx(2 / 3)
    for other in ([np.nan, 1], [1, 2]):
        assert np.isnan(side.lib.relative_error(side.array([np.nan, 1]), side.array(other)))
        assert np.isnan(side.lib.relative_error(side.array(other), side.array([np.nan, 1])))


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 800.0, -800.0, 1e300, 5e-324])
@pytest.mark.parametrize("twin", LAYERS, ids=names(LAYERS))
def test_hard_numbers_give_the_values_of_pytorch_or_none(twin, number):
    case = draw_case(twin)
    x = case.inputs[0].copy()
    x.flat[-1] = number
    hard, hand, net = replace(case, inputs=(x,)), parity.ByHand(), parity.InTorch()
    box, module = parity.build(twin, hard, hand), parity.build(twin, hard, net)
    parity.draw_params(box, np.random.default_rng(0))
    net.load(module, hand.double(box).state_dict())
    with np.errstate(all="ignore"):
        try:
            ours = box(x)
        except ValueError as refusal:
            with pytest.raises(ValueError) as theirs:
                module(net.array(x))
            assert str(theirs.value) == str(refusal)
            return
    theirs = module(net.array(x)).detach().numpy()
    assert np.isnan(ours[np.isnan(theirs)]).all(), "a number where PyTorch has none"
    known = ~np.isnan(ours)  # NaN is no wrong answer: the sign of NaN, say, which PyTorch calls 0
    np.testing.assert_allclose(ours[known], theirs[known], rtol=1e-9, atol=1e-12)
