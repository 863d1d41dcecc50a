"""Known numbers for lecture 14: Boltzmann machines, Markov chains and adversarial nets."""

import itertools

import numpy as np
import pytest
from matplotlib import pyplot as plt
from scipy import integrate, stats
from sides import Hand, as_numpy, equal

from dlcourse import data, plots
from dlcourse.lessons import coincide, train_gan, train_rbm


def machine(side, weight, visible_bias=None, hidden_bias=None):
    """A machine with these parameters, in float64."""
    m, d = np.shape(weight)
    rbm = side.lib.RBM(d, m)
    rbm = side.double(rbm)
    rbm.load_state_dict(
        {
            "weight": side.array(weight),
            "visible_bias": side.array(np.zeros(d) if visible_bias is None else visible_bias),
            "hidden_bias": side.array(np.zeros(m) if hidden_bias is None else hidden_bias),
        }
    )
    return rbm


def random_machine(side, d, m, *, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    return machine(
        side,
        scale * rng.standard_normal((m, d)),
        scale * rng.standard_normal(d),
        scale * rng.standard_normal(m),
    )


def states(n):
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def energies(rbm):
    """E(v, h) of all pairs of states, one at a time: (2^D, 2^M)."""
    weight, b, c = (
        as_numpy(rbm.state_dict()[name]) for name in ("weight", "visible_bias", "hidden_bias")
    )
    m, d = weight.shape
    return np.array([[-b @ v - c @ h - h @ weight @ v for h in states(m)] for v in states(d)])


def gradients(side, rbm, loss, *inputs):
    """The gradient of a loss at every parameter of a machine, by name."""
    loss.zero_grad()
    value = loss(*inputs)
    if side is Hand:
        loss.bprop(np.ones(()))
        return {name: grad.copy() for name, grad in rbm.grads.items()}
    value.backward()
    return {name: as_numpy(p.grad).copy() for name, p in rbm.named_parameters()}


# ---- U06: the restricted Boltzmann machine ----------------------------------------------


def test_u06_the_free_energy_sums_over_the_hidden_states(side):
    rbm = random_machine(side, 4, 3)
    equal(rbm(side.array(states(4))), -np.log(np.exp(-energies(rbm)).sum(axis=1)))


@pytest.mark.parametrize(("d", "m"), [(4, 3), (3, 4), (1, 1)])
def test_u06_z_sums_over_every_pair_of_states(side, d, m):
    rbm = random_machine(side, d, m)
    z = np.exp(-energies(rbm)).sum()
    equal(side.lib.log_partition(rbm), np.log(z))
    equal(side.lib.state_probabilities(rbm), np.exp(-energies(rbm)).sum(axis=1) / z)


def test_u06_a_machine_of_zeros_finds_all_vectors_alike(side):
    rbm = machine(side, np.zeros((3, 5)))
    equal(side.lib.log_partition(rbm), 8 * np.log(2))
    equal(side.lib.state_probabilities(rbm), np.full(32, 1 / 32))
    loss = side.lib.ExactLikelihood(rbm)
    equal(loss(side.array(states(5)[[0, 7, 7]])), 5 * np.log(2))  # 5 bits


def test_u06_probabilities_sum_to_one(side):
    rbm = random_machine(side, 12, 5, scale=2.0)
    assert as_numpy(side.lib.state_probabilities(rbm)).sum() == pytest.approx(1, abs=1e-12)


def test_u06_conditional_probabilities_follow_from_the_joint_one(side):
    rbm = random_machine(side, 3, 2)
    joint = np.exp(-energies(rbm))
    v, h = states(3), states(2)
    given_v = joint @ h / joint.sum(axis=1, keepdims=True)
    given_h = joint.T @ v / joint.sum(axis=0)[:, None]
    equal(side.lib.hidden_probabilities(rbm, side.array(v)), given_v)
    equal(side.lib.visible_probabilities(rbm, side.array(h)), given_h)


@pytest.mark.parametrize(("d", "m"), [(4, 2), (2, 4)])
def test_u06_the_exact_gradient_by_finite_differences(side, d, m):
    rbm = random_machine(side, d, m)
    loss, v = side.lib.ExactLikelihood(rbm), side.array(states(d)[[0, 1, 1, 3]])
    for name, found in gradients(side, rbm, loss, v).items():
        state = {key: as_numpy(array).copy() for key, array in rbm.state_dict().items()}
        for place in np.ndindex(found.shape):
            values = []
            for move in (1e-5, -1e-5):
                moved = {key: array.copy() for key, array in state.items()}
                moved[name][place] += move
                rbm.load_state_dict({key: side.array(a) for key, a in moved.items()})
                values.append(float(as_numpy(loss(v))))
            rbm.load_state_dict({key: side.array(a) for key, a in state.items()})
            assert found[place] == pytest.approx((values[0] - values[1]) / 2e-5, abs=1e-8)


def test_u06_each_bit_alone_is_learnt_by_its_frequency(side):
    """Without hidden influence the best machine gives each pixel its frequency, in closed form."""
    v = states(3)[[1, 3, 3, 5]]  # frequencies 1/4, 1/2, 1
    frequency = np.array([0.25, 0.5, 1 - 1e-9])
    rbm = machine(side, np.zeros((2, 3)), np.log(frequency / (1 - frequency)))
    found = gradients(side, rbm, side.lib.ExactLikelihood(rbm), side.array(v))
    equal(found["visible_bias"], np.zeros(3), 1e-8)


def test_u06_the_likelihood_rises_under_its_gradient(side):
    patterns = data.bars_and_stripes(3)
    rbm = random_machine(side, 9, 4, scale=0.1)
    risk = side.lib.ExactLikelihood(rbm)
    trajectory = as_numpy(
        side.lib.fit(
            risk,
            side.array(patterns),
            optimizer=side.lib.SGD(rbm, lr=0.5),
            epochs=500,
            orders=[np.arange(len(patterns))] * 500,
        )
    )
    assert (np.diff(trajectory) < 0).all()
    assert trajectory[0] == pytest.approx(9 * np.log(2), abs=0.2)
    assert np.log(len(patterns)) < trajectory[-1] < trajectory[0] - 1


@pytest.mark.parametrize(("size", "count"), [(2, 6), (3, 14), (4, 30)])
def test_u06_bars_and_stripes(size, count):
    patterns = data.bars_and_stripes(size)
    assert patterns.shape == (count, size * size)
    assert len(np.unique(patterns, axis=0)) == count
    for picture in patterns.reshape(-1, size, size):
        assert (picture == picture[:1]).all() or (picture == picture[:, :1]).all()


def test_u06_bars_of_one_pixel_are_refused():
    with pytest.raises(ValueError, match="size 1 is below 2"):
        data.bars_and_stripes(1)


# ---- U07: Markov chains -----------------------------------------------------------------


def test_u07_gibbs_sampling_leaves_the_distribution_of_the_machine_alone(side):
    rbm = random_machine(side, 6, 4)
    transition, p = side.lib.transition_matrix(rbm), side.lib.state_probabilities(rbm)
    assert np.abs(as_numpy(p @ transition - p)).max() < 1e-12
    equal(side.lib.stationary_distribution(transition), as_numpy(p), 1e-12)
    assert float(side.lib.detailed_balance_gap(p, transition)) < 1e-12


def test_u07_the_chain_forgets_where_it_started(side):
    rbm = random_machine(side, 6, 4, scale=0.5)
    transition, p = side.lib.transition_matrix(rbm), side.lib.state_probabilities(rbm)
    start = np.zeros(64)
    start[5] = 1
    path = side.lib.evolve(side.array(start), transition, steps=40)
    apart = as_numpy(side.lib.total_variation(path, p))
    assert (np.diff(apart[apart > 1e-12]) < 0).all()  # no step leads away
    assert apart[0] > 0.9
    assert apart[-1] < 1e-12


def test_u07_the_matrix_is_what_sampling_does(side):
    rbm = random_machine(side, 2, 2)
    v = states(2)[np.zeros(20_000, int)]
    uniforms = np.random.default_rng(0).random((1, 20_000, 4))
    after = as_numpy(side.lib.gibbs_sample(rbm, side.array(v), side.array(uniforms)))
    counted = np.bincount((after @ [2, 1]).astype(int), minlength=4) / 20_000
    expected = as_numpy(side.lib.transition_matrix(rbm))[0]
    assert np.abs(counted - expected).max() < 4 * np.sqrt(0.25 / 20_000)


def test_u07_sampled_bits_are_bits_and_follow_the_numbers(side):
    rbm = machine(side, [[0.0]])  # every probability is 1/2
    numbers = side.array([[[0.9, 0.49], [0.1, 0.5]], [[0.3, 0.2], [0.3, 0.7]]])
    equal(side.lib.gibbs_sample(rbm, side.array([[0], [1]]), numbers), [[1], [0]])


def test_u07_two_states_in_closed_form(side):
    transition = side.array([[0.9, 0.1], [0.3, 0.7]])
    equal(side.lib.stationary_distribution(transition), [0.75, 0.25])
    path = as_numpy(side.lib.evolve(side.array([1, 0]), transition, steps=3))
    equal(path[:, 0], 0.75 + 0.25 * 0.6 ** np.arange(4))  # the second eigenvalue is 0.6
    equal(side.lib.detailed_balance_gap(side.array([0.75, 0.25]), transition), 0)


def test_u07_a_circle_is_stationary_without_detailed_balance(side):
    circle = side.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    pi = side.lib.stationary_distribution(circle)
    equal(pi, [1 / 3] * 3)
    equal(side.lib.detailed_balance_gap(pi, circle), 1 / 3)


def test_u07_a_walk_takes_the_first_state_past_the_number(side):
    transition = side.array([[0.2, 0.3, 0.5], [1, 0, 0], [0, 0, 1]])
    uniforms = side.array([[0.1, 0.2, 0.499, 0.5, 0.999]])
    walks = side.lib.simulate_chain(side.array([0] * 5, int), transition, uniforms)
    equal(walks, [[0] * 5, [0, 1, 1, 2, 2]])
    from_one = side.lib.simulate_chain(side.array([1], int), transition, side.array([[0.9999]]))
    equal(from_one, [[1], [0]])  # never into a state of probability 0


def test_u07_the_share_of_visits_approaches_the_stationary_distribution(side):
    transition = side.array([[0.9, 0.1], [0.3, 0.7]])
    uniforms = side.array(np.random.default_rng(0).random((20_000, 1)))
    walk = as_numpy(side.lib.simulate_chain(side.array([1], int), transition, uniforms))
    assert (walk == 0).mean() == pytest.approx(0.75, abs=0.02)


def test_u07_total_variation_of_disjoint_and_of_equal_distributions(side):
    p, q = side.array([[0.5, 0.5, 0], [1, 0, 0]]), side.array([[0, 0, 1], [1, 0, 0]])
    equal(side.lib.total_variation(p, q), [1, 0])


def test_u07_more_steps_bring_contrastive_divergence_to_the_exact_gradient(side):
    """In expectation CD-k has the distribution after k steps where the exact gradient has p(v)."""
    rbm, v = random_machine(side, 4, 3, scale=3.0, seed=2), states(4)[[0, 3, 5]]
    exact = gradients(side, rbm, side.lib.ExactLikelihood(rbm), side.array(v))["weight"]
    start = np.zeros(16)
    start[[0, 3, 5]] = 1 / 3
    path = side.lib.evolve(side.array(start), side.lib.transition_matrix(rbm), steps=60)
    every = as_numpy(side.lib.hidden_probabilities(rbm, side.array(states(4))))
    phases = np.einsum("ts,sm,sd->tmd", as_numpy(path), every, states(4))
    expected = phases - phases[0]  # the slope of F is minus p(h_j = 1 | v) v_i
    apart = np.abs(expected - exact).max(axis=(1, 2))
    assert apart[1] > 0.2  # CD-1 is biased
    assert (np.diff(apart[[1, 2, 5, 20, 60]]) < 0).all()
    assert apart[60] < 1e-12

    rng, copies = np.random.default_rng(0), 8000
    many = side.array(np.repeat(v, copies, axis=0))
    for k in (1, 3):  # and this is what sampling gives on average
        uniforms = side.array(rng.random((k, 3 * copies, 7)))
        risk = side.lib.ContrastiveDivergence(rbm)
        sampled = gradients(side, rbm, risk, many, uniforms)["weight"]
        assert np.abs(sampled - expected[k]).max() < 4 * np.sqrt(0.25 / (3 * copies))


def test_u07_contrastive_divergence_is_still_where_the_chain_does_not_move(side):
    """Visible units that are certain make samples equal to the data: nothing left to learn."""
    rbm = machine(side, np.zeros((2, 3)), [60, -60, 60])
    risk, v = side.lib.ContrastiveDivergence(rbm), side.array([[1, 0, 1]])
    found = gradients(side, rbm, risk, v, side.array(np.full((1, 1, 5), 0.5)))
    assert all(np.abs(grad).max() < 1e-12 for grad in found.values())


def test_u07_persistent_chains_are_kept(side):
    rbm = random_machine(side, 3, 2)
    risk = side.lib.PersistentContrastiveDivergence(rbm, chains=4, steps=2)
    risk = side.double(risk)
    start = side.array(np.zeros((4, 3)))
    risk.load_state_dict({**risk.state_dict(), "chain": start})
    uniforms = side.array(np.random.default_rng(0).random((2, 4, 5)))
    risk(side.array([[1, 1, 1]]), uniforms)
    moved = side.lib.gibbs_sample(rbm, start, uniforms)
    equal(risk.state_dict()["chain"], as_numpy(moved))
    assert as_numpy(moved).any()


def test_u06_a_machine_draws_its_own_numbers_from_its_seed(side):
    drawn = []
    for _ in range(2):
        rbm = side.double(side.lib.RBM(5, 3, rng=side.source(3)))
        start = side.array(np.zeros((3, 5)))
        drawn.append(as_numpy(side.lib.gibbs_sample(rbm, start, steps=3)))
    np.testing.assert_array_equal(*drawn)
    assert set(np.unique(drawn)) == {0.0, 1.0}


# ---- U05: generative adversarial nets ---------------------------------------------------


def test_u05_equal_distributions_leave_a_half_and_two_log_two(side):
    p = side.array([0.2, 0.5, 0.3, 0.0])
    d = side.lib.optimal_discriminator(p, p)
    equal(d, [0.5] * 4)
    equal(side.lib.game_value(p, p, d), -2 * np.log(2))
    equal(side.lib.DiscriminatorLoss()(side.array([0, 0]), side.array([0])), 2 * np.log(2))
    equal(side.lib.jensen_shannon(p, p), 0)


def test_u05_disjoint_distributions_are_told_apart_for_certain(side):
    p, q = side.array([0.4, 0.6, 0, 0]), side.array([0, 0, 1, 0])
    d = side.lib.optimal_discriminator(p, q)
    equal(d, [1, 1, 0, 0.5])
    equal(side.lib.game_value(p, q, d), 0)
    equal(side.lib.jensen_shannon(p, q), np.log(2))


@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0, 6.0])
def test_u05_two_gaussians_by_numerical_integration(side, shift):
    data_density, model_density = stats.norm(0, 1).pdf, stats.norm(shift, 1.5).pdf

    def gain(x):
        p, q = data_density(x), model_density(x)
        return p * np.log(p / (p + q)) + q * np.log(q / (p + q))

    value, _ = integrate.quad(gain, -15, 25, limit=500)
    x = np.linspace(-15, 25, 40_001)
    p, q = (side.array(f(x) * (x[1] - x[0])) for f in (data_density, model_density))
    d = side.lib.optimal_discriminator(p, q)
    assert float(side.lib.game_value(p, q, d)) == pytest.approx(value, abs=1e-7)
    js = float(side.lib.jensen_shannon(p, q))
    assert -np.log(4) + 2 * js == pytest.approx(value, abs=1e-7)


def test_u05_no_discriminator_gains_more_than_the_best(side):
    rng = np.random.default_rng(0)
    p, q = (side.array(rng.dirichlet(np.ones(5))) for _ in range(2))
    best = float(side.lib.game_value(p, q, side.lib.optimal_discriminator(p, q)))
    for _ in range(200):
        other = side.array(rng.uniform(0.01, 0.99, 5))
        assert float(side.lib.game_value(p, q, other)) <= best


@pytest.mark.parametrize(
    ("minimax", "value", "slope"),
    [(False, np.log(1 + np.exp(4)), -1 / (1 + np.exp(-4))), (True, None, -1 / (1 + np.exp(4)))],
)
def test_u05_a_sure_discriminator_starves_the_minimax_generator(side, minimax, value, slope):
    loss = side.lib.GeneratorLoss(minimax=minimax)
    a = side.array([-4.0])  # D = 0.018
    known = np.log(1 - 1 / (1 + np.exp(4))) if value is None else value
    equal(loss(a), known)
    equal(side.gradient(loss, a), [slope])


def pair(side, minimax=False):
    """Two small nets with smooth activations, the same on both sides."""
    gan = side.lib.GAN([1, 3, 2], [2, 3, 1], activation="Tanh")
    rng = np.random.default_rng(1)
    state = {
        name: side.array(rng.standard_normal(tuple(array.shape)))
        for name, array in gan.state_dict().items()
    }
    gan = side.double(gan)
    gan.load_state_dict(state)
    return gan


@pytest.mark.parametrize("minimax", [False, True])
def test_u05_the_generators_step_is_its_slope_through_the_discriminator(side, minimax):
    z = side.array([[0.3], [-1.2], [0.8]])
    gan = pair(side)
    before = {name: as_numpy(a).copy() for name, a in gan.state_dict().items()}

    def loss_at(state):
        other = pair(side)
        other.load_state_dict({name: side.array(a) for name, a in state.items()})
        return float(as_numpy(side.lib.GeneratorLoss(minimax=minimax)(other(z))))

    optimizer = side.lib.SGD(gan.generator, lr=1.0)
    value = gan.generator_step(z, optimizer, minimax=minimax)
    assert value == pytest.approx(loss_at(before), abs=1e-12)
    after = {name: as_numpy(a) for name, a in gan.state_dict().items()}
    for name, start in before.items():
        for place in np.ndindex(start.shape):
            step = start[place] - after[name][place]
            if name.startswith("discriminator"):
                assert step == 0
                continue
            values = []
            for move in (1e-5, -1e-5):
                moved = {key: array.copy() for key, array in before.items()}
                moved[name][place] += move
                values.append(loss_at(moved))
            assert step == pytest.approx((values[0] - values[1]) / 2e-5, abs=1e-8)


def test_u05_the_discriminators_step_leaves_the_generator_alone(side):
    gan = pair(side)
    before = {name: as_numpy(a).copy() for name, a in gan.state_dict().items()}
    optimizer = side.lib.SGD(gan.discriminator, lr=0.1)
    x, z = side.array([[1, 2], [0, 1]]), side.array([[0.3], [-1.2], [0.8]])
    losses = [gan.discriminator_step(x, z, optimizer) for _ in range(50)]
    assert losses[-1] < losses[0] - 0.3
    for name, array in before.items():
        changed = (as_numpy(gan.state_dict()[name]) != array).any()
        assert changed == name.startswith("discriminator")


def test_u05_a_trained_discriminator_finds_the_best_one():
    """Against a fixed model, the discriminator learns p / (p + q), which is known for Gaussians."""
    rng = np.random.default_rng(0)
    gan = Hand.lib.GAN([1, 1], [1, 8, 1], activation="Tanh", rng=rng)
    state = gan.state_dict()
    state["generator.0.weight"][...], state["generator.0.bias"][...] = 1.0, 1.5
    gan.load_state_dict(state)  # G(z) = z + 1.5, while the data are normal around 0
    optimizer = Hand.lib.SGD(gan.discriminator, lr=0.1, momentum=0.9)
    for _ in range(1500):
        gan.discriminator_step(
            rng.standard_normal((128, 1)), rng.standard_normal((128, 1)), optimizer
        )
    x = np.linspace(-2, 3.5, 23)
    d = 1 / (1 + np.exp(-gan.discriminator(x[:, None])[:, 0]))
    best = Hand.lib.optimal_discriminator(stats.norm(0, 1).pdf(x), stats.norm(1.5, 1).pdf(x))
    assert np.abs(d - best).max() < 0.1


# ---- the trainers of the lecture --------------------------------------------------------


@pytest.mark.parametrize("method", ["exact", "CD", "PCD"])
def test_machines_trained_on_both_sides_end_alike(method):
    note = coincide(
        lambda lib: train_rbm(
            data.bars_and_stripes(3), 4, seed=1, lib=lib, method=method, chains=9, epochs=30
        )
    )
    assert "49 numbers equal to 1e-08 after 30 steps" in repr(note)  # 4 * 9 + 9 + 4


@pytest.mark.parametrize("minimax", [False, True])
def test_pairs_trained_on_both_sides_end_alike(minimax):
    x = np.random.default_rng(0).standard_normal((20, 2))
    seen = []
    note = coincide(
        lambda lib: train_gan(
            x,
            [1, 4, 2],
            [2, 4, 1],
            seed=1,
            lib=lib,
            lrs=(0.2, 0.1),
            momentum=0.5,
            epochs=5,
            batch_size=8,
            minimax=minimax,
            after_epoch=seen.append,
        )
    )
    assert "35 numbers equal to 1e-08 after 15 steps" in repr(note)
    assert len(seen) == 10


def test_each_method_trains_another_machine():
    found = [
        train_rbm(data.bars_and_stripes(3), 4, seed=1, method=method, epochs=30).state_dict()
        for method in ("exact", "CD", "PCD")
    ]
    for one, other in itertools.combinations(found, 2):
        assert np.abs(one["weight"] - other["weight"]).max() > 1e-6


def test_training_in_single_precision_stays_in_it():
    v = data.bars_and_stripes(3)
    rbm = train_rbm(v, 4, seed=1, method="PCD", dtype="float32", epochs=3)
    assert {array.dtype for array in rbm.state_dict().values()} == {np.dtype("float32")}
    gan = train_gan(v, [2, 9], [9, 1], seed=1, dtype="float32", epochs=3)
    assert {array.dtype for array in gan.state_dict().values()} == {np.dtype("float32")}


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="method 'DC' should be 'exact', 'CD' or 'PCD'"):
        train_rbm(data.bars_and_stripes(2), 2, seed=0, method="DC")


def test_a_mosaic_has_every_picture_in_its_place():
    pictures = np.arange(30.0).reshape(5, 2, 3) / 30
    drawn = np.asarray(plots.mosaic(pictures, columns=3).get_images()[0].get_array().filled(-1))
    assert drawn.shape == (2 * 3 - 1, 3 * 4 - 1)
    np.testing.assert_array_equal(drawn[:2, 4:7], pictures[1])
    np.testing.assert_array_equal(drawn[3:, :3], pictures[3])
    assert (drawn[2] == -1).all()  # the line between the rows
    assert (drawn[3:, 8:] == -1).all()  # and where there is none
    plt.close("all")
