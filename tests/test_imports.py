"""What comes along with an import, and whether the contracts of .importlinter are complete."""

import configparser
import subprocess
import sys
from pathlib import Path

from pipeline.stage import load_stages

ROOT = Path(__file__).parent.parent

# Seconds and gigabytes to import, or there only with an extra: functions import them on executors.
HEAVY = {
    *("torch", "torchvision", "open_clip", "timm", "transformers"),
    *("img2dataset", "albumentations", "cv2", "webdataset", "wandb"),
    *("spacy", "fasttext", "gcld3", "ahocorasick_rs"),
}

# Modules of rooms that speak Spark and are no step: the data source, through which pairs come in.
DOORS = {
    "pipeline.extract.warc_pairs",
    "pipeline.score.device",
    "pipeline.score.resources",
    "pipeline.match.matching",
    "pipeline.dedup.components",
    "pipeline.dedup.keeping",
    "pipeline.balance.counting",
    "pipeline.balance.choosing",
    "pipeline.enrich.building",
    "pipeline.enrich.by_joins",
    "pipeline.enrich.dictionary",
    "pipeline.enrich.in_workers",
    "pipeline.enrich.links",
    "pipeline.enrich.sources",
    "pipeline.filter.crowds",
    "pipeline.filter.most_frequent",
    "pipeline.filter.subset_writer",
    "pipeline.filter.tokens",
    "pipeline.filter.vocabulary",
}

# Plain modules that several rooms share.
BELOW_ROOMS = {
    "pipeline.bounded_json",
    "pipeline.bounded_yaml",
    "pipeline.printable",
    "pipeline.terminal",
    "pipeline.archive_paths",
    "pipeline.entry_list",
    "pipeline.hashing",
    "pipeline.parts",
    "pipeline.problems",
    "pipeline.published_files",
    "pipeline.redaction",
    "pipeline.sample",
    "pipeline.slices",
    "pipeline.wordnet",
    "pipeline.worker",
}


def test_loading_every_stage_brings_no_model_library_along():
    script = "import sys; from pipeline.stage import load_stages; assert load_stages()\n"
    script += "print(*{name.partition('.')[0] for name in sys.modules})"

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) & HEAVY == set()


def test_every_plain_module_of_a_room_is_under_the_contract_that_keeps_spark_out():
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    listed = contracts["importlinter:contract:plain"]["source_modules"].split()
    steps = {stage.__module__ for stage in load_stages().values()}
    rooms = {step.split(".")[1] for step in steps} | {"extract"}
    modules = [
        f"pipeline.{room}.{path.stem}"
        for room in rooms
        for path in (ROOT / "pipeline" / room).glob("*.py")
        if path.stem != "__init__"
    ]

    plain = set(modules) - steps - DOORS

    assert plain | BELOW_ROOMS == set(listed)
