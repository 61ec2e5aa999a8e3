"""Reports of jobs: `<run>/<job>.json`, written last, marks a job's table as complete."""

import json
import platform
import sys
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from crawl2clip.engine.fingerprint import Fingerprint, changes, digest
from crawl2clip.io.bounded_json import read_json
from crawl2clip.io.files import write_atomically
from crawl2clip.io.printable import printable
from crawl2clip.problems import LEFT_OUT, LOST
from crawl2clip.recipe import Recipe, RecipeError


@dataclass(frozen=True)
class JobReport:
    """The report of a job, as `<run>/<job>.json` holds it."""

    recipe: str
    job: str
    table: str
    started: str
    seconds: float
    funnel: list[dict[str, Any]]  # {step, pairs}, the first for what was read
    problems: dict[str, int]  # kind -> rows; or images, where the kind starts with `LEFT_OUT`
    fingerprint: Fingerprint
    versions: dict[str, str] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)  # all of the recipe, in order
    executor: str = ""  # worker or Spark, and why: see `plan`
    reason: str = ""
    # What was taken in spite of changed code, the first time first: {when, digest, changes}, the
    # digest of the fingerprint before, whose place the present one then took.
    accepted: list[dict[str, Any]] = field(default_factory=list)
    skipped: bool = False

    @property
    def digest(self) -> str:
        """Return the digest that names the table: of the fingerprint that it was made with."""
        return str(self.accepted[0]["digest"]) if self.accepted else digest(self.fingerprint)

    @property
    def pairs(self) -> int:
        return int(self.funnel[-1]["pairs"])

    @property
    def lost_files(self) -> int:
        return sum(count for kind, count in self.problems.items() if kind in LOST)

    @property
    def problem_share(self) -> float:
        """Return the share of all rows read that are no pair; 0 if nothing was read."""
        problems = sum(self.problems.values()) - self.left_out_images
        return problems / max(1, problems + int(self.funnel[0]["pairs"]))

    @property
    def left_out_images(self) -> int:
        return sum(count for kind, count in self.problems.items() if kind.startswith(LEFT_OUT))


def loss(report: JobReport, recipe: Recipe) -> str | None:
    """Return why the set is smaller than it should be, as a sentence; None if it is not."""
    if report.lost_files:
        return f"{report.job}: {report.lost_files} of the listed files could not be read"
    allowed = recipe.read.max_problem_share
    if recipe.before(report.job) is None and report.problem_share > allowed:
        share = f"{report.problem_share:.2%} of what was read are problems"
        return f"{report.job}: {share}, more than max_problem_share: {allowed}"
    return None


def read_report(folder: str, job: str) -> JobReport | None:
    """Read the report of a job from a run folder; return None if it has not been written.

    Raises RecipeError if something else lies in its place.
    """
    path = f"{folder.rstrip('/')}/{job}.json"
    try:
        return JobReport(**read_json(path))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise RecipeError(f"{path} is no report of a job: {printable(str(error))}") from None


def write_report(folder: str, report: JobReport) -> None:
    """Write the report, whole: under another name first where the file system can rename."""
    content = {name: value for name, value in asdict(report).items() if name != "skipped"}
    path = f"{folder.rstrip('/')}/{report.job}.json"
    write_atomically(path, json.dumps(content, indent=1, ensure_ascii=False))


def accept(folder: str, report: JobReport, now: Fingerprint) -> JobReport:
    """Accept the job's table under a new fingerprint, and record in its report that it was.

    Tables made of it stay valid: its `digest` is the same as before.
    """
    record = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "digest": digest(report.fingerprint),
        "changes": changes(report.fingerprint, now, most=sys.maxsize),
    }
    taken = replace(report, fingerprint=now, accepted=[*report.accepted, record])
    write_report(folder, taken)
    return taken


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the result may depend on."""
    packages = (
        *("crawl2clip", "pyspark", "pyarrow", "numpy", "fastwarc", "selectolax", "ada-url", "ftfy"),
        *("fasttext", "cld3-py", "ahocorasick_rs", "img2dataset", "Pillow", "pdqhash"),
        *("torch", "open_clip_torch", "icu4py", "pycld2"),
    )
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found
