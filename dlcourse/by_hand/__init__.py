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
from dlcourse.by_hand.autoencoder import Autoencoder, TiedAffine, pretrain
from dlcourse.by_hand.box import Box, Chain, Sequential
from dlcourse.by_hand.capacity import (
    linear_pieces,
    sawtooth_network,
    staircase_network,
    xor_network,
)
from dlcourse.by_hand.clustering import k_means, squared_distances
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
from dlcourse.by_hand.game import game_value, jensen_shannon, optimal_discriminator
from dlcourse.by_hand.gan import GAN, DiscriminatorLoss, GeneratorLoss, fit_gan
from dlcourse.by_hand.gaussian_process import (
    ExpectedImprovement,
    GaussianProcess,
    posterior,
    squared_exponential,
)
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
from dlcourse.by_hand.markov_chain import (
    detailed_balance_gap,
    evolve,
    simulate_chain,
    stationary_distribution,
    total_variation,
    transition_matrix,
)
from dlcourse.by_hand.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    Standardize,
    compute_global_statistics,
)
from dlcourse.by_hand.optimizers import SGD, ProximalSGD, exponential_average, momentum_rate
from dlcourse.by_hand.partition import ExactLikelihood, log_partition, state_probabilities
from dlcourse.by_hand.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from dlcourse.by_hand.principal_components import PCA
from dlcourse.by_hand.rbm import (
    RBM,
    ContrastiveDivergence,
    PersistentContrastiveDivergence,
    gibbs_sample,
    hidden_probabilities,
    visible_probabilities,
)
from dlcourse.by_hand.regularization import (
    L1,
    L2,
    early_stopping_shrinkage,
    l2_shrinkage,
    soft_threshold,
)
from dlcourse.by_hand.representations import (
    activation_patterns,
    co_activation,
    largest_region_count,
    nearest_neighbours,
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
from dlcourse.by_hand.words import WordLoss, word_counts

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
