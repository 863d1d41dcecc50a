"""What lectures are made of besides pictures: predictions, training in one call, trials, claims."""

import sys

from dlcourse.lessons.classifiers import (
    Classifier,
    coincide,
    error_percent,
    mean_loss,
    train_classifier,
    train_net,
)
from dlcourse.lessons.generation import train_gan, train_rbm
from dlcourse.lessons.notes import Prediction, claim, predict
from dlcourse.lessons.one_thread import compute_with_one_thread
from dlcourse.lessons.trials import Trials, repeat
from dlcourse.note import Note
from dlcourse.progress import progress

__all__ = [
    "Classifier",
    "Note",
    "Prediction",
    "Trials",
    "claim",
    "coincide",
    "error_percent",
    "mean_loss",
    "predict",
    "progress",
    "repeat",
    "train_classifier",
    "train_gan",
    "train_net",
    "train_rbm",
]

if "ipykernel" in sys.modules:  # a lecture; who imports this elsewhere keeps their threads
    compute_with_one_thread()
