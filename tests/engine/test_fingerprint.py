import json
import os
import shutil
import time
from itertools import pairwise
from pathlib import Path

import pytest

from crawl2clip.engine import code_closure, fingerprint
from crawl2clip.engine.code_closure import Package
from crawl2clip.extract.warc_pairs import ReadArchive
from crawl2clip.fetch.download_images import DownloadImages
from crawl2clip.filter.caption_length import CaptionLength
from crawl2clip.filter.clean_text import CleanText
from crawl2clip.filter.where import Where
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.score.score_clip import ScoreClip
from crawl2clip.stage import Stage

SOURCE = {"source": "w", "files": 1, "content": "c"}


def test_nothing_changed_says_nothing() -> None:
    now = fingerprint.of_job((CaptionLength(),), SOURCE)

    assert fingerprint.changes(now, fingerprint.of_job((CaptionLength(),), SOURCE)) == []
    assert fingerprint.changes(json.loads(json.dumps(now)), now) == [], "the same after JSON"


def test_each_change_is_told_in_words() -> None:
    old = fingerprint.of_job((CaptionLength(), Where("a")), SOURCE)
    new = fingerprint.of_job((CaptionLength(min_words=2),), {**SOURCE, "files": 2})

    assert fingerprint.changes(old, new) == [
        "input files was 1, is 2",
        'step 1 was caption_length {"max_words": 20, "min_words": 3, "split": "blanks"}, '
        'is caption_length {"max_words": 20, "min_words": 2, "split": "blanks"}',
        'step 2 was where {"condition": "a"}, is not there',
    ]


def test_the_content_of_a_side_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "entries.json"
    prints = []
    for entries in (["dog"], ["cat"]):
        path.write_text(json.dumps(entries))
        prints.append(fingerprint.of_job((MatchEntries(str(path)),), SOURCE))

    [change] = fingerprint.changes(*prints)
    assert change == f"files {path} has changed"


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package's source in another folder, from which fingerprints are taken."""
    root = code_closure.own_package().root
    folder = tmp_path / root.name
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    monkeypatch.setattr(code_closure, "own_package", lambda: Package(folder))
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def add_a_line(path: Path) -> None:
    path.write_text(f"{path.read_text('utf-8')}\nmore = 1\n", "utf-8")


def job(*steps: Stage) -> fingerprint.Fingerprint:
    return fingerprint.of_job(steps or (CaptionLength(),), SOURCE)


def test_code_that_has_changed_is_named(copied: Path) -> None:
    before = job()
    add_a_line(copied / "filter" / "frequency" / "tokenizer.py")
    add_a_line(copied / "shared" / "spark_xxhash.py")
    add_a_line(copied / "filter" / "blocklists" / "word_matcher.py")

    assert fingerprint.changes(before, job()) == [
        "code has changed: filter/frequency/tokenizer.py, shared/spark_xxhash.py"
    ]
    assert fingerprint.changes(before, job(), most=1) == [
        "code has changed: filter/frequency/tokenizer.py and 1 more"
    ]
    assert fingerprint.of_code_alone(before, job())


def test_a_step_that_moved_is_other_code(copied: Path) -> None:
    before = job()
    after = {**before, "code": {**before["code"], "filter/long.py": "0" * 16}}
    del after["code"]["filter/caption_length.py"]

    assert fingerprint.changes(before, after) == [
        "code has changed: filter/caption_length.py, filter/long.py"
    ]


def test_a_column_counts_by_its_type_and_where_it_is_in_use(copied: Path) -> None:
    schema = copied / "schema.py"
    before = job(CaptionLength(), Where("clip_score > 0"))
    edit(schema, '"clip_score": (', '"brand_new": (StringType(), ""),\n    "clip_score": (')
    edit(schema, "caption candidate", "candidate for a caption")
    edit(schema, '"phash": (BinaryType()', '"phash": (StringType()')
    assert fingerprint.changes(before, job(CaptionLength(), Where("clip_score > 0"))) == []

    edit(schema, '"clip_score": (FloatType()', '"clip_score": (DoubleType()')

    changed = ["code has changed: column clip_score"]
    assert fingerprint.changes(before, job(CaptionLength(), Where("clip_score > 0"))) == changed


def test_columns_of_a_table_count(copied: Path) -> None:
    before = fingerprint.of_job((), SOURCE, columns={"phash", "of_others"})

    edit(copied / "schema.py", '"phash": (BinaryType()', '"phash": (StringType()')

    after = fingerprint.of_job((), SOURCE, columns={"phash", "of_others"})
    assert fingerprint.changes(before, after) == ["code has changed: column phash"]
    assert fingerprint.of_job((), SOURCE) == fingerprint.of_job((), SOURCE, columns={"of_others"})


def test_the_version_of_a_library_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = job(CleanText())
    monkeypatch.setattr(
        "crawl2clip.engine.libraries.metadata.version", lambda name: f"{name}-9.9.9"
    )

    after = job(CleanText())

    told = [change for change in fingerprint.changes(before, after) if "ftfy" in change]
    assert told == [f"libraries ftfy was {before['libraries']['ftfy']}, is ftfy-9.9.9"]
    assert fingerprint.of_code_alone(before, after)


def test_a_setting_of_the_session_counts() -> None:
    old, new = (
        fingerprint.of_job((), SOURCE, session={"spark.sql.session.timeZone": zone})
        for zone in ("UTC", "CET")
    )

    assert fingerprint.changes(old, new) == ["session spark.sql.session.timeZone was UTC, is CET"]
    assert fingerprint.of_code_alone(old, new)


def test_settings_files_and_input_are_no_code(tmp_path: Path) -> None:
    old = job()
    others = [
        job(CaptionLength(min_words=2)),
        job(CaptionLength(), Where("a")),
        fingerprint.of_job((CaptionLength(),), {**SOURCE, "files": 2}),
        {**old, "files": {"codes.txt": "0" * 64}},
        {**old, "files": {"x": "0" * 64}, "code": {}},
    ]

    assert [fingerprint.of_code_alone(old, new) for new in others] == [False] * len(others)


def test_a_report_of_an_earlier_release_is_told_in_one_line() -> None:
    now = job()
    old = {**now, "code": {"kernel": "0" * 32, "filter": "1" * 32}}
    del old["libraries"], old["session"]

    assert fingerprint.changes(old, now) == [fingerprint.EARLIER_FORM]
    assert fingerprint.of_code_alone(old, now)
    assert fingerprint.changes({}, now)[-1] == fingerprint.EARLIER_FORM
    assert not fingerprint.of_code_alone({}, now)


def test_a_fingerprint_is_small_and_soon_taken() -> None:
    own = code_closure.Package(code_closure.own_package().root)
    started = time.process_time()
    own.closure({CaptionLength.__module__, ScoreClip.__module__, ReadArchive.__module__})

    assert time.process_time() - started < 2  # a half on a machine that has much else to do
    of_extract = fingerprint.of_job((), SOURCE, {ReadArchive.__module__})
    assert len(json.dumps(of_extract)) < 8_000


def test_the_files_that_a_glob_matches_count(tmp_path: Path) -> None:
    first, other = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text("{}")
    prints = [print_of_glob(tmp_path), print_of_glob(tmp_path)]
    other.write_text("{}")
    prints.append(print_of_glob(tmp_path))
    os.utime(other, (1, 1))
    prints.append(print_of_glob(tmp_path))
    other.write_text("{} ")
    os.utime(other, (1, 1))
    prints.append(print_of_glob(tmp_path))

    told = [fingerprint.changes(old, new) for old, new in pairwise(prints)]

    assert told == [[], *[[f"files {tmp_path}/*.json has changed"]] * 3]


def print_of_glob(folder: Path) -> fingerprint.Fingerprint:
    return fingerprint.of_job((MatchEntries(f"{folder}/*.json"),), SOURCE)


def test_a_model_that_was_trained_again_counts(tmp_path: Path) -> None:
    (tmp_path / "open_clip_model.safetensors").write_bytes(b"weights")
    step = ScoreClip(weights=f"local-dir:{tmp_path}", to="dfn_score")
    before = fingerprint.of_job((step,), SOURCE)

    (tmp_path / "open_clip_model.safetensors").write_bytes(b"others")

    assert fingerprint.changes(before, fingerprint.of_job((step,), SOURCE)) == [
        f"files local-dir:{tmp_path} has changed"
    ]


def test_a_new_signature_of_a_side_file_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "entries.json").write_text('["dog"]')

    def by(signature: str) -> fingerprint.Fingerprint:
        step = DownloadImages(store=f"s3://key:{signature}SECRET@bucket/x?sig={signature}SECRET")
        return fingerprint.of_job((step,), SOURCE)

    assert fingerprint.changes(by("a"), by("b")) == []
    assert "SECRET" not in json.dumps(by("a"))


def test_a_condition_that_looks_signed_still_counts() -> None:
    old, new = (
        fingerprint.of_job((Where(f"url like '%?token={number}SECRET'"),), SOURCE)
        for number in range(2)
    )

    assert fingerprint.changes(old, new)
    assert "SECRET" not in json.dumps(old)
