"""Chance: every random number comes from the source that was passed in, and as it is said."""

import inspect

import numpy as np
import pytest
from sides import Hand, as_numpy

from dlcourse import by_hand
from dlcourse.by_hand.architectures import Blank

SMALL_NETS = {
    "Affine": ((3, 2), {}),
    "Autoencoder": (([4, 3, 2],), {}),
    "BasicBlock": ((2, 4), {"stride": 2}),
    "Bottleneck": ((2, 4), {"stride": 2}),
    "CifarResNet": ((2,), {"widths": (2, 4, 8), "shortcut": "C"}),
    "Conv2d": ((4, 2, 3), {"groups": 2}),
    "GAN": (([2, 3, 1], [1, 3, 1]), {}),
    "Inception": ((3, 2, (2, 2), (2, 2), 2), {}),
    "LeNet": ((), {"size": 8, "kernel_size": 3}),
    "MLP": (([4, 3, 2],), {"batch_norm": True}),
    "Neuron": ((3,), {}),
    "RBM": ((3, 2), {}),
}
LARGE_NETS = {
    "AlexNet": ((), {}),
    "GoogLeNet": ((), {"auxiliary": True}),
    "ResNet": ((50,), {"shortcut": "C"}),
    "VGG": ((16,), {}),
}

OTHERS = {
    "Dropout": "test_masks_keep_the_share_that_is_said",
    "PersistentContrastiveDivergence": "test_chains_that_persist_start_from_random_bits",
    "fit": "test_examples_come_in_an_order_of_the_source",
    "fit_gan": "test_a_pair_is_trained_in_an_order_of_the_source",
    "initialize": "test_weights_are_drawn_anew_from_the_source",
    "pretrain": "test_pretraining_draws_from_its_source",
    "random_crops": "test_crops_are_drawn_from_every_place",
    "random_flips": "test_half_of_the_pictures_are_mirrored",
}
"""Which test looks at what else draws."""


def test_whatever_draws_is_looked_at_here():
    concepts = {n: getattr(by_hand, n) for n in by_hand.__all__ if n != "KinkWarning"}
    drawing = {n for n, c in concepts.items() if "rng" in inspect.signature(c).parameters}
    assert drawing == SMALL_NETS.keys() | LARGE_NETS.keys() | OTHERS.keys()
    assert all(test in globals() for test in OTHERS.values())


def drawn(side, name, **options):
    """The parameters of a net that are random: all but those of batch normalization."""
    args, others = SMALL_NETS[name]
    state = getattr(side.lib, name)(*args, **others, **options).state_dict()
    certain = tuple(n.removesuffix("running_mean") for n in state if n.endswith("running_mean"))
    certain += ("visible_bias", "hidden_bias")  # machines start without a preference
    return {n: as_numpy(a) for n, a in state.items() if not n.startswith(certain)}


@pytest.mark.parametrize("name", SMALL_NETS)
def test_a_seed_makes_a_net_anew_and_another_seed_another_net(side, name):
    first, again, other = (drawn(side, name, rng=side.source(seed)) for seed in (7, 7, 8))
    assert first
    for parameter, array in first.items():
        assert np.array_equal(array, again[parameter]), f"{parameter} is drawn from elsewhere"
        assert (array != other[parameter]).all(), f"{parameter} does not hear of the seed"


@pytest.mark.parametrize("name", SMALL_NETS)
def test_without_a_source_two_nets_differ(side, name):
    first, second = drawn(side, name), drawn(side, name)
    assert all((array != second[parameter]).all() for parameter, array in first.items())


@pytest.mark.parametrize("name", LARGE_NETS)
def test_every_part_of_a_large_net_draws_from_its_source(name):
    args, options = LARGE_NETS[name]
    net = by_hand.outline(getattr(by_hand, name), *args, **options)
    parts = [box for box in net.modules() if isinstance(box, by_hand.Conv2d | by_hand.Affine)]
    assert parts
    for box in parts:  # outlined: zeros without memory of their own
        for array in (*box.params.values(), *box.grads.values()):
            assert set(array.strides) == {0}
            assert array.flat[0] == 0
    masks = [box for box in net.modules() if isinstance(box, by_hand.Dropout)]
    assert all(isinstance(box.rng, Blank) for box in masks)


@pytest.mark.parametrize("name", LARGE_NETS)
def test_large_nets_can_be_made_without_a_source(monkeypatch, name):
    monkeypatch.setattr(np.random, "default_rng", Blank)  # real numbers would take gigabytes
    args, options = LARGE_NETS[name]
    net = getattr(by_hand, name)(*args, **options)
    assert all(set(p.strides) <= {0} for n, p in net.named("params") if p.ndim > 1)


@pytest.mark.parametrize(
    ("name", "args", "options", "fan_in"),
    [
        ("Affine", (25, 400), {}, 25),
        ("Conv2d", (2, 400, 3), {}, 18),
        ("Conv2d", (4, 400, (3, 2)), {"groups": 2}, 12),
        ("Neuron", (400,), {}, 400),
    ],
)
def test_weights_start_evenly_within_one_over_the_root_of_what_a_unit_reads(
    side, name, args, options, fan_in
):
    boxes = [getattr(side.lib, name)(*args, rng=side.source(k), **options) for k in range(40)]
    bound = 1 / np.sqrt(fan_in)
    for parameter in ("weight", "bias"):
        numbers = np.ravel([as_numpy(box.state_dict()[parameter]) for box in boxes])
        assert (np.abs(numbers) <= bound).all()
        shares = np.histogram(numbers, bins=4, range=(-bound, bound))[0] / len(numbers)
        assert ((shares > 0.08) & (shares < 0.45)).all(), f"{parameter} is not spread evenly"


def test_masks_of_a_net_come_from_its_source(side):
    def answers(seed):
        net = side.lib.MLP([3, 200, 200, 2], dropout=0.5, rng=side.source(seed))
        return as_numpy(net(side.array(np.ones((1, 3)), "float32")))

    assert np.array_equal(answers(1), answers(1))
    assert not np.array_equal(answers(1), answers(2))


def test_crops_are_drawn_from_every_place(side):
    x = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    places = {padded[0, 0, i : i + 2, j : j + 2].tobytes() for i in range(3) for j in range(4)}
    assert len(places) == 12
    many = side.array(np.repeat(x, 600, axis=0))
    how = {"size": 2, "padding": 1}
    first, again = (side.lib.random_crops(many, rng=side.source(3), **how) for _ in range(2))
    assert np.array_equal(as_numpy(first), as_numpy(again))
    counts = np.array([sum(c.tobytes() == p for c in as_numpy(first)) for p in sorted(places)])
    assert counts.sum() == 600
    assert counts.min() > 20  # 50 on average, give or take 7
    without = side.lib.random_crops(many, **how)
    assert not np.array_equal(as_numpy(first), as_numpy(without))


@pytest.mark.parametrize("corner", [(-1, 0), (0, -1), (3, 0), (0, 4)])
def test_a_crop_that_begins_one_pixel_too_far_out_is_refused(side, corner):
    x = side.array(np.ones((2, 1, 2, 3)))
    last = side.lib.random_crops(x, size=2, padding=1, corners=side.array([(2, 3), (0, 0)], int))
    assert tuple(last.shape) == (2, 1, 2, 2)
    with pytest.raises(ValueError, match="corner"):
        side.lib.random_crops(x, size=2, padding=1, corners=side.array([corner, (0, 0)], int))


def test_half_of_the_pictures_are_mirrored(side):
    x = side.array(np.tile([1.0, 2.0], (1000, 1, 1, 1)))
    first, again = (as_numpy(side.lib.random_flips(x, rng=side.source(3))) for _ in range(2))
    assert np.array_equal(first, again)
    mirrored = first[:, 0, 0, 0] == 2
    assert (first[mirrored] == [2, 1]).all()
    assert (first[~mirrored] == [1, 2]).all()
    assert 420 < mirrored.sum() < 580
    assert not np.array_equal(first, as_numpy(side.lib.random_flips(x)))


def test_chains_that_persist_start_from_random_bits(side):
    def chain(seed):
        rbm = side.lib.RBM(50, 3, rng=side.source(0))
        start = {} if seed is None else {"rng": side.source(seed)}
        machine = side.lib.PersistentContrastiveDivergence(rbm, chains=40, **start)
        return as_numpy(machine.state_dict()["chain"])

    assert np.array_equal(chain(1), chain(1))
    assert not np.array_equal(chain(1), chain(2))
    assert not np.array_equal(chain(None), chain(None))
    assert set(np.unique(chain(1))) == {0, 1}
    assert 0.45 < chain(1).mean() < 0.55
    rbm = side.lib.RBM(3, 2)
    rbm = rbm.to("float32") if side is Hand else rbm.float()
    samples = side.lib.gibbs_sample(rbm, side.array(np.ones((2, 3)), "float32"), steps=2)
    assert as_numpy(samples).dtype == np.float32


def test_examples_come_in_an_order_of_the_source(side):
    x = side.array(np.random.default_rng(0).standard_normal((12, 3)))
    y = side.array(np.random.default_rng(1).standard_normal((12, 2)))

    def trajectory(**chance):
        net = side.lib.MLP([3, 4, 2], rng=side.source(0))
        net = side.double(net)
        risk = side.lib.EmpiricalRisk(net, side.lib.MSELoss())
        sgd = side.lib.SGD(net, lr=0.1)
        return as_numpy(side.lib.fit(risk, x, y, optimizer=sgd, epochs=3, batch_size=4, **chance))

    assert np.array_equal(trajectory(rng=side.source(1)), trajectory(rng=side.source(1)))
    assert not np.array_equal(trajectory(rng=side.source(1)), trajectory(rng=side.source(2)))
    assert not np.array_equal(trajectory(), trajectory())


def test_pretraining_draws_from_its_source(side):
    x = side.array(np.random.default_rng(0).standard_normal((12, 4)))

    def pretrained(seed):
        chance = {} if seed is None else {"rng": side.source(seed)}
        net = side.lib.MLP([4, 3, 2], activation="Tanh", rng=side.source(0))
        net = side.double(net)
        side.lib.pretrain(net, x, epochs=2, batch_size=4, **chance)
        return as_numpy(net.state_dict()["0.weight"])

    assert np.array_equal(pretrained(1), pretrained(1))
    assert not np.array_equal(pretrained(1), pretrained(2))
    assert not np.array_equal(pretrained(None), pretrained(None))


def test_masks_keep_the_share_that_is_said(side):
    h = side.array(np.ones((1, 10_000)))

    def masked(**chance):
        return as_numpy(side.lib.Dropout(0.3, **chance)(h))

    first, again, other = (masked(rng=side.source(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(masked(), masked())
    assert 0.28 < (first == 0).mean() < 0.32
    np.testing.assert_allclose(first[first != 0], 1 / 0.7)
    single = as_numpy(side.lib.Dropout(0.3)(side.array(np.ones((2, 2)), "float32")))
    assert single.dtype == np.float32


@pytest.mark.parametrize("kind", ["normal", "glorot", "he"])
def test_weights_are_drawn_anew_from_the_source(side, kind):
    net = side.lib.MLP([30, 40, 2])

    def drawn_anew(**chance):
        side.lib.initialize(net, kind=kind, **chance)
        return as_numpy(net.state_dict()["0.weight"]).copy()

    first, again, other = (drawn_anew(rng=side.source(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert (first != other).all()
    assert (drawn_anew() != drawn_anew()).all()


def test_a_pair_is_trained_in_an_order_of_the_source(side):
    x = side.array(np.random.default_rng(0).standard_normal((12, 2)))

    def trajectory(**chance):
        gan = side.lib.GAN([1, 2], [2, 3, 1], rng=side.source(0))
        gan = side.double(gan)
        both = tuple(side.lib.SGD(part, lr=0.1) for part in (gan.discriminator, gan.generator))
        how = {"optimizers": both, "epochs": 2, "batch_size": 4}
        return as_numpy(side.lib.fit_gan(gan, x, **how, **chance))

    assert np.array_equal(trajectory(rng=side.source(1)), trajectory(rng=side.source(1)))
    assert not np.array_equal(trajectory(rng=side.source(1)), trajectory(rng=side.source(2)))
    assert not np.array_equal(trajectory(), trajectory())
