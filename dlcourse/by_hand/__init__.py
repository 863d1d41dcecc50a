"""Every concept in NumPy, with its gradient written out."""

from dlcourse.by_hand.activations import (
    Identity,
    LogSoftmax,
    ReLU,
    Sigmoid,
    Sign,
    Softmax,
    Tanh,
    logsumexp,
    softmax_jacobian,
)
from dlcourse.by_hand.alexnet import AlexNet
from dlcourse.by_hand.architectures import LayerCount, count_layers, outline, receptive_field
from dlcourse.by_hand.arithmetic import Add, Multiply
from dlcourse.by_hand.augmentation import (
    average_answers,
    random_crops,
    random_flips,
    subtract_mean,
    ten_crops,
)
from dlcourse.by_hand.box import Box, Chain, Sequential
from dlcourse.by_hand.capacity import (
    linear_pieces,
    sawtooth_network,
    staircase_network,
    xor_network,
)
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.correlation import correlate_fft, correlate_loops, flip_kernel
from dlcourse.by_hand.critical_points import classify_critical_point, hessian
from dlcourse.by_hand.diagnosis import (
    active_fraction,
    bounce,
    dead_units,
    diagnose,
    duplicate_units,
    feature_correlation,
    hidden_activations,
    saturated_fraction,
)
from dlcourse.by_hand.dropout import Dropout, all_masks, convert_dropout, geometric_average
from dlcourse.by_hand.early_stopping import EarlyStopping
from dlcourse.by_hand.estimators import estimate_moments
from dlcourse.by_hand.googlenet import GoogLeNet, Inception
from dlcourse.by_hand.gradient_checking import (
    KinkWarning,
    at_kink,
    check_gradients,
    finite_difference_errors,
    numerical_gradient,
    relative_error,
)
from dlcourse.by_hand.graph import Graph, topological_order
from dlcourse.by_hand.initialization import initial_std, initialize
from dlcourse.by_hand.layers import MLP, Affine, Neuron
from dlcourse.by_hand.lenet import LeNet
from dlcourse.by_hand.local_response import LocalResponseNorm
from dlcourse.by_hand.losses import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeLoss,
    MSELoss,
    NegativeLogLikelihood,
    top_k_error,
    zero_one_error,
)
from dlcourse.by_hand.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    Standardize,
    compute_global_statistics,
)
from dlcourse.by_hand.optimizers import SGD, ProximalSGD, exponential_average, momentum_rate
from dlcourse.by_hand.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from dlcourse.by_hand.regularization import (
    L1,
    L2,
    early_stopping_shrinkage,
    l2_shrinkage,
    soft_threshold,
)
from dlcourse.by_hand.reshaping import Concat, Flatten, ZeroPad
from dlcourse.by_hand.resnet import BasicBlock, Bottleneck, CifarResNet, ResNet
from dlcourse.by_hand.schedules import (
    Schedule,
    diverges,
    find_learning_rate,
    robbins_monro_sums,
    step_size,
)
from dlcourse.by_hand.training import EmpiricalRisk, fit, minibatches
from dlcourse.by_hand.vgg import VGG
from dlcourse.by_hand.windows import output_size

__all__ = [
    "L1",
    "L2",
    "MLP",
    "SGD",
    "VGG",
    "Add",
    "Affine",
    "AlexNet",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "BasicBlock",
    "BatchNorm1d",
    "BatchNorm2d",
    "Bottleneck",
    "Box",
    "Chain",
    "CifarResNet",
    "Concat",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "EarlyStopping",
    "EmpiricalRisk",
    "Flatten",
    "GlobalAvgPool2d",
    "GoogLeNet",
    "Graph",
    "HingeLoss",
    "Identity",
    "Inception",
    "KinkWarning",
    "LayerCount",
    "LeNet",
    "LocalResponseNorm",
    "LogSoftmax",
    "MSELoss",
    "MaxPool2d",
    "Multiply",
    "NegativeLogLikelihood",
    "Neuron",
    "ProximalSGD",
    "ReLU",
    "ResNet",
    "Schedule",
    "Sequential",
    "Sigmoid",
    "Sign",
    "Softmax",
    "Standardize",
    "Tanh",
    "ZeroPad",
    "active_fraction",
    "all_masks",
    "at_kink",
    "average_answers",
    "bounce",
    "check_gradients",
    "classify_critical_point",
    "compute_global_statistics",
    "convert_dropout",
    "correlate_fft",
    "correlate_loops",
    "count_layers",
    "dead_units",
    "diagnose",
    "diverges",
    "duplicate_units",
    "early_stopping_shrinkage",
    "estimate_moments",
    "exponential_average",
    "feature_correlation",
    "find_learning_rate",
    "finite_difference_errors",
    "fit",
    "flip_kernel",
    "geometric_average",
    "hessian",
    "hidden_activations",
    "initial_std",
    "initialize",
    "l2_shrinkage",
    "linear_pieces",
    "logsumexp",
    "minibatches",
    "momentum_rate",
    "numerical_gradient",
    "outline",
    "output_size",
    "random_crops",
    "random_flips",
    "receptive_field",
    "relative_error",
    "robbins_monro_sums",
    "saturated_fraction",
    "sawtooth_network",
    "soft_threshold",
    "softmax_jacobian",
    "staircase_network",
    "step_size",
    "subtract_mean",
    "ten_crops",
    "top_k_error",
    "topological_order",
    "xor_network",
    "zero_one_error",
]
