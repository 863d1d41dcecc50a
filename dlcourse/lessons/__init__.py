"""What lectures are made of besides pictures: predictions, trials with seeds, and claims."""

from dlcourse.lessons.classifiers import coincide, error_percent, mean_loss, train_classifier
from dlcourse.lessons.notes import Note, Prediction, claim, predict
from dlcourse.lessons.trials import Trials, progress, repeat

__all__ = [
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
]
