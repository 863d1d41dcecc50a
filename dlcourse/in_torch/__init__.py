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
from dlcourse.in_torch.alexnet import AlexNet
from dlcourse.in_torch.architectures import LayerCount, count_layers, outline, receptive_field
from dlcourse.in_torch.arithmetic import Add, Multiply
from dlcourse.in_torch.augmentation import (
    average_answers,
    random_crops,
    random_flips,
    subtract_mean,
    ten_crops,
)
from dlcourse.in_torch.autoencoder import Autoencoder, TiedAffine, pretrain
from dlcourse.in_torch.box import Box, Chain, Sequential
from dlcourse.in_torch.capacity import (
    linear_pieces,
    sawtooth_network,
    staircase_network,
    xor_network,
)
from dlcourse.in_torch.clustering import k_means, squared_distances
from dlcourse.in_torch.convolution import Conv2d
from dlcourse.in_torch.correlation import correlate_fft, correlate_loops, flip_kernel
from dlcourse.in_torch.critical_points import classify_critical_point, hessian
from dlcourse.in_torch.diagnosis import (
    active_fraction,
    bounce,
    dead_units,
    diagnose,
    duplicate_units,
    feature_correlation,
    hidden_activations,
    saturated_fraction,
)
from dlcourse.in_torch.dropout import Dropout, all_masks, convert_dropout, geometric_average
from dlcourse.in_torch.early_stopping import EarlyStopping
from dlcourse.in_torch.estimators import estimate_moments
from dlcourse.in_torch.game import game_value, jensen_shannon, optimal_discriminator
from dlcourse.in_torch.gan import GAN, DiscriminatorLoss, GeneratorLoss, fit_gan
from dlcourse.in_torch.gaussian_process import (
    ExpectedImprovement,
    GaussianProcess,
    posterior,
    squared_exponential,
)
from dlcourse.in_torch.googlenet import GoogLeNet, Inception
from dlcourse.in_torch.gradient_checking import (
    KinkWarning,
    at_kink,
    check_gradients,
    finite_difference_errors,
    numerical_gradient,
    relative_error,
)
from dlcourse.in_torch.graph import Graph, topological_order
from dlcourse.in_torch.initialization import initial_std, initialize
from dlcourse.in_torch.layers import MLP, Affine, Neuron
from dlcourse.in_torch.lenet import LeNet
from dlcourse.in_torch.local_response import LocalResponseNorm
from dlcourse.in_torch.losses import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeLoss,
    MSELoss,
    NegativeLogLikelihood,
    top_k_error,
    zero_one_error,
)
from dlcourse.in_torch.markov_chain import (
    detailed_balance_gap,
    evolve,
    simulate_chain,
    stationary_distribution,
    total_variation,
    transition_matrix,
)
from dlcourse.in_torch.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    Standardize,
    compute_global_statistics,
)
from dlcourse.in_torch.optimizers import SGD, ProximalSGD, exponential_average, momentum_rate
from dlcourse.in_torch.partition import ExactLikelihood, log_partition, state_probabilities
from dlcourse.in_torch.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from dlcourse.in_torch.principal_components import PCA
from dlcourse.in_torch.rbm import (
    RBM,
    ContrastiveDivergence,
    PersistentContrastiveDivergence,
    gibbs_sample,
    hidden_probabilities,
    visible_probabilities,
)
from dlcourse.in_torch.regularization import (
    L1,
    L2,
    early_stopping_shrinkage,
    l2_shrinkage,
    soft_threshold,
)
from dlcourse.in_torch.representations import (
    activation_patterns,
    co_activation,
    largest_region_count,
    nearest_neighbours,
)
from dlcourse.in_torch.reshaping import Concat, Flatten, ZeroPad
from dlcourse.in_torch.resnet import BasicBlock, Bottleneck, CifarResNet, ResNet
from dlcourse.in_torch.schedules import (
    Schedule,
    diverges,
    find_learning_rate,
    robbins_monro_sums,
    step_size,
)
from dlcourse.in_torch.training import EmpiricalRisk, fit, minibatches
from dlcourse.in_torch.vgg import VGG
from dlcourse.in_torch.windows import output_size
from dlcourse.in_torch.words import WordLoss, word_counts

__all__ = [
    "GAN",
    "L1",
    "L2",
    "MLP",
    "PCA",
    "RBM",
    "SGD",
    "VGG",
    "Add",
    "Affine",
    "AlexNet",
    "Autoencoder",
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
    "ContrastiveDivergence",
    "Conv2d",
    "CrossEntropyLoss",
    "DiscriminatorLoss",
    "Dropout",
    "EarlyStopping",
    "EmpiricalRisk",
    "ExactLikelihood",
    "ExpectedImprovement",
    "Flatten",
    "GaussianProcess",
    "GeneratorLoss",
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
    "PersistentContrastiveDivergence",
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
    "TiedAffine",
    "WordLoss",
    "ZeroPad",
    "activation_patterns",
    "active_fraction",
    "all_masks",
    "at_kink",
    "average_answers",
    "bounce",
    "check_gradients",
    "classify_critical_point",
    "co_activation",
    "compute_global_statistics",
    "convert_dropout",
    "correlate_fft",
    "correlate_loops",
    "count_layers",
    "dead_units",
    "detailed_balance_gap",
    "diagnose",
    "diverges",
    "duplicate_units",
    "early_stopping_shrinkage",
    "estimate_moments",
    "evolve",
    "exponential_average",
    "feature_correlation",
    "find_learning_rate",
    "finite_difference_errors",
    "fit",
    "fit_gan",
    "flip_kernel",
    "game_value",
    "geometric_average",
    "gibbs_sample",
    "hessian",
    "hidden_activations",
    "hidden_probabilities",
    "initial_std",
    "initialize",
    "jensen_shannon",
    "k_means",
    "l2_shrinkage",
    "largest_region_count",
    "linear_pieces",
    "log_partition",
    "logsumexp",
    "minibatches",
    "momentum_rate",
    "nearest_neighbours",
    "numerical_gradient",
    "optimal_discriminator",
    "outline",
    "output_size",
    "posterior",
    "pretrain",
    "random_crops",
    "random_flips",
    "receptive_field",
    "relative_error",
    "robbins_monro_sums",
    "saturated_fraction",
    "sawtooth_network",
    "simulate_chain",
    "soft_threshold",
    "softmax_jacobian",
    "squared_distances",
    "squared_exponential",
    "staircase_network",
    "state_probabilities",
    "stationary_distribution",
    "step_size",
    "subtract_mean",
    "ten_crops",
    "top_k_error",
    "topological_order",
    "total_variation",
    "transition_matrix",
    "visible_probabilities",
    "word_counts",
    "xor_network",
    "zero_one_error",
]
