"""The experiments of the slides: every recipe runs, goes on after a kill, and is recorded."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from dlcourse import by_hand, parity, plots, reproduce
from dlcourse.by_hand import windows
from dlcourse.commands import app
from dlcourse.reproduce import checkpoints, pictures, places, records
from dlcourse.reproduce import choices as choices_room
from dlcourse.reproduce import tables as comparing
from dlcourse.reproduce.choices import Choices
from dlcourse.reproduce.experiments import RECIPES
from dlcourse.reproduce.pictures import digits, scaling, shrunk
from dlcourse.reproduce.running import run
from dlcourse.reproduce.training import step_size, train, training

COMMITTED = sorted(records.FOLDER.glob("*.json"))


@pytest.fixture(autouse=True)
def fast_convolutions(monkeypatch):
    """Use blocks as large as the course has them; the other tests have tiny ones."""
    monkeypatch.setattr(windows, "BLOCK", 2**20)


@pytest.fixture
def dlcourse(tmp_path):
    """The command line, with runs in a folder of the test."""
    environment = {"DLCOURSE_RUNS": str(tmp_path), "COLUMNS": "200"}

    def call(*arguments):
        return CliRunner(env=environment).invoke(app, ["reproduce", *map(str, arguments)])

    return call


def quick(name):
    return reproduce.find(name).quickly()


def curves(record):
    """Everything that a record measured but the time it took."""
    return [
        (run["arm"], run["seed"], {k: v for k, v in run["curve"].items() if k != "seconds"})
        for run in record.content["runs"]
    ]


# ---- every recipe -----------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_every_recipe_runs_quickly_and_its_record_can_be_read(recipe, tmp_path):
    record = run(recipe.quickly(), folder=tmp_path / "run", changed={"quick": True})
    record.write(tmp_path / "record.json")
    again = reproduce.read(tmp_path / "record.json")
    assert again.content == record.content
    assert again.arms == list(recipe.arms)
    for arm in again.arms:
        for what in again.runs(arm)[0]["curve"]:
            assert np.isfinite(again.curve(arm, what)).all(), f"{arm}: {what}"
        assert again.seconds(arm).shape == (1,)
    assert recipe.name in repr(again.note)


def test_both_sides_of_a_recipe_take_the_same_steps(tmp_path):
    record = run(quick("cifar10-resnet20-by-hand"), folder=tmp_path)
    for words, tolerance in ((", float64", 1e-9), ("", 1e-2)):
        hand, net = (
            record.curve(f"{side}{words}", "risk of each step") for side in ("by hand", "PyTorch")
        )
        assert hand.shape[1] >= 10
        np.testing.assert_allclose(hand, net, rtol=tolerance)


@pytest.mark.parametrize("name", ["mnist-dropout", "mnist-pretraining", "mnist-rbm", "mnist-gan"])
def test_a_recipe_coincides_on_both_sides(name, tmp_path):
    recipe = quick(name)
    doubled = replace(recipe, arms={k: replace(a, dtype="float64") for k, a in recipe.arms.items()})
    hand, net = (
        run(doubled.on_side(side), folder=tmp_path / side) for side in ("by_hand", "in_torch")
    )
    for arm in recipe.arms:
        for what in hand.runs(arm)[0]["curve"]:
            if what != "seconds":
                expected = hand.curve(arm, what)
                np.testing.assert_allclose(net.curve(arm, what), expected, rtol=1e-5, err_msg=what)


# ---- going on after an interruption -----------------------------------------------------------


@pytest.mark.parametrize("side", ["by_hand", "in_torch"])
def test_a_run_goes_on_as_if_nothing_had_happened(side, tmp_path):
    arm = replace(quick("mnist-lenet").arms["LeNet, shifted"], side=side).with_epochs(4)
    whole = train("LeNet", arm, seed=0, folder=make(tmp_path / "whole"))
    begun = training("LeNet", arm, seed=0, folder=make(tmp_path / "parts"))
    assert [next(begun) for _ in range(2)] == [0, 1]
    begun.close()
    rest = train("LeNet", arm, seed=0, folder=tmp_path / "parts")
    assert without_time(rest.curve) == without_time(whole.curve)
    assert_same_arrays(tmp_path / "whole", tmp_path / "parts")


def make(folder):
    folder.mkdir()
    return folder


def without_time(curve):
    return {what: values for what, values in curve.items() if what != "seconds"}


def assert_same_arrays(first, second):
    for path in first.glob("*.npz"):
        with np.load(path) as ours, np.load(second / path.name) as theirs:
            assert sorted(ours.files) == sorted(theirs.files)
            for name in set(ours.files) - {"header"}:
                assert np.array_equal(ours[name], theirs[name]), name


@pytest.mark.slow  # two or three starts of Python with PyTorch, about 12 s
def test_a_killed_run_continues_bit_for_bit(tmp_path):
    command = [
        *(sys.executable, "-m", "dlcourse", "reproduce", "run", "mnist-lenet", "--quick"),
        *("--epochs", "40", "--out"),
    ]
    subprocess.run([*command, tmp_path / "whole"], check=True, capture_output=True)
    victim = subprocess.Popen([*command, tmp_path / "killed"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "killed").glob("mnist-lenet/LeNet-seed0*.npz")):
        assert victim.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert not list((tmp_path / "killed").glob("*.json"))
    subprocess.run([*command, tmp_path / "killed"], check=True, capture_output=True)
    whole, killed = (
        reproduce.read(next((tmp_path / part).glob("*.json"))) for part in ("whole", "killed")
    )
    assert curves(whole) == curves(killed)
    assert_same_arrays(tmp_path / "whole" / "mnist-lenet", tmp_path / "killed" / "mnist-lenet")


@pytest.mark.parametrize("damage", ["cut", "no archive", "a pickle", "other settings"])
def test_a_checkpoint_that_cannot_be_used_is_kept_aside(damage, tmp_path):
    arm, said = quick("mnist-lenet").arms["MLP"], []
    first = train("MLP", arm, seed=0, folder=tmp_path)
    (path,) = tmp_path.glob("*.npz")
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "no archive":
        path.write_bytes(b"no archive")
    elif damage == "a pickle":
        np.savez(path, header=np.array([{"curve": {}}], dtype=object))
    else:
        checkpoints.Checkpoint({}, {}, "0123456789abcdef").write(path)
    changed = path.read_bytes()
    again = train("MLP", arm, seed=0, folder=tmp_path, say=said.append)
    assert without_time(again.curve) == without_time(first.curve)
    (sentence,) = said
    assert "kept as" in sentence
    assert ("other settings" if damage == "other settings" else "damaged") in sentence
    (aside,) = tmp_path.glob("*.aside1")
    assert aside.read_bytes() == changed


def test_one_folder_is_for_one_process_at_a_time(tmp_path, dlcourse):
    from filelock import FileLock

    (tmp_path / "mnist-lenet").mkdir()
    with FileLock(tmp_path / "mnist-lenet" / "lock"):
        result = dlcourse("run", "mnist-lenet", "--quick")
    assert result.exit_code == 1
    assert "already runs in" in result.output


# ---- several processes ------------------------------------------------------------------------


@pytest.mark.slow  # three starts of Python with PyTorch, about 15 s
def test_two_processes_train_as_one(tmp_path):
    alone = [sys.executable, "-m", "dlcourse"]
    together = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"),
        *("--master-addr", "127.0.0.1", "--master-port", "0", "--standalone", "-m", "dlcourse"),
    ]
    arguments = [
        *("reproduce", "run", "mnist-lenet", "--quick", "--side", "in_torch"),
        *("--examples", "1000", "--epochs", "2", "--out"),
    ]
    for program, folder in ((alone, "one"), (together, "two")):
        done = subprocess.run(
            [*program, *arguments, str(tmp_path / folder)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    one, two = (reproduce.read(next((tmp_path / f).glob("*.json"))) for f in ("one", "two"))
    assert two.content["machine"]["processes of a run"] == 2
    for arm in ("MLP", "LeNet"):
        for what in ("test loss", "training loss"):
            np.testing.assert_allclose(two.curve(arm, what), one.curve(arm, what), rtol=1e-4)
    paths = [next((tmp_path / f / "mnist-lenet").glob("MLP*.npz")) for f in ("one", "two")]
    with np.load(paths[0]) as ours, np.load(paths[1]) as theirs:
        for name in set(ours.files) - {"header"}:
            np.testing.assert_allclose(theirs[name], ours[name], rtol=1e-3, atol=1e-5)


@pytest.mark.slow  # two processes of joblib import PyTorch, about 8 s
def test_seeds_in_parallel_give_the_same(tmp_path):
    recipe = quick("mnist-dropout")
    one = run(recipe, folder=tmp_path / "one", seeds=range(2))
    two = run(recipe, folder=tmp_path / "two", seeds=range(2), jobs=2)
    assert curves(one) == curves(two)
    assert one.curve("dropout").shape == (2, 2)
    assert not np.array_equal(*one.curve("dropout", "test loss"))


def test_by_hand_has_one_process_on_the_cpu():
    arm = quick("mnist-lenet").arms["MLP"]
    for place in (places.Place(world=2), places.Place("cuda"), places.Place(precision="bf16")):
        with pytest.raises(ValueError, match="add --side in_torch"):
            place.side(arm)


def test_processes_share_only_what_can_be_shared(tmp_path):
    three = places.Place(rank=1, world=3)
    arm = replace(quick("mnist-lenet").arms["MLP"], side="in_torch")
    with pytest.raises(ValueError, match="a batch of 128 cannot be shared by 3 processes"):
        train("MLP", arm, seed=0, folder=tmp_path, place=three)
    gan = replace(quick("mnist-gan").arms["GAN"], side="in_torch")
    with pytest.raises(ValueError, match="GAN is trained by one process"):
        train("GAN", gan, seed=0, folder=tmp_path, place=three)


def test_bfloat16_is_used_only_when_asked_for(tmp_path):
    arm = replace(quick("mnist-lenet").arms["MLP"], side="in_torch")
    plain = train("MLP", arm, seed=0, folder=make(tmp_path / "plain"))
    rough = train(
        "MLP", arm, seed=0, folder=make(tmp_path / "rough"), place=places.Place(precision="bf16")
    )
    difference = abs(plain.curve["risk"][0] - rough.curve["risk"][0])
    assert 1e-6 < difference < 0.05


# ---- the parts --------------------------------------------------------------------------------


def test_step_sizes_drop_at_epochs_or_on_plateaus():
    arm = quick("mnist-lenet").arms["MLP"]
    drops = replace(arm, lr=1.0, epochs=10, drops=(4, 8))
    assert [step_size(drops, e, {}) for e in (0, 3, 4, 8)] == pytest.approx([1, 1, 0.1, 0.01])
    assert drops.with_epochs(5).drops == (2, 4)
    plateau = replace(arm, lr=1.0, drops=(), plateau=2)
    errors = [9.0, 8.0, 8.0, 8.5, 7.0, 7.0, 7.0]
    found = [step_size(plateau, e, {"validation error": errors[:e]}) for e in range(8)]
    assert found == pytest.approx([1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01])


def test_pictures_are_scaled_by_the_training_set_alone():
    images = digits()
    x = images.train.x
    channels, pixels = (scaling(kind, images)(x) for kind in ("channels", "pixels"))
    assert channels.mean() == pytest.approx(0, abs=1e-3)
    assert channels.std() == pytest.approx(1, abs=1e-3)
    assert np.abs(pixels.mean(axis=0)).max() < 1e-3
    assert pixels.std() == pytest.approx(1, abs=1e-3)
    assert scaling("unit", images)(x).max() == 1
    assert set(np.unique(scaling("binary", images)(x))) == {0, 1}
    with pytest.raises(ValueError, match="none of channels"):
        scaling("log", images)
    grey = np.array([[[[0, 4], [8, 12]]]], np.uint8)
    assert shrunk(grey, 2).tolist() == [[[[6]]]]


def test_a_fingerprint_is_of_the_settings_alone():
    recipe = reproduce.find("mnist-lenet")
    assert replace(recipe, question="Why?", seeds=7).fingerprint == recipe.fingerprint
    assert recipe.with_epochs(3).fingerprint != recipe.fingerprint
    assert recipe.on_side("in_torch").fingerprint != recipe.fingerprint


# ---- ImageNet ---------------------------------------------------------------------------------


@pytest.fixture
def photographs(tmp_path):
    """A folder like ImageNet's: two classes of coloured noise, of several sizes."""
    rng = np.random.default_rng(0)
    for part, count in (("train", 3), ("val", 1)):
        for label, name in enumerate(("apples", "plums")):
            folder = tmp_path / "pictures" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(120, size=(260 + 10 * number, 300, 3), dtype=np.uint8)
                pixels[..., label] += 100
                Image.fromarray(pixels).save(folder / f"{number}.png")
    return tmp_path / "pictures"


@pytest.mark.slow  # ResNet-18 and its plain twin on photographs of 224 x 224 pixels, about 15 s
def test_the_recipe_of_imagenet_runs_on_a_folder(photographs, tmp_path):
    recipe = reproduce.find("imagenet-resnet")
    shallow = {name: arm for name, arm in recipe.arms.items() if name.endswith("18")}
    arms = {name: replace(arm, epochs=1, batch_size=4) for name, arm in shallow.items()}
    record = run(replace(recipe, arms=arms), folder=tmp_path / "run", pictures=photographs)
    assert record.content["data"]["training"] == 6
    assert record.content["data"]["source"] == "a folder of 2 classes"
    for arm in arms:
        assert record.curve(arm, "validation error")[0, 0] in (0, 50, 100)
        assert record.curve(arm, "validation top-5 error")[0, 0] <= 100


def test_the_recipe_of_imagenet_is_that_of_the_slides():
    for arm in reproduce.find("imagenet-resnet").arms.values():
        assert (arm.batch_size, arm.lr, arm.factor, arm.momentum) == (256, 0.1, 0.1, 0.9)
        assert arm.weight_decay == 1e-4
        assert arm.plateau
        assert arm.epochs == 60e4 * 256 // 1.28e6


def test_imagenet_needs_a_folder(dlcourse, tmp_path):
    result = dlcourse("run", "imagenet-resnet")
    assert result.exit_code == 2
    assert "name your own folder with --pictures" in result.output
    result = dlcourse("run", "imagenet-resnet", "--pictures", tmp_path)
    assert result.exit_code == 2 or result.exit_code == 1
    assert "there is no folder" in result.output


# ---- records ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_records_belong_to_recipes_as_they_are(path):
    record, declared = reproduce.read(path), reproduce.find(path.stem)
    changed = record.content["changed"]
    assert "quick" not in changed
    recipe = Choices(**changed).applied(declared)
    assert record.name == recipe.name
    assert record.content["fingerprint"] == recipe.fingerprint, f"run {recipe.name} anew"
    assert record.content["shortened"] == recipe.shortened
    assert record.seeds == list(range(changed.get("seeds", declared.seeds)))
    assert record.arms == list(recipe.arms)
    for arm, settings in recipe.arms.items():
        assert record.content["settings"][arm] == settings.described()
        epochs = {record.curve(arm, "seconds").shape[1]}
        assert epochs == {settings.epochs}
    text = path.read_text(encoding="utf-8")
    assert not any(word in text for word in ("/home", "/tmp", "/work", "Users"))


def test_committed_records_are_small():
    assert sum(path.stat().st_size for path in COMMITTED) < 1e6


def test_a_record_gives_curves_trials_and_pictures(tmp_path):
    record = run(quick("mnist-rbm"), folder=tmp_path, seeds=range(2))
    assert record.seeds == [0, 1]
    assert record.curve("RBM", "test squared error").shape == (2, 2)
    assert "2 seeds" in repr(record.final("RBM", "test squared error"))
    samples = record.pictures("RBM", "samples")
    assert samples.shape == (60, 8, 8)
    assert 0 <= samples.min() < samples.max() <= 1
    with pytest.raises(ValueError, match="has no arm 'GAN'; it has RBM"):
        record.curve("GAN")
    with pytest.raises(ValueError, match="RBM has no 'test error'; it has"):
        record.curve("RBM")
    with pytest.raises(ValueError, match="RBM shows no 'faces'; it shows samples"):
        record.pictures("RBM", "faces")


def test_a_diverged_run_is_recorded_as_what_it_is(tmp_path):
    recipe = quick("mnist-lenet")
    wild = {"MLP": replace(recipe.arms["MLP"], lr=1e6, epochs=2)}
    record = run(replace(recipe, arms=wild), folder=tmp_path)
    record.write(tmp_path / "record.json")
    again = reproduce.read(tmp_path / "record.json")
    assert np.isnan(again.curve("MLP", "test loss")).any()
    assert "NaN" not in (tmp_path / "record.json").read_text()


def test_curves_of_a_record_are_drawn(tmp_path):
    record = run(quick("mnist-dropout"), folder=tmp_path, seeds=range(2))
    ax = plots.learning_curves(record, highest=50)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == [
        "without dropout, training",
        "without dropout, test",
        "dropout, training",
        "dropout, test",
    ]
    assert ax.get_ylim() == (0, 50)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), record.curve("without dropout").mean(0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON file"),
        ("[]", "is no record"),
        ('{"schema": 99}', "is no record that this version"),
        ('{"schema": 1, "recipe": 3}', "should have 'recipe', of type str"),
    ],
)
def test_what_is_no_record_is_refused(text, words, tmp_path, dlcourse):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(reproduce.RecordError, match=words):
        reproduce.read(path)
    result = dlcourse("show", path)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize(
    "fault", ["no runs", "a run of another arm", "uneven curves", "half a run"]
)
def test_a_record_with_a_broken_run_is_refused(fault, tmp_path):
    record = run(quick("mnist-batchnorm"), folder=tmp_path)
    content = json.loads(json.dumps(record.content))
    first = content["runs"][0]
    if fault == "no runs":
        content["runs"] = []
    elif fault == "a run of another arm":
        first["arm"] = "GAN"
    elif fault == "uneven curves":
        first["curve"]["seconds"].pop()
    else:
        del first["seed"]
    (tmp_path / "x.json").write_text(json.dumps(content))
    with pytest.raises(reproduce.RecordError):
        reproduce.read(tmp_path / "x.json")


def test_what_two_records_do_not_share_is_named(tmp_path):
    first = run(quick("mnist-dropout"), folder=tmp_path, seeds=range(2))
    content = json.loads(json.dumps(first.content))
    content["settings"]["bagging"] = content["settings"].pop("dropout")
    content["runs"] = [each for each in content["runs"] if each["seed"] == 0]
    for each in content["runs"]:
        each["arm"] = {"dropout": "bagging"}.get(each["arm"], each["arm"])
        del each["curve"]["training error"]
    second = records.Record(content)
    said = list(comparing.circumstances(first, second))
    assert "dropout: only in the first" in said
    assert "bagging: only in the second" in said
    assert "seeds: [0, 1] and [0]" in said
    table = comparing.comparison(first, second)
    measured = list(zip(*(column.cells for column in table.columns[:2]), strict=True))
    assert {arm for arm, _ in measured} == {"without dropout"}
    assert "training error" not in {what for _, what in measured}
    assert {*table.columns[4].cells} == {"none"}, "as far as both go they are the same"


def test_what_was_put_aside_stays(tmp_path):
    path = tmp_path / "x.npz"
    for number in (1, 2):
        path.write_text(f"damaged {number}")
        assert checkpoints.put_aside(path) == tmp_path / f"x.npz.aside{number}"
    assert (tmp_path / "x.npz.aside1").read_text() == "damaged 1"
    assert not path.exists()


@pytest.mark.parametrize("side", ["by_hand", "in_torch"])
def test_an_optimizer_gets_back_what_it_remembered(side):
    lib = places.library(side)
    net = lib.MLP([2, 3, 1])
    optimizer = lib.SGD(net, lr=0.1, momentum=0.9)
    names = [name for name, _ in by_hand.MLP([2, 3, 1]).named("params")]
    some = {names[0]: np.full((3, 2), 0.5)}
    places.set_velocities(net, optimizer, some)
    found = places.velocities(net, optimizer)
    np.testing.assert_array_equal(found.pop(names[0]), some[names[0]])
    assert not any(v.any() for v in found.values()), "the others have no direction yet"


def test_pictures_may_be_mirrored_by_chance():
    x = np.arange(24.0).reshape(2, 1, 3, 4)
    rng = np.random.default_rng(0)
    side = parity.side_of(by_hand, "float64")
    seen = pictures.Pictures(x, lambda batch: batch, side, flip=True, rng=np.random.default_rng(0))
    again = [by_hand.random_flips(x, rng=rng) for _ in range(8)]
    batches = [seen[[0, 1]] for _ in range(8)]
    np.testing.assert_array_equal(batches, again)
    assert any((b[0] == x[0, :, :, ::-1]).all() for b in batches)
    assert any((b[0] == x[0]).all() for b in batches)


# ---- the command line -------------------------------------------------------------------------


def test_the_list_names_every_recipe(dlcourse):
    result = dlcourse("list")
    assert result.exit_code == 0
    for recipe in RECIPES:
        assert recipe.name in result.output


def test_run_show_and_compare(dlcourse, tmp_path):
    first = dlcourse("run", "mnist-batchnorm", "--quick")
    assert first.exit_code == 0
    assert "Published: Ioffe and Szegedy" in first.output
    path = tmp_path / "mnist-batchnorm-quick.json"
    assert path.exists()
    assert reproduce.read(path).content["changed"] == {"quick": True}
    second = dlcourse("run", "mnist-batchnorm", "--quick", "--side", "in_torch", "--epochs", "3")
    assert second.exit_code == 0
    other = tmp_path / "mnist-batchnorm-quick-epochs-3-side-in_torch.json"
    shown = dlcourse("show", other)
    assert "batch normalization" in shown.output
    assert "Changed from the recipe: quick True, epochs 3, side in_torch." in shown.output
    same = dlcourse("compare", path, path)
    assert same.exit_code == 0
    assert "none" in same.output
    differs = dlcourse("compare", path, other).output
    assert "changed: side: nothing and in_torch" in differs
    assert "batch normalization: epochs: 2 and 3" in differs


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "mnist-lenett"], "no recipe is called 'mnist-lenett'; try mnist-lenet"),
        (["run", "xyz"], "there are mnist-lenet,"),
        (["show", "mnist-lenett"], "try mnist-lenet"),
        (["compare", "gone.json", "mnist-lenet"], "gone.json cannot be read"),
        (["run", "mnist-lenet", "--quick", "--side", "torch"], "neither by_hand nor in_torch"),
        (["run", "mnist-lenet", "--quick", "--precision", "fp8"], "neither tf32 nor bf16"),
        (["run", "mnist-lenet", "--quick", "--device", "tpu"], "neither cpu nor cuda"),
        (["run", "mnist-lenet", "--quick", "--precision", "bf16"], "add --side in_torch"),
        (["run", "mnist-lenet", "--quick", "--epochs", "0"], "epochs"),
        (["run", "mnist-lenet", "--quick", "--device", "cuda"], "there is no GPU that PyTorch can"),
    ],
)
def test_bad_usage_is_one_sentence(arguments, words, dlcourse, monkeypatch):
    monkeypatch.setattr(choices_room, "gpu_available", lambda: False)
    result = dlcourse(*arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_without_the_data_the_command_says_what_to_do(dlcourse, tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    result = dlcourse("run", "mnist-lenet")
    assert result.exit_code == 2
    assert "dlcourse data" in result.output
