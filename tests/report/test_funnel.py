import io

import pytest
from rich.console import Console

from crawl2clip.engine.job_report import JobReport
from crawl2clip.filter.where import Where
from crawl2clip.report.funnel import FunnelRow, bar_lengths, funnel_rows, funnel_table
from crawl2clip.shard.write_shards import WriteShards
from tests.report.conftest import report_of

ENGLISH = Where("langs[b] = 'en'")  # [b] is bold in rich's markup


def reports(*pairs: list[int]) -> list[JobReport]:
    steps = {"extract": (), "filter": (ENGLISH,), "shard": (WriteShards(),)}
    return [
        report_of("run", job, of_job, counts)
        for (job, of_job), counts in zip(steps.items(), pairs, strict=False)
    ]


def test_a_job_does_not_repeat_what_the_job_before_it_left() -> None:
    rows = funnel_rows(reports([200], [200, 50]))

    assert [(row.job, row.pairs, row.of_first, row.of_before) for row in rows] == [
        ("extract", 200, 1.0, None),
        ("filter", 50, 0.25, 0.25),
    ]


def test_a_job_that_read_something_else_says_so() -> None:
    rows = funnel_rows(reports([200], [100, 50]))

    assert [(row.name, row.pairs, row.of_before) for row in rows] == [
        ("read", 200, None),
        ("read", 100, 0.5),
        ("Where", 50, 0.5),
    ]


def test_seconds_stand_once_a_job() -> None:
    assert [r.seconds for r in funnel_rows(reports([9], [8, 7]))] == [1.5, None, 1.5]


def test_nothing_read_is_no_division_by_zero() -> None:
    rows = funnel_rows(reports([0], [0, 0]))

    assert [(row.of_first, row.of_before) for row in rows] == [(None, None)] * 2
    assert bar_lengths(rows) == ([0.0, 0.0], False)


@pytest.mark.parametrize(("least", "logarithmic"), [(10, False), (9, True)])
def test_bars_become_logarithms_where_one_is_under_a_hundredth(
    least: int, logarithmic: bool
) -> None:
    rows = funnel_rows(reports([1000], [1000, least]))

    lengths, found = bar_lengths(rows)

    assert found == logarithmic
    assert lengths[0] == 1.0
    assert lengths[1] == pytest.approx(
        0.33329 if logarithmic else 0.01, abs=1e-5
    )  # ln 10 / ln 1001


def test_name_and_settings_of_a_step() -> None:
    def row(step: str) -> FunnelRow:
        return FunnelRow("job", step, 1, 1.0, 1.0, None)

    assert (row(repr(ENGLISH)).name, row(repr(ENGLISH)).settings) == (
        "Where",
        "condition=\"langs[b] = 'en'\"",
    )
    assert (row("read").name, row("read").settings) == ("read", "")
    assert row("Where(condition='f(x)')").settings == "condition='f(x)'"


def printed(width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(funnel_table(reports([1234], [1234, 617], [617, 617])))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_table_prints_brackets_as_they_are() -> None:
    text = printed(100)

    assert "Where(condition=\"langs[b] = 'en'\")" in text
    assert "1,234" in text
    assert "50.0" in text


def test_a_step_too_long_for_the_terminal_ends_in_an_ellipsis() -> None:
    lines = printed(50).splitlines()

    assert max(map(len, lines)) <= 50
    assert len(lines) == len(printed(200).splitlines())  # nothing is wrapped
    assert any("Wher" in line and "…" in line and "617" in line for line in lines)
