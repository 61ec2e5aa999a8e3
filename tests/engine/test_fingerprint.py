import json
import os
from itertools import pairwise
from pathlib import Path

from crawl2clip.engine import fingerprint
from crawl2clip.fetch.download_images import DownloadImages
from crawl2clip.filter.caption_length import CaptionLength
from crawl2clip.filter.where import Where
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.score.score_clip import ScoreClip

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


def test_the_code_of_other_rooms_does_not_count() -> None:
    first = fingerprint.of_job((CaptionLength(),), SOURCE)["code"]
    later = fingerprint.of_job((CaptionLength(),), {"extract": "0" * 32})["code"]

    assert first.keys() == {"kernel", "extract", "filter"}
    assert later.keys() == {"kernel", "filter"}


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
