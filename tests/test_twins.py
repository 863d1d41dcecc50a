"""Every row of the table of twins: both sides agree, on cases of every size."""

import numpy as np
import pytest
import torch
from hypothesis import given, note, settings
from hypothesis import strategies as st

from dlcourse import parity
from dlcourse.twins import TWINS, find

every_twin = pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
refusals = [
    pytest.param(twin, case, id=f"{twin.name}-{case.__name__}")
    for twin in TWINS
    for case in twin.rejects
]


def sizes_of(twin):
    return st.fixed_dictionaries({name: st.integers(*span) for name, span in twin.sizes.items()})


@every_twin
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), training=st.booleans())
def test_twins_agree_in_float64(twin, data, seed, training):
    sizes = data.draw(sizes_of(twin))
    note(
        f"dlcourse compare {twin.name} --seed {seed} "
        + " ".join(f"{k}={v}" for k, v in sizes.items())
    )
    case = twin.case(np.random.default_rng(seed), **sizes)
    found = parity.compare(twin, case, seed=seed, training=training)
    assert found, "nothing was compared"
    assert [difference for difference in found if not difference.agrees] == []


@pytest.mark.parametrize("twin", [t for t in TWINS if t.single], ids=lambda twin: twin.name)
@settings(max_examples=settings.default.max_examples // 4)  # of the same kinds as in float64
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_twins_agree_in_float32_and_stay_in_it(twin, data, seed):
    case = twin.case(np.random.default_rng(seed), **data.draw(sizes_of(twin)))
    found = parity.compare(twin, case, seed=seed, single=True)
    assert [difference for difference in found if not difference.agrees] == []


@pytest.mark.parametrize(("twin", "refused"), refusals)
def test_twins_refuse_the_same_cases_with_the_same_words(twin, refused):
    case = refused(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+") as hand:
        parity.run(twin, case, parity.ByHand())
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+") as net:
        parity.run(twin, case, parity.InTorch())
    assert str(hand.value) == str(net.value)


@pytest.mark.parametrize("twin", [t for t in TWINS if t.play is None], ids=lambda twin: twin.name)
def test_states_load_strictly_both_ways(twin):
    case = twin.case(np.random.default_rng(0), **twin.draw_sizes(np.random.default_rng(0)))
    hand, net = parity.ByHand(), parity.InTorch()
    box, module = parity.build(twin, case, hand), parity.build(twin, case, net).double()
    net.load(module, box.state_dict())
    other = parity.build(twin, case, hand)
    other.load_state_dict(module.state_dict())
    for name, array in box.state_dict().items():
        np.testing.assert_array_equal(other.state_dict()[name], array)


def test_a_wrong_state_is_refused_and_changes_nothing():
    affine = parity.by_hand.Affine(2, 3)
    before = affine.state_dict()
    right = {"weight": np.zeros((3, 2)), "bias": np.zeros(3)}
    for wrong, words in [
        ({"weight": np.zeros((3, 2))}, "lacks bias"),
        (right | {"extra": np.zeros(1)}, "extra, which this box does not know"),
        (right | {"bias": np.zeros(2)}, r"bias has shape \(2,\), not \(3,\)"),
    ]:
        with pytest.raises(ValueError, match=words):
            affine.load_state_dict(wrong)
        for name, array in affine.state_dict().items():
            np.testing.assert_array_equal(array, before[name])


def test_inputs_are_not_changed():
    for twin in TWINS:
        sizes = twin.draw_sizes(np.random.default_rng(1))
        case = twin.case(np.random.default_rng(1), **sizes)
        copies = [x.copy() for x in case.inputs]
        for x in case.inputs:
            x.flags.writeable = False
        if twin.name != "check_gradients":  # it moves its inputs and puts them back
            parity.run(twin, case, parity.ByHand())
        for x, copy in zip(case.inputs, copies, strict=True):
            np.testing.assert_array_equal(x, copy, err_msg=twin.name)


def test_gradients_add_up_until_they_are_set_to_zero():
    affine = parity.by_hand.Affine(2, 3)
    x, dy = np.ones((4, 2)), np.ones((4, 3))
    affine(x)
    affine.bprop(dy)
    once = affine.grads["weight"].copy()
    affine(x)
    affine.bprop(dy)
    np.testing.assert_array_equal(affine.grads["weight"], 2 * once)
    affine.zero_grad()
    assert not affine.grads["weight"].any()


def test_a_difference_is_found_and_named():
    case = find("Affine").case(np.random.default_rng(0), n=2, d=3, m=2)
    wrong = parity.compare(find("Affine"), case)[0]
    assert wrong.agrees
    ours, theirs = {"value": np.ones(2), "gone": np.ones(1)}, {"value": torch.tensor([1.0, 2.0])}
    found = {d.what: d for d in parity.differences(ours, theirs, 1e-10)}
    assert not found["value"].agrees
    assert not found["gone"].agrees
    assert found["gone"].absolute == np.inf


def test_a_missing_gradient_is_a_difference():
    found = list(
        parity.differences({"gradient of weight": None}, {"gradient of weight": torch.zeros(2)}, 1)
    )
    assert not found[0].agrees


def test_an_unknown_concept_draws_a_near_match():
    with pytest.raises(ValueError, match="no concept is called 'Afine'; try Affine"):
        find("Afine")
    assert find("affine").name == "Affine"
