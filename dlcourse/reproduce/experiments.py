"""The experiments of the slides."""

from typing import Any

from dlcourse.reproduce.recipes import Arm, Recipe

DEGRADATION = (
    "He et al. 2015, figures 1 and 6: on CIFAR-10, 56 plain layers have a higher training and test "
    "error than 20; residual nets the other way, with test errors of 8.75 % (20 layers) and 6.97 % "
    "(56 layers)."
)

MINI_LENET = {"size": 8, "kernel_size": 3}
"""LeNet for scikit-learn's digits."""


def multilayer(*sizes: int, quick: tuple[int, ...] = (64, 32, 10), **settings: Any) -> Arm:
    """Declare a multilayer net; what `MLP` does not know are settings of the arm."""
    known = {"activation", "batch_norm", "dropout"}
    options = {name: value for name, value in settings.items() if name in known}
    rest = {name: value for name, value in settings.items() if name not in known}
    small = {"options": {**options, "sizes": quick}}
    return Arm("MLP", {**options, "sizes": sizes}, quick=small, **rest)


def lenet(**settings: Any) -> Arm:
    """Declare LeNet-5."""
    schedule: dict[str, Any] = {"epochs": 12, "lr": 0.02, "weight_decay": 1e-4, "drops": (8, 11)}
    return Arm("LeNet", {}, quick={"options": MINI_LENET}, **schedule, **settings)


def small_resnet(
    n: int,
    *,
    residual: bool,
    quick: int,
    widths: tuple[int, int, int] = (16, 32, 64),
    side: str = "in_torch",
    lr: float = 0.1,
    **settings: Any,
) -> Arm:
    """Declare a net of 6 n + 2 layers for CIFAR-10, with the recipe of its paper."""
    options: dict[str, Any] = {"n": n, "residual": residual, "widths": widths}
    small = {**options, "n": quick, "in_channels": 1, "widths": (4, 8, 8)}
    return Arm(
        "CifarResNet",
        options,
        data="cifar10",
        side=side,
        scaling="pixels",
        flip=True,
        lr=lr,
        weight_decay=1e-4,
        quick={"options": small, "flip": False},
        **settings,
    )


def degradation(**settings: Any) -> dict[str, Arm]:
    """Declare plain and residual nets of 20 and 56 layers."""
    return {
        f"{'residual' if residual else 'plain'} {6 * n + 2}": small_resnet(
            n, residual=residual, quick=max(1, n // 4), **settings
        )
        for residual in (False, True)
        for n in (3, 9)
    }


def photographs(depth: int, *, residual: bool) -> Arm:
    """Declare a net for ImageNet, with the recipe of its paper; a small one for quick runs."""
    small = {"n": depth // 16, "residual": residual, "in_channels": 1, "widths": (4, 8, 8)}
    quick = {"net": "CifarResNet", "options": small, "task": "classify", "batch_size": 128}
    return Arm(
        "ResNet",
        {"depth": depth, "residual": residual, "classes": 1000, "shortcut": "A"},
        task="classify photographs",
        data="imagenet",
        side="in_torch",
        scaling="pixels",
        epochs=120,  # 600,000 steps
        batch_size=256,
        lr=0.1,
        weight_decay=1e-4,
        plateau=5,
        quick=quick,
    )


def autoencoder(**settings: Any) -> Arm:
    """Declare the autoencoder of Hinton and Salakhutdinov for MNIST."""
    options = {"activation": "ReLU", "output": "Sigmoid"}
    small = {"options": {**options, "sizes": (64, 32, 8)}}
    return Arm(
        "Autoencoder",
        {**options, "sizes": (784, 1000, 500, 250, 30)},
        task="reconstruct",
        scaling="unit",
        quick=small,
        **settings,
    )


def few_labels(labels: int, *, pretrain: bool) -> Arm:
    """Declare a net that has few labels, and may see the other pictures first without theirs."""
    more: dict[str, Any] = {"labels": labels, "measured": 5000}
    small: dict[str, Any] = {"labels": 50}
    if pretrain:
        settings = {"lr": 1.0, "momentum": 0.9, "noise": 0.3, "batch_size": 128}
        more["pretrain"] = {**settings, "epochs": 5}
        small["pretrain"] = {**settings, "lr": 0.1, "epochs": 1}
    arm = multilayer(
        784, 500, 500, 10, more=more, scaling="unit", epochs=50, batch_size=20, lr=0.02
    )
    return Arm(**{**vars(arm), "quick": {**arm.quick, "more": small}})


RECIPES = (
    Recipe(
        "mnist-lenet",
        "K01 K03 K05 M02",
        "Does LeNet, trained by hand, read digits better than a multilayer net?",
        {
            "MLP": multilayer(
                784, 300, 100, 10, epochs=12, lr=0.02, weight_decay=1e-4, drops=(8, 11)
            ),
            "LeNet": lenet(),
            "LeNet, shifted": lenet(shift=2),
        },
        seeds=3,
        published="LeCun et al. 1998, figure 9: 3.05 % test error for 784-300-100-10, 0.95 % for "
        "LeNet-5, 0.8 % for LeNet-5 with distorted pictures.",
    ),
    Recipe(
        "mnist-dropout",
        "D01 D11 P02",
        "Does dropout beat regular backpropagation on MNIST?",
        {
            name: multilayer(
                784,
                800,
                800,
                10,
                dropout=p,
                scaling="unit",
                batch_size=100,
                epochs=100,
                lr=0.05,
                drops=(70, 90),
            )
            for name, p in (("without dropout", 0.0), ("dropout", 0.5))
        },
        seeds=3,
        published="Hinton et al. 2012: 160 errors of 10,000 for the best standard net, about 130 "
        "with half of the hidden units dropped.",
        shortened="Momentum 0.9 for fewer epochs in place of the paper's 3,000 with a bound on "
        "the length of the weights; 5,000 of the 60,000 training pictures are for validation.",
    ),
    Recipe(
        "mnist-batchnorm",
        "BN05 BN07 BN12",
        "Does batch normalization speed up training?",
        {
            name: multilayer(
                784,
                100,
                100,
                100,
                10,
                activation="Sigmoid",
                batch_norm=batch_norm,
                initialization="glorot",
                scaling="unit",
                lr=0.5,
                momentum=0.0,
                batch_size=60,
                epochs=55,
            )
            for name, batch_norm in (("without", False), ("batch normalization", True))
        },
        seeds=3,
        published="Ioffe and Szegedy 2015, figure 1(a): three layers of 100 sigmoid units, 50,000 "
        "steps on batches of 60; with normalization the test accuracy is higher, and sooner so.",
        shortened="The paper states neither the step size nor the deviation of its initial "
        "weights; here 0.5, and Glorot's.  5,000 of the 60,000 training pictures are kept for "
        "validation.",
    ),
    Recipe(
        "cifar10-degradation",
        "RN01 RN02 RN03 RN25",
        "Is a deeper plain net worse even on its training set, and a deeper residual net not?",
        degradation(shift=4, epochs=182, drops=(91, 136)),
        seeds=2,
        published=DEGRADATION,
        shortened="45,000 of the 50,000 training pictures.",
    ),
    Recipe(
        "cifar10-degradation-small",
        "RN01 RN02 RN03 RN25",
        "Is a deeper plain net worse even on its training set, with what two cores can do?",
        degradation(
            widths=(8, 16, 32),
            shrink=2,
            shift=2,
            examples=20000,
            batch_size=64,
            epochs=6,
            drops=(4,),
            more={"measured": 5000},
        ),
        seeds=2,
        published=DEGRADATION,
        shortened="Pictures of 16 x 16 pixels (averages of 2 x 2), 8, 16 and 32 channels in place "
        "of 16, 32 and 64, 20,000 of the 50,000 training pictures, and 6 epochs in batches of 64 "
        "(1,878 steps) in place of 64,000 steps on batches of 128.",
    ),
    Recipe(
        "cifar10-resnet20-by-hand",
        "RN02 RN03 RN25",
        "Does ResNet-20 by hand take the same steps as in PyTorch, from the same state?",
        {
            f"{name}{words}": small_resnet(
                3,
                residual=True,
                quick=1,
                side=side,
                shift=4,
                more={"keep_steps": True, "measured": 1000},
                **settings,
            )
            for words, settings in (
                (", float64", {"dtype": "float64", "epochs": 1, "examples": 2560, "lr": 0.01}),
                ("", {"epochs": 4}),
            )
            for name, side in (("by hand", "by_hand"), ("PyTorch", "in_torch"))
        },
        seeds=1,
        published="The course: both sides are equal but for rounding.  He et al. 2015: 8.75 % test "
        "error after 64,000 steps.",
        shortened="A few epochs; in float64 one epoch of fewer pictures, with a tenth of the step "
        "size, since large steps multiply even the last digit's difference.",
    ),
    Recipe(
        "imagenet-resnet",
        "RN01 RN05 RN20 RN21 RN22 RN23",
        "Is a deeper plain net worse on ImageNet, and a deeper residual net better?",
        {
            f"{'residual' if residual else 'plain'} {depth}": photographs(depth, residual=residual)
            for residual in (False, True)
            for depth in (18, 34)
        },
        seeds=1,
        published="He et al. 2015, table 2: with ten views, the validation error is 27.94 % "
        "(plain, 18 layers), 28.54 % (plain, 34), 27.88 % (residual, 18), 25.03 % (residual, 34).",
    ),
    Recipe(
        "mnist-autoencoder",
        "U03 U04",
        "Does a deep autoencoder give digits again better than principal components?",
        {
            "autoencoder": autoencoder(epochs=60, lr=1.0, drops=(45, 55)),
            "PCA": Arm(
                "PCA",
                {"components": 30},
                task="project",
                scaling="unit",
                epochs=1,
                quick={"options": {"components": 8}, "epochs": 1},
            ),
        },
        seeds=1,
        published="Hinton and Salakhutdinov 2006, figure 2: a squared error of 3.00 with the deep "
        "autoencoder, 13.87 with 30 principal components.",
        shortened="Momentum from He's initial weights, with rectifiers, in place of pre-training "
        "by Boltzmann machines and conjugate gradients with sigmoids.",
    ),
    Recipe(
        "mnist-pretraining",
        "U08",
        "Do pictures without labels help where labels are few?",
        {
            f"{labels} labels, {'pretrained' if pretrain else 'not pretrained'}": few_labels(
                labels, pretrain=pretrain
            )
            for labels in (100, 1000)
            for pretrain in (False, True)
        },
        seeds=3,
        published="The slides list unsupervised pre-training among what helps; no number.",
    ),
    Recipe(
        "mnist-rbm",
        "U06 U07",
        "What does a Boltzmann machine draw, once it has seen digits?",
        {
            "RBM": Arm(
                "RBM",
                {"n_visible": 784, "n_hidden": 500},
                task="boltzmann",
                scaling="binary",
                initialization="",
                epochs=40,
                drops=(25, 35),
                factor=0.3,
                batch_size=100,
                lr=0.05,
                momentum=0.0,
                more={"chains": 100, "steps": 1, "sample_steps": 2000},
                quick={
                    "options": {"n_visible": 64, "n_hidden": 32},
                    "more": {"chains": 20, "steps": 1, "sample_steps": 20},
                },
            )
        },
        seeds=1,
        published="The slides show samples of a Boltzmann machine trained on 25,000 characters of "
        "50 alphabets; no number.",
        shortened="MNIST's digits in place of characters of 50 alphabets, and one hidden layer.",
    ),
    Recipe(
        "mnist-gan",
        "U05",
        "What does a generative adversarial net draw, once it has seen digits?",
        {
            "GAN": Arm(
                "GAN",
                {
                    "generator_sizes": (64, 256, 512, 784),
                    "discriminator_sizes": (784, 512, 256, 1),
                    "output": "Sigmoid",
                },
                task="adversarial",
                scaling="unit",
                epochs=100,
                batch_size=100,
                lr=0.1,
                momentum=0.5,
                quick={
                    "options": {
                        "generator_sizes": (8, 32, 64),
                        "discriminator_sizes": (64, 32, 1),
                        "output": "Sigmoid",
                    }
                },
            )
        },
        seeds=1,
        published="The slides show samples of a net trained on ImageNet; no number.",
        shortened="Multilayer nets and MNIST's digits in place of convolutions and ImageNet.",
    ),
)
"""All recipes, in the order of their lectures."""
