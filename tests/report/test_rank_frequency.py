import numpy as np
import pytest

from crawl2clip.report.entries import POINTS, _series
from crawl2clip.report.rank_frequency import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, curve, power
from crawl2clip.report.view_model import Entries, Series


def entries(*series: Series, t: int | None = None) -> Entries:
    return Entries(series=series, top=(), t=t, listed=None)


def test_the_corners_of_the_drawing() -> None:
    line = curve(entries(Series("match", 100, ((1, 1000), (10, 10), (100, 1))), t=10)).lines[0]

    middle = (LEFT + WIDTH - RIGHT) / 2  # rank 10 of 1 to 100
    third = round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) / 3, 1)  # count 10 of 1 to 1000
    left, right, top, bottom = float(LEFT), float(WIDTH - RIGHT), float(TOP), float(HEIGHT - BOTTOM)
    assert line.points == f"{left},{top} {middle},{third} {right},{bottom}"


def test_t_stands_at_its_count_and_stretches_the_axis() -> None:
    series = Series("match", 2, ((1, 5), (2, 5)))

    drawn = curve(entries(series, t=20_000))

    assert [tick.label for tick in drawn.up] == ["1", "10", "100", "1k", "10k", "100k"]
    assert drawn.t_at is not None
    assert drawn.up[5].at < drawn.t_at < drawn.up[4].at
    assert curve(entries(series)).t_at is None


def test_one_entry_matched_once_can_be_drawn() -> None:
    drawn = curve(entries(Series("match", 1, ((1, 1),)), Series("balance", 0, ())))

    assert [tick.label for tick in drawn.across] == ["1", "10"]
    assert [line.points for line in drawn.lines] == [f"{float(LEFT)},{float(HEIGHT - BOTTOM)}", ""]


def test_axis_labels() -> None:
    labels = ["1", "10", "100", "1k", "10k", "100k", "1M", "10M", "100M", "1G"]

    assert [power(i) for i in range(10)] == labels


@pytest.mark.parametrize("matched", [0, 1, 2, 7, 119, 120, 50_000])
def test_a_series_goes_from_the_first_rank_to_the_last_in_few_points(matched: int) -> None:
    counts = np.arange(matched + 3, dtype=np.int64)  # 0 is no match
    counts[[-1, -2]] = 0

    points = _series("match", counts).points

    assert len(points) <= POINTS
    assert [points[0], points[-1]] == [(1, matched), (matched, 1)] if matched else points == ()
