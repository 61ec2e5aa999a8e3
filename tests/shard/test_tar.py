import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from crawl2clip.shard.webdataset.tar import Sample, extension, key, write_sizes, write_tar


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, kind)
    return out.getvalue()


def sample(text: str) -> Sample:
    return Sample(picture(), "jpg", text, {"uid": text, "width": 4, "lang": None})


def test_a_sample_is_three_members_with_one_key(tmp_path: Path) -> None:
    shard = write_tar([sample("ein Hund"), sample("собака\n2")], str(tmp_path / "s"), 42)

    with tarfile.open(shard.path) as tar:
        members = {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]
    assert list(members) == [
        f"00042{place}.{end}" for place in ("00000", "00001") for end in ("jpg", "txt", "json")
    ]
    assert members["0004200000.jpg"] == picture()
    assert members["0004200001.txt"].decode() == "собака\n2"
    assert json.loads(members["0004200001.json"]) == {
        "key": "0004200001",
        "uid": "собака\n2",
        "width": 4,
        "lang": None,
    }


def test_the_report_is_true(tmp_path: Path) -> None:
    shard = write_tar([sample("a"), sample("b")], str(tmp_path), 7)
    content = (tmp_path / "00007.tar").read_bytes()

    assert shard.path == f"{tmp_path}/00007.tar"
    assert (shard.pairs, shard.bytes) == (2, len(content))
    assert shard.sha256 == hashlib.sha256(content).hexdigest()


def test_equal_samples_make_equal_bytes(tmp_path: Path) -> None:
    first = write_tar([sample("a")], str(tmp_path / "1"), 0)
    again = write_tar([sample("a")], str(tmp_path / "2"), 0)

    assert first.sha256 == again.sha256


def test_a_stopped_write_leaves_the_old_tar_and_nothing_else(tmp_path: Path) -> None:
    old = write_tar([sample("old")], str(tmp_path), 0)

    def breaks_off():  # type: ignore[no-untyped-def]
        yield sample("new")
        raise RuntimeError("the executor is lost")

    with pytest.raises(RuntimeError):
        write_tar(breaks_off(), str(tmp_path), 0)

    assert [path.name for path in tmp_path.iterdir()] == ["00000.tar"]
    assert hashlib.sha256((tmp_path / "00000.tar").read_bytes()).hexdigest() == old.sha256


def test_keys_hold_no_dot_and_stay_distinct_beyond_five_digits() -> None:
    assert key(42, 17) == "0004200017"
    assert len({key(1, 23456), key(12, 3456), key(100_000, 1), key(10_000, 1)}) == 4


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_the_bytes_say_the_extension(kind: str, name: str) -> None:
    assert extension(picture(kind)) == name


def test_bytes_that_are_no_image_are_refused() -> None:
    with pytest.raises(ValueError, match="not a JPEG, PNG or WebP"):
        extension(b"<html>")


def test_sizes_go_beside_the_tars(tmp_path: Path) -> None:
    write_sizes({"00001.tar": 3, "00000.tar": 5}, str(tmp_path))

    assert json.loads((tmp_path / "sizes.json").read_text()) == {"00000.tar": 5, "00001.tar": 3}
