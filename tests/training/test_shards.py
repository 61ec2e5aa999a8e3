"""What open_clip is told of shards: as webdataset's own expansion reads it."""

import json

import pytest
import webdataset
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.training.shards import Shards, runs, samples_per_epoch


def test_consecutive_numbers_become_a_range_and_gaps_end_it():
    names = [f"{n:05d}.tar" for n in (0, 1, 2, 4, 7, 8)]

    assert runs(names) == ["{00000..00002}.tar", "00004.tar", "{00007..00008}.tar"]


@given(st.sets(st.integers(0, 99_999), min_size=1, max_size=30), st.sets(st.sampled_from("abc")))
def test_webdataset_expands_them_to_the_names_there_were(numbers, others):
    names = sorted([*(f"{n:05d}.tar" for n in numbers), *(f"{name}.tar" for name in others)])

    assert list(webdataset.shardlists.expand_urls("::".join(runs(names)))) == names


def test_numbers_of_different_length_are_no_range():
    assert runs(["9.tar", "10.tar"]) == ["10.tar", "9.tar"]


def test_shards_are_read_from_sizes_json_without_the_empty_ones(tmp_path):
    (tmp_path / "sizes.json").write_text(json.dumps({"00001.tar": 7, "00000.tar": 5, "2.tar": 0}))

    shards = Shards.of(str(tmp_path))

    assert shards.pairs == 12
    assert shards.urls() == f"{tmp_path}/{{00000..00001}}.tar"


def test_a_bucket_is_read_by_a_program_for_each_tar():
    shards = Shards("s3a://bucket/run/shards", {"00000.tar": 1, "00001.tar": 1})

    assert shards.urls() == "pipe:aws s3 cp s3://bucket/run/shards/{00000..00001}.tar -"


@pytest.mark.parametrize(
    ("processes", "batch", "most", "workers"),
    [
        (1, 10, 4, 4),  # each loader has 2 of 8 shards: 10 pairs or more
        (1, 11, 4, 2),  # the two smallest hold 10 < 11; four a loader hold 20
        (2, 10, 4, 2),
        (8, 5, 4, 1),
        (1, 10, 1, 1),
    ],
)
def test_every_loader_can_fill_a_batch_whatever_shards_it_is_dealt(processes, batch, most, workers):
    shards = Shards("x", {f"{n}.tar": 5 for n in range(8)})

    assert shards.workers(processes, batch, most) == workers


@pytest.mark.parametrize(("processes", "batch"), [(9, 1), (1, 41), (8, 6)])
def test_too_few_shards_are_refused_before_they_hang(processes, batch):
    shards = Shards("x", {f"{n}.tar": 5 for n in range(8)})

    with pytest.raises(ValueError, match="can't fill batches"):
        shards.workers(processes, batch, 4)


def test_an_epoch_is_whole_batches_for_every_loader():
    # 100 pairs in batches of 8 in 2 processes: 7 of 16 each; 3 loaders make 9 of them.
    assert samples_per_epoch(100, 8, 2, 3) == 9 * 16
    assert samples_per_epoch(96, 8, 2, 3) == 96


def test_a_folder_without_sizes_is_refused_and_one_that_webdataset_misreads(tmp_path):
    with pytest.raises(ValueError, match=r"sizes\.json"):
        Shards.of(str(tmp_path))
    braces = tmp_path / "a{b}"
    braces.mkdir()
    (braces / "sizes.json").write_text('{"0.tar": 1}')
    with pytest.raises(ValueError, match="misread"):
        Shards.of(str(braces))
    (tmp_path / "sizes.json").write_text('{"0.tar": 0}')
    with pytest.raises(ValueError, match="no tar"):
        Shards.of(str(tmp_path))
