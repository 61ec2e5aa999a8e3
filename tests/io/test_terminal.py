"""What commands print is text, whatever the web or a stranger's file has put into it."""

import pytest
from rich.table import Table
from rich.text import Text

from crawl2clip.cli.spark_submit import say
from crawl2clip.io.terminal import PlainConsole

STEERING = "a\x1b]0;owned\x07\x1b[31mred\x9b2J\r\b\u202egpj.exe\u2066\ufeff\x00b"


@pytest.mark.parametrize("printed", [STEERING, Text(STEERING)])
def test_no_text_steers_the_terminal(
    capsys: pytest.CaptureFixture[str], printed: str | Text
) -> None:
    table = Table("name", title=STEERING)
    table.add_row(printed)
    for each in (printed, table):
        PlainConsole().print(each)

    out = capsys.readouterr().out
    assert not set(out) & set("\x1b\x07\x9b\r\b\u202e\u2066\ufeff\x00")
    assert "red" in out


def test_brackets_of_data_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    PlainConsole().print("[red]a[/red] [link=https://x.org]b[/link] :smile: [/wrong]")

    assert capsys.readouterr().out == "[red]a[/red] [link=https://x.org]b[/link] :smile: [/wrong]\n"


def test_styles_and_lines_of_our_own_stay(capsys: pytest.CaptureFixture[str]) -> None:
    console = PlainConsole()
    console._force_terminal = True
    console._color_system = None

    console.print(Text.assemble(("bold\n", "bold"), "plain"))

    assert capsys.readouterr().out.splitlines()[-1] == "plain"


def test_a_line_for_the_user_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say("error: r.yaml: no\nerror: [bold]forged\x1b[2J" + "x" * 10_000)

    err = capsys.readouterr().err
    assert err.startswith("error: r.yaml: no\\x0aerror: [bold]forged\\x1b[2J")
    assert err.count("\n") == 1
    assert len(err) < 5_000
