"""The table of twins: one row for each concept that exists by hand and in PyTorch.

The rows stand beside their cases in `dlcourse/cases`, file for file as in `by_hand`: a row says
which sizes a case has and how to build one from them.  The tests draw sizes with Hypothesis;
`dlcourse compare` and the lectures draw them from a seed.  Nothing here imports PyTorch: a row
works on either side through a `Side` of `dlcourse.parity`.

To add a concept, write a class or function of one name in both `by_hand` and `in_torch`,
export it, draw a case and add its row in `dlcourse/cases`, and assert a number that you know in
`tests/test_known_values.py`.
"""

from difflib import get_close_matches

from dlcourse.cases import (
    activations,
    alexnet,
    architectures,
    arithmetic,
    augmentation,
    autoencoder,
    capacity,
    clustering,
    convolution,
    correlation,
    critical_points,
    diagnosis,
    dropout,
    early_stopping,
    estimators,
    game,
    gan,
    gaussian_process,
    googlenet,
    gradient_checking,
    graph,
    initialization,
    layers,
    lenet,
    local_response,
    losses,
    markov_chain,
    normalization,
    optimizers,
    partition,
    pooling,
    principal_components,
    rbm,
    regularization,
    representations,
    reshaping,
    resnet,
    schedules,
    training,
    vgg,
    windows,
    words,
)
from dlcourse.cases.case import Twin

TWINS: tuple[Twin, ...] = (
    *activations.TWINS,
    *arithmetic.TWINS,
    *layers.TWINS,
    *graph.TWINS,
    *losses.TWINS,
    *regularization.TWINS,
    *estimators.TWINS,
    *optimizers.TWINS,
    *training.TWINS,
    *schedules.TWINS,
    *early_stopping.TWINS,
    *initialization.TWINS,
    *normalization.TWINS,
    *dropout.TWINS,
    *windows.TWINS,
    *convolution.TWINS,
    *correlation.TWINS,
    *pooling.TWINS,
    *reshaping.TWINS,
    *local_response.TWINS,
    *augmentation.TWINS,
    *lenet.TWINS,
    *architectures.TWINS,
    *alexnet.TWINS,
    *vgg.TWINS,
    *googlenet.TWINS,
    *resnet.TWINS,
    *gradient_checking.TWINS,
    *critical_points.TWINS,
    *gaussian_process.TWINS,
    *capacity.TWINS,
    *diagnosis.TWINS,
    *principal_components.TWINS,
    *autoencoder.TWINS,
    *words.TWINS,
    *rbm.TWINS,
    *partition.TWINS,
    *markov_chain.TWINS,
    *game.TWINS,
    *gan.TWINS,
    *clustering.TWINS,
    *representations.TWINS,
)
"""Every row, in the order of the lectures."""


def find(name: str) -> Twin:
    """Find the row of a concept by its name.

    Parameters
    ----------
    name : str
        As exported by `by_hand` and `in_torch`; upper and lower case count alike.

    Returns
    -------
    Twin

    Raises
    ------
    ValueError
        When there is no such row; the message names those that are spelled alike.
    """
    names = {twin.name.lower(): twin for twin in TWINS}
    if name.lower() in names:
        return names[name.lower()]
    close = get_close_matches(name.lower(), names, cutoff=0.5)
    hint = " or ".join(names[match].name for match in close) or "a name of dlcourse.by_hand"
    raise ValueError(f"no concept is called {name!r}; try {hint}")
