"""Known numbers for Gaussian processes and the expected improvement (row R17)."""

import math

import numpy as np
import pytest
from scipy import stats
from sides import Hand, as_numpy, equal
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from dlcourse import by_hand


def process(side, axes=1, *, length_scale=0.3, variance=1.0, noise=0.01):
    """A process whose numbers are exact in float64 on both sides."""
    lengths = np.log(np.broadcast_to(length_scale, (axes,)))
    state = {
        "log_length_scale": side.array(lengths),
        "log_variance": side.array(math.log(variance)),
        "log_noise": side.array(math.log(noise)),
    }
    made = side.lib.GaussianProcess(axes)
    if side is not Hand:
        made.double()
    made.load_state_dict(state)
    return made


def column(side, *values):
    return side.array([[value] for value in values])


def test_r17_the_constructor_takes_the_numbers_and_trains_their_logarithms(side):
    made = side.lib.GaussianProcess(2, length_scale=0.5, variance=4.0, noise=0.25)
    state = made.state_dict()
    equal(state["log_length_scale"], np.log([0.5, 0.5]), 1e-6)
    equal(state["log_variance"], math.log(4), 1e-6)
    equal(state["log_noise"], math.log(0.25), 1e-6)


def test_r17_the_kernel_is_the_variance_at_distance_0_and_e_to_the_minus_half_at_one_length(side):
    k = side.lib.squared_exponential(
        column(side, 0), column(side, 0, 2, 4), length_scale=2.0, variance=3.0
    )
    equal(k, [[3, 3 * math.exp(-0.5), 3 * math.exp(-2)]])


def test_r17_a_long_axis_counts_for_little(side):
    a, b = side.array([[0, 0]]), side.array([[1, 0], [0, 1]])
    lengths = side.array([1.0, 1e9])
    equal(
        side.lib.squared_exponential(a, b, length_scale=lengths),
        [[math.exp(-0.5), 1]],
        tolerance=1e-9,
    )


def test_r17_nothing_seen_nothing_learned(side):
    none = side.array(np.empty((0, 1))), side.array(np.empty(0))
    mean, std = side.lib.posterior(process(side, variance=4.0), *none, column(side, 0, 1))
    equal(mean, [0, 0])
    equal(std, [2, 2])


def test_r17_one_point_in_closed_form(side):
    made = process(side, variance=4.0, noise=1.0, length_scale=2.0)
    mean, std = side.lib.posterior(made, column(side, 0), side.array([10]), column(side, 0, 2))
    k = 4 * math.exp(-0.5)
    equal(mean, [4 / 5 * 10, k / 5 * 10])
    equal(std, [math.sqrt(4 - 16 / 5), math.sqrt(4 - k * k / 5)])


def test_r17_without_noise_it_passes_through_what_was_seen_and_is_sure_there(side):
    x, y = column(side, 0, 0.4, 1), side.array([3, -1, 2])
    mean, std = side.lib.posterior(process(side, noise=1e-12), x, y, x)
    equal(mean, y, 1e-9)
    assert as_numpy(std).max() < 1e-5
    _, between = side.lib.posterior(process(side, noise=1e-12), x, y, column(side, 0.2, 0.7))
    assert as_numpy(between).min() > 0.1


def test_r17_far_away_it_falls_back_to_what_was_believed_before(side):
    mean, std = side.lib.posterior(
        process(side), column(side, 0), side.array([5]), column(side, 99)
    )
    equal(mean, [0])
    equal(std, [1])


def test_r17_surprise_of_one_value_is_that_of_a_gaussian(side):
    value = process(side, variance=3.0, noise=1.0)(column(side, 0), side.array([2]))
    equal(value, -stats.norm(0, 2).logpdf(2))


def test_r17_surprise_is_that_of_scikit_learn_and_so_is_its_gradient(side):
    rng = np.random.default_rng(0)
    x, y = rng.random((9, 2)), rng.standard_normal(9)
    lengths, variance, noise = [0.4, 0.9], 1.7, 0.2
    made = process(side, 2, length_scale=lengths, variance=variance, noise=noise)
    kernel = ConstantKernel(variance) * RBF(lengths) + WhiteKernel(noise)
    other = GaussianProcessRegressor(kernel, optimizer=None, alpha=0).fit(x, y)
    log_p, gradient = other.log_marginal_likelihood(kernel.theta, eval_gradient=True)
    value = made(side.array(x), side.array(y))
    equal(value, -log_p, 1e-10)
    if side is Hand:
        made.bprop(np.ones(()))
        grads = dict(made.named("grads"))
    else:
        value.backward()
        grads = {name: param.grad for name, param in made.named_parameters()}
    of_variance, of_lengths, of_noise = gradient[0], gradient[1:3], gradient[3]
    equal(grads["log_variance"], -of_variance, 1e-9)
    equal(grads["log_length_scale"], -of_lengths, 1e-9)
    equal(grads["log_noise"], -of_noise, 1e-9)


def test_r17_beliefs_are_those_of_scikit_learn(side):
    rng = np.random.default_rng(1)
    x, y, points = rng.random((9, 2)), rng.standard_normal(9), rng.random((5, 2))
    made = process(side, 2, length_scale=[0.4, 0.9], variance=1.7, noise=0.2)
    kernel = ConstantKernel(1.7) * RBF([0.4, 0.9])
    other = GaussianProcessRegressor(kernel, optimizer=None, alpha=0.2).fit(x, y)
    mean, std = side.lib.posterior(made, *map(side.array, (x, y, points)))
    known_mean, known_std = other.predict(points, return_std=True)
    equal(mean, known_mean, 1e-9)
    equal(std, known_std, 1e-9)


def test_r17_improvement_at_the_best_mean_is_std_over_the_root_of_2_pi(side):
    improvement = side.lib.ExpectedImprovement(best=5.0)
    equal(
        improvement(side.array([5, 5]), side.array([1, 3])),
        np.array([1, 3]) / math.sqrt(2 * math.pi),
    )


def test_r17_who_is_sure_gains_the_difference_or_nothing(side):
    improvement = side.lib.ExpectedImprovement(best=5.0)
    equal(improvement(side.array([4, 5, 7]), side.array([0, 0, 0])), [0, 0, 2])


def test_r17_improvement_is_the_mean_of_draws(side):
    mean, std, best = 0.3, 0.8, 0.9
    draws = mean + std * np.random.default_rng(0).standard_normal(1_000_000)
    gains = np.maximum(draws - best, 0)
    value = side.lib.ExpectedImprovement(best)(side.array([mean]), side.array([std]))
    assert abs(as_numpy(value)[0] - gains.mean()) < 4 * gains.std() / 1000  # four standard errors


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.7, 0.2), (-3.0, 0.5)])
def test_r17_its_slopes_are_the_distribution_and_the_density(side, mean, std):
    improvement = side.lib.ExpectedImprovement(best=0.5)
    m, s = side.array([mean]), side.array([std])
    z = (mean - 0.5) / std
    if side is Hand:
        improvement(m, s)
        dm, ds = improvement.bprop(np.ones(1))
    else:
        improvement(m.requires_grad_(), s.requires_grad_()).sum().backward()
        dm, ds = m.grad, s.grad
    equal(dm, [stats.norm.cdf(z)])
    equal(ds, [stats.norm.pdf(z)])


def test_r17_gradients_by_hand_agree_with_differences():
    rng = np.random.default_rng(3)
    made = process(Hand, 2, length_scale=[0.4, 0.9])
    errors = by_hand.check_gradients(
        made, rng.random((6, 2)), rng.standard_normal(6), dy=np.ones(())
    )
    assert max(errors.values()) < 1e-6
    errors = by_hand.check_gradients(
        by_hand.ExpectedImprovement(0.2), rng.standard_normal(5), 0.1 + rng.random(5)
    )
    assert set(errors) == {"input 0", "input 1"}
    assert max(errors.values()) < 1e-6
