"""Pictures that move: sliders over drawings that the by-hand side has computed beforehand."""

from dlcourse.widgets.architectures import alexnet_layers
from dlcourse.widgets.backprop import flow_graph_steps, gradient_check_curve
from dlcourse.widgets.batchnorm import saturation
from dlcourse.widgets.capacity import regions, staircase
from dlcourse.widgets.convnets import convolution_steps, receptive_fields
from dlcourse.widgets.dropout import masks
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel
from dlcourse.widgets.neurons import activations, ridge
from dlcourse.widgets.optimization import ravine, step_sizes
from dlcourse.widgets.regularization import early_stopping, shrinkage
from dlcourse.widgets.resnets import plain_and_residual
from dlcourse.widgets.unsupervised import duel, gibbs_steps

__all__ = [
    "Control",
    "Frame",
    "MovingPicture",
    "Panel",
    "activations",
    "alexnet_layers",
    "convolution_steps",
    "duel",
    "early_stopping",
    "flow_graph_steps",
    "gibbs_steps",
    "gradient_check_curve",
    "masks",
    "plain_and_residual",
    "ravine",
    "receptive_fields",
    "regions",
    "ridge",
    "saturation",
    "shrinkage",
    "staircase",
    "step_sizes",
]
