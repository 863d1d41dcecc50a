"""Pictures that move: sliders over drawings that the by-hand side has computed beforehand."""

from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel
from dlcourse.widgets.neurons import ridge

__all__ = ["Control", "Frame", "MovingPicture", "Panel", "ridge"]
