"""What comes along with an import, and whether the contracts of .importlinter are complete."""

import configparser
import subprocess
import sys
from pathlib import Path

from crawl2clip.stage import load_stages

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pipeline" / "crawl2clip"

# Seconds and gigabytes to import, or there only with an extra: functions import them on executors.
HEAVY = {
    *("torch", "torchvision", "open_clip", "timm", "transformers"),
    *("img2dataset", "albumentations", "cv2", "webdataset", "wandb"),
    *("spacy", "fasttext", "gcld3", "ahocorasick_rs"),
}


def test_loading_every_stage_brings_no_model_library_along():
    script = "import sys; from crawl2clip.stage import load_stages; assert load_stages()\n"
    script += "print(*{name.partition('.')[0] for name in sys.modules})"

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) & HEAVY == set()


def test_every_package_in_a_room_is_plain_or_is_called_spark():
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    plain = set(contracts["importlinter:contract:plain"]["source_modules"].split())
    layers = contracts["importlinter:contract:layers"]["layers"].splitlines()
    rooms = next(line for line in layers if "filter |" in line).split(" | ")

    inside = {
        f"crawl2clip.{room.strip()}.{package.parent.name}"
        for room in rooms
        for package in (PACKAGE / room.strip()).glob("*/__init__.py")
        if package.parent.name != "spark"
    }

    assert inside == {package for package in plain if package.count(".") == 2}


def test_on_top_of_a_room_lie_its_steps_and_nothing_else():
    """A listing of a room is the list of its steps; archives are the source, and no step."""
    steps = {step.__module__ for step in load_stages().values()} | {"crawl2clip.extract.warc_pairs"}
    rooms = {step.split(".")[1] for step in steps}
    modules = {
        f"crawl2clip.{room}.{path.stem}"
        for room in rooms
        for path in (PACKAGE / room).glob("*.py")
        if path.stem != "__init__"
    }

    assert modules - steps == set()


def test_only_what_a_newcomer_must_learn_lies_loose_in_the_package():
    loose = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}

    assert loose == {"stage", "schema", "recipe", "check", "problems"}
