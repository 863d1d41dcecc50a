"""Where a net is trained: on which side and device, with which numbers, in how many processes."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from dlcourse import by_hand, in_torch
from dlcourse.by_hand.box import Array
from dlcourse.parity import ByHand, InTorch
from dlcourse.reproduce.recipes import Arm

T = TypeVar("T")
STARTED_BY_TORCHRUN = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True)
class Place:
    """Where training runs.

    Attributes
    ----------
    device : str
        "cpu", "cuda", or one of several such as "cuda:1".
    precision : str
        "" for that of the recipe; "tf32" or "bf16" for faster products on a GPU.
    rank, world : int
        The number of this process, from 0, and how many there are.
    """

    device: str = "cpu"
    precision: str = ""
    rank: int = 0
    world: int = 1

    def side(self, arm: Arm) -> Any:
        """Take the side that an arm is trained on.

        Raises
        ------
        ValueError
            When NumPy would have to run on a GPU, with bfloat16, or in several processes.
        """
        if arm.side == "in_torch":
            torch.set_float32_matmul_precision("high" if self.precision == "tf32" else "highest")
            torch.backends.cudnn.allow_tf32 = self.precision == "tf32"
            return OnDevice(getattr(torch, arm.dtype), self.device)
        if self != Place():
            raise ValueError(
                "by hand there is one process on the CPU, in the recipe's precision; "
                "add --side in_torch for more"
            )
        return ByHand(getattr(np, arm.dtype))

    def copied(self, net: Any) -> Any:
        """Let all processes train copies of a net, and average their gradients."""
        if self.world == 1:
            return net
        return DistributedDataParallel(net)

    @property
    def name(self) -> str:
        """What the device is called in a record."""
        if self.device.startswith("cuda"):
            return torch.cuda.get_device_name(self.device)
        return f"{os.cpu_count()} cores of {platform.machine()}, {platform.system()}"

    def from_first(self, make: Callable[[], T]) -> T:
        """Let the first process make something, and give it to all."""
        if self.world == 1:
            return make()
        made = [make() if self.rank == 0 else None]
        distributed.broadcast_object_list(made)
        return cast(T, made[0])


class OnDevice(InTorch):
    """PyTorch on a device."""

    def __init__(self, dtype: torch.dtype, device: str) -> None:
        super().__init__(dtype)
        self.device = device

    def array(self, x: Array) -> torch.Tensor:
        """Take an array over to the device."""
        return super().array(np.ascontiguousarray(x)).to(self.device)

    def load(self, net: torch.nn.Module, state: Any) -> torch.nn.Module:
        """Give a net this state, on the device."""
        return super().load(net, state).to(self.device)


class Bfloat16Risk(in_torch.EmpiricalRisk):
    """The empirical risk with products in bfloat16: half the memory, 8 bits of precision."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Map examples and targets to one number."""
        with torch.autocast(x.device.type, dtype=torch.bfloat16):
            return super().forward(x, y)


@contextmanager
def joined(device: str, precision: str) -> Iterator[Place]:
    """Tell where this process trains; join the others if torchrun has started several.

    Parameters
    ----------
    device : str
        "cpu" or "cuda".  On a machine with several GPUs each process takes its own.
    precision : str
        As for `Place`.

    Yields
    ------
    Place

    Notes
    -----
    Each process trains a copy of the net on its part of each batch, and after each step the
    gradients are averaged over all of them.  Batch normalization sees only its own part.
    """
    if not all(name in os.environ for name in STARTED_BY_TORCHRUN):
        yield Place(device, precision)
        return
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Place(device, precision, rank, world)
    finally:
        distributed.destroy_process_group()


def gpu_available() -> bool:
    """Tell whether PyTorch can use a GPU here."""
    return bool(torch.cuda.is_available())


def library(side: str) -> ModuleType:
    """Give the library of a side."""
    return {"by_hand": by_hand, "in_torch": in_torch}[side]


def set_step_size(optimizer: Any, lr: float) -> None:
    """Set the step size of an optimizer of either side."""
    if isinstance(optimizer, by_hand.SGD):
        optimizer.lr = lr
    else:
        for group in optimizer.param_groups:
            group["lr"] = lr


def velocities(net: Any, optimizer: Any) -> dict[str, Array]:
    """Read what an optimizer remembers of each parameter: the last direction."""
    if isinstance(optimizer, by_hand.SGD):
        return {name: v.copy() for name, v in optimizer.velocity.items()}
    return {
        name: optimizer.state[p]["momentum_buffer"].detach().cpu().numpy().copy()
        for name, p in net.named_parameters()
        if optimizer.state[p].get("momentum_buffer") is not None
    }


def set_velocities(net: Any, optimizer: Any, velocity: dict[str, Array]) -> None:
    """Give an optimizer back what it remembered."""
    if isinstance(optimizer, by_hand.SGD):
        for name, v in velocity.items():
            optimizer.velocity[name][...] = v
        return
    for name, p in net.named_parameters():
        if name in velocity:
            optimizer.state[p]["momentum_buffer"] = torch.tensor(velocity[name]).to(p.device)


def as_numpy(x: Any) -> Array:
    """Take an array or a tensor as an array."""
    return x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
