"""Every concept in PyTorch, with its gradient from autograd."""

from dlcourse.in_torch.activations import (
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
from dlcourse.in_torch.arithmetic import Add, Multiply
from dlcourse.in_torch.box import Box, Sequential
from dlcourse.in_torch.capacity import (
    linear_pieces,
    sawtooth_network,
    staircase_network,
    xor_network,
)
from dlcourse.in_torch.critical_points import classify_critical_point, hessian
from dlcourse.in_torch.gradient_checking import (
    KinkWarning,
    at_kink,
    check_gradients,
    finite_difference_errors,
    numerical_gradient,
    relative_error,
)
from dlcourse.in_torch.graph import Graph, topological_order
from dlcourse.in_torch.layers import MLP, Affine, Neuron
from dlcourse.in_torch.losses import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeLoss,
    MSELoss,
    NegativeLogLikelihood,
    top_k_error,
    zero_one_error,
)
from dlcourse.in_torch.optimizers import SGD
from dlcourse.in_torch.regularization import L1, L2
from dlcourse.in_torch.training import EmpiricalRisk, fit, minibatches

__all__ = [
    "L1",
    "L2",
    "MLP",
    "SGD",
    "Add",
    "Affine",
    "BCEWithLogitsLoss",
    "Box",
    "CrossEntropyLoss",
    "EmpiricalRisk",
    "Graph",
    "HingeLoss",
    "Identity",
    "KinkWarning",
    "LogSoftmax",
    "MSELoss",
    "Multiply",
    "NegativeLogLikelihood",
    "Neuron",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Sign",
    "Softmax",
    "Tanh",
    "at_kink",
    "check_gradients",
    "classify_critical_point",
    "finite_difference_errors",
    "fit",
    "hessian",
    "linear_pieces",
    "logsumexp",
    "minibatches",
    "numerical_gradient",
    "relative_error",
    "sawtooth_network",
    "softmax_jacobian",
    "staircase_network",
    "top_k_error",
    "topological_order",
    "xor_network",
    "zero_one_error",
]
