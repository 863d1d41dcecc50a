"""Choosing a model: a protocol, cross-validation, and searches for hyper-parameters.

A search calls an objective with a configuration and a seed.  What the objective trains is its own
affair: a net by hand, one in PyTorch, or an estimator of scikit-learn.
"""

from dlcourse.model_selection.bayesian import bayesian_search
from dlcourse.model_selection.folds import CrossValidation, cross_validate, k_folds
from dlcourse.model_selection.models import Holdout, Model
from dlcourse.model_selection.protocol import Protocol
from dlcourse.model_selection.results import Results, Trial
from dlcourse.model_selection.search import grid_search, random_search
from dlcourse.model_selection.space import Choice, Integers, LogUniform, Uniform

__all__ = [
    "Choice",
    "CrossValidation",
    "Holdout",
    "Integers",
    "LogUniform",
    "Model",
    "Protocol",
    "Results",
    "Trial",
    "Uniform",
    "bayesian_search",
    "cross_validate",
    "grid_search",
    "k_folds",
    "random_search",
]
