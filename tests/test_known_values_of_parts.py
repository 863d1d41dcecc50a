"""Numbers known of the small parts: joining, padding, normalizing, comparing, ordering."""

import numpy as np
import pytest
from sides import equal


def image(side, *channels):
    """One image of a few channels, each given by its rows."""
    return side.array([channels])


def test_c03_the_sign_is_zero_at_zero_and_passes_nothing_back(side):
    a = side.array([-2.5, 0, 0.1])
    equal(side.lib.Sign()(a), [-1, 0, 1])
    equal(side.gradient(side.lib.Sign(), a), [0, 0, 0])


def test_t05_log_softmax_of_equal_scores_is_minus_the_log_of_their_number(side):
    equal(side.lib.LogSoftmax()(side.array([[3, 3, 3, 3]])), -np.log([[4, 4, 4, 4]]))
    equal(side.lib.LogSoftmax()(side.array([[0, -1000]])), [[0, -1000]])


def test_k03_flatten_reads_channel_by_channel_and_row_by_row(side):
    x = image(side, [[1, 2], [3, 4]], [[5, 6], [7, 8]])
    equal(side.lib.Flatten()(x), [[1, 2, 3, 4, 5, 6, 7, 8]])


def test_a11_concat_puts_channels_behind_each_other(side):
    joined = side.lib.Concat()(image(side, [[1]], [[2]]), image(side, [[3]]))
    equal(joined, [[[[1]], [[2]], [[3]]]])


def test_a14_global_average_pooling_is_the_mean_of_each_channel(side):
    equal(side.lib.GlobalAvgPool2d()(image(side, [[1, 2], [3, 6]], [[0, 0], [0, 4]])), [[3, 1]])


def test_rn08_shortcut_a_keeps_every_second_pixel_between_zeros(side):
    x = image(side, [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    found = side.lib.ZeroPad(3, stride=2)(x)
    zeros, kept = [[0, 0], [0, 0]], [[1, 3], [7, 9]]
    equal(found, [[zeros, kept, zeros, zeros]])  # one channel in front, two behind


def test_a03_local_response_divides_by_the_neighbours_two_to_each_side(side):
    norm = side.lib.LocalResponseNorm(5, alpha=5.0, beta=1.0, k=2.0)
    x = image(side, *([[v]] for v in (1, 1, 1, 1, 1, 1)))
    equal(norm(x)[0, :, 0, 0], [1 / 5, 1 / 6, 1 / 7, 1 / 7, 1 / 6, 1 / 5])


def test_u04_tied_weights_read_the_same_matrix_from_the_other_side(side):
    layer = side.lib.Affine(3, 2)
    layer.load_state_dict(
        {"weight": side.array([[1, 2, 3], [4, 5, 6]]), "bias": side.array([0, 0])}
    )
    tied = side.lib.TiedAffine(layer)
    side.double(layer)
    side.double(tied)
    equal(tied(side.array([[1, 10]])), [[41, 52, 63]])


def test_b10_opposite_gradients_differ_by_two_and_equal_ones_by_nothing(side):
    gradient, longer = side.array([3, 4]), side.array([6, 8])
    assert side.lib.relative_error(gradient, -gradient) == 2
    assert side.lib.relative_error(gradient, gradient) == 0
    assert side.lib.relative_error(gradient, longer) == pytest.approx(0.5)  # 5 over 10
    assert side.lib.relative_error(0 * gradient, 0 * gradient) == 0


def test_b11_only_the_coordinate_at_the_corner_is_at_a_kink(side):
    found = side.lib.at_kink(lambda x: abs(x).sum(), side.array([0, 1, -1e-6, 0.5]))
    assert found.tolist() == [True, False, True, False]


def test_b03_what_is_read_comes_before_its_reader(side):
    reads = {"loss": ["h", "y"], "h": ["a"], "a": ["x"]}
    assert side.lib.topological_order(reads) == ["a", "h", "loss"]
    with pytest.raises(ValueError, match="cycle: h reads loss reads h"):
        side.lib.topological_order({"h": ["loss"], "loss": ["h"], "x": []})


def test_x04_squared_distances_are_those_of_pythagoras(side):
    found = side.lib.squared_distances(side.array([[0, 0], [3, 0]]), side.array([[3, 4], [0, 0]]))
    equal(found, [[25, 0], [16, 9]])


def test_a03_the_mean_picture_is_taken_from_each_picture(side):
    pictures = side.array([[[[1, 2]]], [[[3, 6]]]])
    equal(side.lib.subtract_mean(pictures, side.array([[[2, 4]]])), [[[[-1, -2]]], [[[1, 2]]]])


def test_u05_who_cannot_tell_data_from_fakes_loses_twice_the_log_of_2(side):
    """A discriminator of zeros says 1/2 to everything, and with a rate of 0 nobody learns."""
    rng = side.source(0)
    gan = side.lib.GAN([1, 2], [2, 1], rng=rng)
    side.double(gan)
    state = {n: 0 * v if "discriminator" in n else v for n, v in gan.state_dict().items()}
    gan.load_state_dict(state)
    parts = gan.discriminator, gan.generator
    still = [side.lib.SGD(part, lr=0.0) for part in parts]
    losses = side.lib.fit_gan(gan, side.array([[1, 2], [3, 4]]), optimizers=still, epochs=3)
    equal(losses, [[2 * np.log(2), np.log(2)]] * 3)


def test_e04_on_the_margin_itself_the_hinge_pulls_no_more(side):
    """Where 1 - y a is 0 the slope is taken to be 0, as for the ReLU."""
    loss, a, y = side.lib.HingeLoss(), side.array([1, 0.5]), side.array([1, 1])
    equal(side.gradient(loss, a, y), [0, -0.5])


@pytest.mark.parametrize("name", ["MSELoss", "HingeLoss", "BCEWithLogitsLoss"])
def test_an_empty_batch_has_no_mean_loss(side, name):
    with pytest.raises(ValueError, match=r"^a batch without examples has no mean: it takes at"):
        getattr(side.lib, name)()(side.array([]), side.array([]))
