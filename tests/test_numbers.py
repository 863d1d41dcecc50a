"""Numbers as they come: in any order of memory, whole, huge, missing, or none at all.

By hand a box takes what NumPy gives it.  Whatever that is, the answer is right or refused, and
never wrong without a sound.
"""

from dataclasses import replace

import numpy as np
import pytest

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
        first = 1 if twin in BOXES else len(case.inputs)  # a box's others may be labels
        numbers, rest = case.inputs[:first], case.inputs[first:]
        if any(x.ndim == 0 for x in numbers):
            continue
        whole = [pixels(x).astype(dtype) if x.dtype.kind == "f" else x for x in numbers]
        floats = [x.astype(n.dtype) for x, n in zip(whole, numbers, strict=True)]
        whole, floats = (replace(case, inputs=(*x, *rest)) for x in (whole, floats))
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


def test_float16_and_float32_stay_what_they_are():
    for dtype in (np.float16, np.float32):
        net = by_hand.Sequential(by_hand.Affine(3, 4), by_hand.ReLU()).to(dtype)
        y = net(np.ones((2, 3), dtype))
        assert y.dtype == net.bprop(y).dtype == net[0].grads["weight"].dtype == dtype


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
