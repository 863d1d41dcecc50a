"""Known numbers for lectures 10, 12 and 13: convolution, counted architectures, residual nets."""

import math
import os
import signal
import tracemalloc

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d
from sides import Hand, as_numpy, equal

from dlcourse import by_hand, in_torch, parity
from dlcourse.by_hand import windows

# ---- K: convolution and pooling -----------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "known"),
    [(227, 11, 4, 0, 55), (55, 3, 2, 0, 27), (27, 5, 1, 2, 27), (27, 3, 2, 0, 13)],
)
def test_k06_sizes_in_alexnet(side, size, kernel, stride, padding, known):
    found = side.lib.output_size(size, kernel=kernel, stride=stride, padding=padding)
    assert found == known


@pytest.mark.parametrize("size", [224, 225])
def test_k06_the_sizes_that_the_paper_and_the_slides_print_do_not_divide(size):
    assert (size - 11) % 4 != 0  # 54.25 and 54.5 windows; 227 gives 55 exactly


def test_k03_correlation_of_a_picture_you_can_do_in_your_head(side):
    x = side.array([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]])
    kernel = side.array([[[[1, 0], [0, -1]]]])
    equal(side.lib.correlate_loops(x, kernel), [[[[-4, -4], [-4, -4]]]])
    equal(side.lib.correlate_fft(x, kernel), [[[[-4, -4], [-4, -4]]]])


def test_k03_convolution_is_correlation_with_the_kernel_turned(side):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((5, 7)), rng.standard_normal((3, 2))
    turned = side.lib.flip_kernel(side.array(w[None, None]))
    found = side.lib.correlate_loops(side.array(x[None, None]), turned)
    equal(found[0, 0], convolve2d(x, w, mode="valid"))


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (3, 2, 2)])
def test_k03_three_forms_agree(side, stride, padding, dilation):
    rng = np.random.default_rng(0)
    conv = side.lib.Conv2d(2, 3, 3, stride=stride, padding=padding, dilation=dilation, bias=False)
    side.double(conv)
    x, weight = side.array(rng.standard_normal((2, 2, 9, 11))), conv.state_dict()["weight"]
    moves = {"stride": stride, "padding": padding, "dilation": dilation}
    equal(conv(x), as_numpy(side.lib.correlate_loops(x, weight, **moves)))
    if moves == {"stride": 1, "padding": 0, "dilation": 1}:
        equal(conv(x), as_numpy(side.lib.correlate_fft(x, weight)))


def test_k07_weights_are_shared(side):
    conv = side.lib.Conv2d(1, 16, 3, padding=1)
    assert sum(as_numpy(p).size for p in conv.state_dict().values()) == 160
    full = side.lib.Affine(8 * 8, 8 * 8 * 16)
    assert sum(as_numpy(p).size for p in full.state_dict().values()) == 66_560


def test_k08_moving_the_picture_moves_the_answer(side):
    rng = np.random.default_rng(0)
    x = np.zeros((1, 2, 12, 12))
    x[:, :, 3:8, 3:8] = rng.standard_normal((1, 2, 5, 5))
    conv = side.lib.Conv2d(2, 3, 3, padding=1)
    side.double(conv)
    moved = np.roll(x, (2, 1), axis=(2, 3))
    expected = np.roll(as_numpy(conv(side.array(x))), (2, 1), axis=(2, 3))
    equal(conv(side.array(moved))[:, :, 2:, 1:], expected[:, :, 2:, 1:])


@pytest.mark.parametrize(
    ("kernels", "strides", "pixels"),
    [
        ([3, 3], [1, 1], 5),
        ([3, 3, 3], [1, 1, 1], 7),
        ([7, 3], [2, 2], 11),
        ([11, 3, 5], [4, 2, 1], 51),
    ],
)
def test_k09_receptive_fields(side, kernels, strides, pixels):
    assert side.lib.receptive_field(kernels, strides) == pixels


def test_k05_one_winner_in_each_window(side):
    x = side.array([[[[1, 1, 0, 2], [1, 0, 2, 2]]]])
    pool = side.lib.MaxPool2d(2)
    equal(pool(x), [[[[1, 2]]]])
    equal(side.gradient(pool, x), [[[[1, 0, 0, 1], [0, 0, 0, 0]]]])
    average = side.lib.AvgPool2d(2)
    equal(average(x), [[[[0.75, 1.5]]]])
    equal(side.gradient(average, x), np.full((1, 1, 2, 4), 0.25))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_k04_large_batches_go_through_several_blocks_and_threads(monkeypatch, threads):
    monkeypatch.setattr(windows, "BLOCK", 2**20)
    monkeypatch.setattr(windows, "THREADS", threads)
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((40, 16, 32, 32)), rng.standard_normal((40, 16, 32, 32))
    conv = Hand.lib.Conv2d(16, 16, 3, padding=1, rng=rng)
    y = conv(x)
    dx = conv.bprop(dy)
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, *conv.params.values())]
    twin = torch.nn.functional.conv2d(*tensors, padding=1)
    twin.backward(torch.tensor(dy))
    equal(y, twin.detach().numpy(), 1e-10)
    equal(dx, tensors[0].grad.numpy(), 1e-10)
    equal(conv.grads["weight"], tensors[1].grad.numpy(), 1e-9)


@pytest.mark.parametrize("stride", [1, 2])
def test_k04_more_threads_than_images(monkeypatch, stride):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 5, 7, 8))
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(windows, "THREADS", threads)
        conv = Hand.lib.Conv2d(5, 4, 3, stride=stride, rng=np.random.default_rng(1))
        y = conv(x)
        found.append([y, conv.bprop(np.ones_like(y)), *conv.grads.values()])
    for one, three in zip(*found, strict=True):
        equal(three, one)


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize(
    "moves",
    [
        {"stride": (1, 2), "padding": (0, 2), "dilation": (1, 3)},
        {"stride": (3, 1), "padding": (2, 1), "dilation": (2, 1)},
        {"stride": 1, "padding": (3, 0), "dilation": (1, 2)},
        {"stride": (2, 3), "padding": 1, "dilation": 1},
    ],
    ids=str,
)
def test_k04_height_and_width_may_differ_in_everything(channels, moves):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, channels, 11, 13))
    ours = by_hand.Conv2d(channels, 4, (2, 3), rng=rng, **moves)
    theirs = parity.copy_state(ours, torch.nn.Conv2d(channels, 4, (2, 3), **moves))
    y, tensor = ours(x), torch.tensor(x, requires_grad=True)
    value = theirs(tensor)
    equal(y, value.detach(), 1e-11)
    dy = rng.standard_normal(y.shape)
    dx = ours.bprop(dy)
    value.backward(torch.tensor(dy))
    equal(dx, tensor.grad, 1e-11)
    for name, parameter in theirs.named_parameters():
        equal(ours.grads[name], parameter.grad, 1e-11)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_k04_a_forked_process_starts_threads_of_its_own(monkeypatch):
    monkeypatch.setattr(windows, "THREADS", 2)
    conv = by_hand.Conv2d(8, 3, 3)
    conv(np.ones((4, 8, 5, 5)))
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(30)  # it would wait for threads that only its parent has
        conv(np.ones((4, 8, 5, 5)))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_k04_padding_wider_than_the_kernel(side):
    x = side.array([[[[2, 3]]]])
    conv = side.lib.Conv2d(1, 1, 1, padding=1)
    conv.load_state_dict({"weight": side.array([[[[5]]]]), "bias": side.array([1])})
    side.double(conv)
    equal(conv(x), [[[[1, 1, 1, 1], [1, 11, 16, 1], [1, 1, 1, 1]]]])
    equal(side.gradient(conv, x), [[[[5, 5]]]])  # the frame has no pixel under it


@pytest.mark.parametrize("groups", [1, 2])
def test_k04_a_first_layer_may_save_the_gradient_at_the_picture(groups):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((4, groups, 8, 9)), rng.standard_normal((4, 2, 8, 9))
    options = {"padding": 1, "groups": groups}
    grads = []
    for wanted in (True, False):
        conv = Hand.lib.Conv2d(groups, 2, 3, rng=np.random.default_rng(1), **options)
        net = Hand.lib.Sequential(conv)
        net.input_gradient = wanted
        net(x)
        assert (net.bprop(dy) is None) is not wanted
        grads.append(net[0].grads)
    for name, grad in grads[0].items():
        equal(grads[1][name], grad)


def test_b05_a_first_layer_of_full_weights_may_save_it_too():
    layer, x = by_hand.Affine(2, 3), np.ones((4, 2))
    layer(x)
    assert layer.bprop(np.ones((4, 3))).shape == (4, 2)
    layer.input_gradient = False
    layer(x)
    assert layer.bprop(np.ones((4, 3))) is None
    equal(layer.grads["bias"], [8, 8, 8])


@pytest.mark.parametrize("interrupted", [False, True])
def test_k04_a_trained_net_gives_the_gradient_at_the_picture_again(interrupted):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4, 1, 8, 8)), np.array([0, 1, 1, 0])
    net = Hand.lib.LeNet(size=8, kernel_size=3, classes=2, rng=rng)

    def stop(epoch):
        if interrupted:
            raise KeyboardInterrupt

    risk = Hand.lib.EmpiricalRisk(net, Hand.lib.CrossEntropyLoss())
    options = {"optimizer": Hand.lib.SGD(net, lr=0.1), "epochs": 1, "after_epoch": stop}
    try:
        Hand.lib.fit(risk, x, y, **options)
    except KeyboardInterrupt:
        assert interrupted
    scores = net(x)
    assert net.bprop(np.ones_like(scores)).shape == x.shape


# ---- A and RN: counted ---------------------------------------------------------------------


def count(side, model, *args, shape=(3, 224, 224), **options):
    """The numbers of parameters and multiply-adds, and the layers."""
    net = side.lib.outline(getattr(side.lib, model), *args, **options)
    layers = side.lib.count_layers(net, shape)
    named = net.named("params") if side is Hand else net.named_parameters()
    parameters = sum(int(np.prod(p.shape)) for _, p in named)
    return parameters, sum(layer.multiply_adds for layer in layers), layers


ALEX = {"shape": (3, 227, 227)}


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        ({}, 60_965_224),
        ({"groups": 1}, 62_378_344),
        ({"without": (7,)}, 60_965_224 - 16_781_312),
        ({"without": (6, 7)}, 60_965_224 - 49_414_144),
        ({"without": (3, 4)}, 60_965_224 - 1_696_512),
        ({"without": (3, 4, 6, 7)}, 60_965_224 - 51_110_656),
    ],
    ids=str,
)
def test_a03_a05_a07_parameters_of_alexnet(side, options, parameters):
    assert count(side, "AlexNet", **ALEX, **options)[0] == parameters


def test_a09_most_parameters_are_full_and_most_products_are_convolutions(side):
    parameters, products, layers = count(side, "AlexNet", **ALEX)
    full = [layer for layer in layers if layer.kind == "Affine"]
    assert sum(layer.parameters for layer in full) / parameters == pytest.approx(0.962, abs=5e-4)
    assert 1 - sum(layer.multiply_adds for layer in full) / products == pytest.approx(
        0.919, abs=5e-4
    )
    assert products == pytest.approx(0.724e9, rel=1e-3)
    assert [layer.shape[1] for layer in layers if len(layer.shape) == 3] == [
        *[55, 27, 27, 13, 13, 13, 13, 6]
    ]


def test_a05_layer_7_is_a_quarter_of_the_parameters_and_almost_none_of_the_products(side):
    whole, less = count(side, "AlexNet", **ALEX), count(side, "AlexNet", **ALEX, without=(7,))
    assert 1 - less[0] / whole[0] == pytest.approx(0.275, abs=5e-4)
    assert 1 - less[1] / whole[1] == pytest.approx(0.023, abs=5e-4)


@pytest.mark.parametrize(
    ("model", "args", "options", "parameters", "giga"),
    [
        ("VGG", (16,), {}, 138_357_544, 15.470),
        ("VGG", (19,), {}, 143_667_240, 19.632),
        ("GoogLeNet", (), {}, 6_998_552, 1.583),
        ("ResNet", (18,), {}, 11_689_512, 1.814),
        ("ResNet", (34,), {}, 21_797_672, 3.664),
        ("ResNet", (34,), {"shortcut": "A"}, 21_623_848, 3.644),
        ("ResNet", (34,), {"shortcut": "C"}, 22_716_840, 3.831),
        ("ResNet", (34,), {"residual": False}, 21_623_848, 3.644),
        ("ResNet", (50,), {}, 25_557_032, 3.858),
        ("ResNet", (101,), {}, 44_549_160, 7.570),
        ("ResNet", (152,), {}, 60_192_808, 11.282),
    ],
    ids=str,
)
def test_rn11_rn19_parameters_and_multiply_adds(side, model, args, options, parameters, giga):
    found, products, _ = count(side, model, *args, **options)
    assert found == parameters
    assert products / 1e9 == pytest.approx(giga, abs=5e-4)


SETTINGS = (
    *("kernel", "stride", "padding", "dilation", "groups", "front", "behind"),  # of windows
    *("size", "alpha", "beta", "k", "eps", "momentum", "p", "inverted"),  # of single numbers
)


def parts(net, name=""):
    """Every box of a net by hand, with its dotted name, its class and how it is set."""
    yield name, type(net).__name__, settings(net)
    for child, box in net.children():
        yield from parts(box, f"{name}.{child}".lstrip("."))


def settings(part):
    """How a part of either side is set."""
    return {name: getattr(part, name) for name in SETTINGS if hasattr(part, name)}


@pytest.mark.parametrize(
    ("model", "args", "options"),
    [
        ("AlexNet", (), {}),
        ("AlexNet", (), {"groups": 1, "without": (3, 4)}),
        ("AlexNet", (), {"without": (3,)}),
        ("AlexNet", (), {"without": (6,)}),
        ("GoogLeNet", (), {}),
        ("GoogLeNet", (), {"auxiliary": True}),
        ("LeNet", (), {}),
        ("VGG", (19,), {}),
        ("ResNet", (34,), {"shortcut": "A"}),
        ("ResNet", (50,), {"shortcut": "C"}),
        ("CifarResNet", (3,), {}),
    ],
    ids=str,
)
def test_large_nets_have_the_same_parts_set_alike(model, args, options):
    ours, theirs = (
        lib.outline(getattr(lib, model), *args, **options) for lib in (by_hand, in_torch)
    )
    modules = [
        (name, type(module).__name__, settings(module)) for name, module in theirs.named_modules()
    ]
    whole, *inner = parts(ours)
    assert whole[1] == modules[0][1] == model
    assert inner == modules[1:]
    assert parity.ByHand.shapes(ours) == parity.InTorch.shapes(theirs)


@pytest.mark.parametrize(
    ("model", "args", "options", "size"),
    [
        ("AlexNet", (), {"without": (6, 7)}, 227),  # 50 million numbers less to keep four times
        ("GoogLeNet", (), {"auxiliary": True}, 224),
        ("ResNet", (18,), {}, 224),
    ],
    ids=str,
)
def test_large_nets_give_one_picture_the_same_scores_and_gradients(model, args, options, size):
    rng = np.random.default_rng(0)
    ours = getattr(by_hand, model)(*args, classes=3, rng=rng, **options)
    twin = getattr(in_torch, model)(*args, classes=3, **options)
    theirs = parity.copy_state(ours.train(False), twin).eval()
    x = rng.standard_normal((1, 3, size, size))
    tensor = torch.tensor(x, requires_grad=True)
    y, value = ours(x), theirs(tensor)
    dy = rng.standard_normal(y.shape)
    dx = ours.bprop(dy)
    value.backward(torch.tensor(dy))
    found = {"value": y, "gradient of x": dx, **dict(ours.named("grads"))}
    known = {"value": value, "gradient of x": tensor.grad}
    known |= {name: parameter.grad for name, parameter in theirs.named_parameters()}
    assert found.keys() == known.keys()
    for name, array in found.items():
        other = as_numpy(known[name])
        assert np.abs(array - other).max() <= 1e-9 * np.abs(other).max(), name


def test_k06_k09_each_layer_is_counted_as_you_would(side):
    lib = side.lib
    net = lib.Chain(
        conv=lib.Conv2d(1, 2, 3, stride=2, padding=1),
        pool=lib.MaxPool2d(2),
        pad=lib.ZeroPad(3),
        bend=lib.ReLU(),
        wide=lib.Conv2d(5, 3, 2, dilation=2),
        flat=lib.Flatten(),
        full=lib.Affine(3 * 2 * 3, 5),
    )
    facts = [tuple(vars(layer).values()) for layer in lib.count_layers(net, (1, 16, 20))]
    # name, kind, kernel, stride, shape, parameters, multiply-adds, pixels seen along a side
    assert facts == [
        ("conv", "Conv2d", 3, 2, (2, 8, 10), 2 * 9 + 2, 2 * 9 * 80, 3),
        ("pool", "MaxPool2d", 2, 2, (2, 4, 5), 0, 0, 3 + 2),
        ("wide", "Conv2d", 2, 1, (3, 2, 3), 3 * 5 * 4 + 3, 3 * 5 * 4 * 6, 5 + 2 * 4),
        ("full", "Affine", 1, 1, (5,), 18 * 5 + 5, 18 * 5, 13 + 4),
    ]
    paths = {
        "near": (lib.Conv2d(2, 1, 1), "x"),
        "far": (lib.Conv2d(2, 1, 5, padding=2), "x"),
        "every2nd": (lib.ZeroPad(1, stride=2), "far"),
        "both": (lib.Concat(), "near", "far"),
        "mean": (lib.GlobalAvgPool2d(), "both"),
        "thin": (lib.AvgPool2d(3, stride=1), "every2nd"),
    }
    graph = lib.Graph(paths, inputs=("x",))
    facts = {layer.name: layer for layer in lib.count_layers(graph, (2, 7, 8))}
    seen = {name: (layer.kernel, layer.shape, layer.field) for name, layer in facts.items()}
    assert seen == {
        "near": (1, (1, 7, 8), 1),
        "far": (5, (1, 7, 8), 5),
        "mean": (7, (2,), 5 + 6),
        "thin": (3, (2, 2, 2), 5 + 2 * 2),
    }


def test_a03_a14_what_the_papers_say_of_their_nets(side):
    net = side.lib.outline(side.lib.AlexNet)
    kinds = side.lib.LocalResponseNorm, side.lib.Dropout
    norms, masks = ([m for m in net.modules() if isinstance(m, kind)] for kind in kinds)
    # b = a / (2 + 1e-4 sum of 5 squares)^0.75; `alpha` stands before their mean, as in PyTorch
    assert [(m.size, m.alpha / m.size, m.beta, m.k) for m in norms] == [(5, 1e-4, 0.75, 2)] * 2
    assert [m.p for m in masks] == [0.5, 0.5]
    net = side.lib.outline(side.lib.GoogLeNet, auxiliary=True)
    assert [m.p for m in net.modules() if isinstance(m, kinds[1])] == [0.4, 0.7, 0.7]


@pytest.mark.parametrize(
    ("n", "parameters", "mega"),
    [(3, 269_722, 40.55), (5, 464_154, 68.86), (7, 658_586, 97.17), (9, 853_018, 125.49)],
)
def test_rn25_the_family_of_6_n_plus_2_layers(side, n, parameters, mega):
    found, products, layers = count(side, "CifarResNet", n, shape=(3, 32, 32))
    assert found == parameters
    assert products / 1e6 == pytest.approx(mega, abs=0.01)
    weighty = [layer for layer in layers if layer.kind in ("Conv2d", "Affine")]
    assert len(weighty) == 6 * n + 2


def test_a10_a12_googlenet_has_22_layers_and_widths_from_256_to_1024(side):
    net = side.lib.outline(side.lib.GoogLeNet)
    layers = {layer.name: layer for layer in side.lib.count_layers(net, (3, 224, 224))}
    modules = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
    ends = ("ones", "threes", "fives", "pooled")
    widths = [
        sum(layers[f"inception{module}.{end}.conv"].shape[0] for end in ends) for module in modules
    ]
    assert widths == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert 3 + 2 * len(modules) + 1 == 22  # stem, modules two deep, the last layer
    convolutions = sum(layer.parameters for layer in layers.values() if layer.kind == "Conv2d")
    assert convolutions == 5_973_552
    assert layers["fc"].parameters == 1_025_000


def test_a16_a_1_x_1_convolution_before_saves_most_of_a_module(side):
    with_it = side.lib.outline(side.lib.Inception, 192, 64, (96, 128), (16, 32), 32)
    layers = side.lib.count_layers(with_it, (192, 28, 28))
    weights = sum(layer.parameters - layer.shape[0] for layer in layers if layer.parameters)
    naive = 192 * 64 + 192 * 128 * 9 + 192 * 32 * 25
    assert naive == 387_072
    assert weights == 163_328


def test_rn10_thirteen_more_projections(side):
    def projections(kind):
        net = side.lib.outline(side.lib.ResNet, 34, shortcut=kind)
        return sum(name.endswith("downsample.0.weight") for name in net.state_dict())

    assert projections("A") == 0
    assert projections("B") == 3
    assert projections("C") - projections("B") == 13


def test_rn13_a_bottleneck_costs_about_as_much_as_a_basic_block(side):
    basic = side.lib.outline(side.lib.BasicBlock, 64, 64)
    thin = side.lib.outline(side.lib.Bottleneck, 256, 64)
    costs = []
    for block, channels in ((basic, 64), (thin, 256)):
        layers = side.lib.count_layers(block, (channels, 56, 56))
        costs.append((sum(la.parameters for la in layers), sum(la.multiply_adds for la in layers)))
    assert [parameters for parameters, _ in costs] == [73_728, 69_632]
    assert [products / 1e6 for _, products in costs] == pytest.approx([231.2, 218.4], abs=0.05)


def test_rn05_an_inserted_block_of_zeros_changes_nothing(side):
    block = side.lib.BasicBlock(4, 4)
    state = block.state_dict()
    state["bn2.weight"] = side.array(np.zeros(4), np.float64)
    block.load_state_dict(state)
    side.double(block)
    x = side.array(np.random.default_rng(0).random((2, 4, 5, 5)))  # behind a ReLU: not negative
    equal(block(x), as_numpy(x))


TORCHVISION = {  # some names and shapes of its state dicts, known by heart
    ("ResNet", 50): {
        "conv1.weight": (64, 3, 7, 7),
        "bn1.running_var": (64,),
        "layer1.0.conv3.weight": (256, 64, 1, 1),
        "layer1.0.downsample.0.weight": (256, 64, 1, 1),
        "layer1.0.downsample.1.num_batches_tracked": (),
        "layer4.2.bn3.bias": (2048,),
        "fc.weight": (1000, 2048),
    },
    ("ResNet", 18): {
        "layer2.0.downsample.1.weight": (128,),
        "layer4.1.conv2.weight": (512, 512, 3, 3),
    },
    ("VGG", 16): {
        "features.0.weight": (64, 3, 3, 3),
        "features.28.bias": (512,),
        "classifier.0.weight": (4096, 25088),
        "classifier.6.weight": (1000, 4096),
    },
    ("VGG", 19): {"features.34.weight": (512, 512, 3, 3)},
}
LENGTHS = {("ResNet", 18): 122, ("ResNet", 50): 320, ("VGG", 16): 32, ("VGG", 19): 38}


@pytest.mark.parametrize(("model", "depth"), TORCHVISION, ids=str)
def test_names_are_those_of_torchvision(side, model, depth):
    state = side.lib.outline(getattr(side.lib, model), depth).state_dict()
    assert len(state) == LENGTHS[model, depth]
    for name, shape in TORCHVISION[model, depth].items():
        assert tuple(state[name].shape) == shape


def test_alexnet_has_the_names_of_torchvision(side):
    state = side.lib.outline(side.lib.AlexNet).state_dict()
    layers = [f"features.{i}" for i in (0, 3, 6, 8, 10)] + [f"classifier.{i}" for i in (1, 4, 6)]
    assert list(state) == [f"{layer}.{part}" for layer in layers for part in ("weight", "bias")]


@pytest.mark.parametrize(
    ("model", "options", "shape", "words"),
    [
        ("LeNet", {}, (1, 32, 32), "a layer for 400 inputs meets an output of shape"),
        ("VGG", {"depth": 16}, (3, 16, 16), "does not fit"),
        ("CifarResNet", {"n": 1}, (1, 32, 32), "3"),
    ],
)
def test_pictures_that_do_not_fit_are_refused_by_counting_by_hand(model, options, shape, words):
    lib = Hand.lib
    with pytest.raises(ValueError, match=words):
        lib.count_layers(lib.outline(getattr(lib, model), **options), shape)


# ---- RN: views and ensembles ----------------------------------------------------------------


def test_rn22_rn23_crops_and_flips_of_a_numbered_picture(side):
    x = side.array(np.arange(16.0).reshape(1, 1, 4, 4))
    corners = side.array([[1, 2]], int)
    equal(side.lib.random_crops(x, size=2, corners=corners), [[[[6, 7], [10, 11]]]])
    equal(side.lib.random_flips(x, flips=side.array([1], int))[0, 0, 0], [3, 2, 1, 0])
    ten = as_numpy(side.lib.ten_crops(x, size=2))
    assert ten.shape == (10, 1, 1, 2, 2)
    equal(ten[:5, 0, 0, 0, 0], [0, 2, 8, 10, 5])
    equal(ten[5, 0, 0], [[1, 0], [5, 4]])


def test_rn18_the_loss_of_an_average_is_never_above_the_average_loss(side):
    f = np.random.default_rng(0).dirichlet(np.ones(5), size=(7, 200))
    average = as_numpy(side.lib.average_answers(side.array(f)))
    y = np.arange(200) % 5
    rows = np.arange(200)
    assert (-np.log(average[rows, y]) <= -np.log(f[:, rows, y]).mean(axis=0) + 1e-12).all()


def test_counting_a_large_net_by_hand_copies_none_of_its_weights():
    net = by_hand.outline(by_hand.AlexNet)
    tracemalloc.start()
    shapes = parity.ByHand.shapes(net)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(math.prod(shape) for shape in shapes.values()) > 60e6
    assert peak < 1e6  # bytes; the weights have 500 times as many
