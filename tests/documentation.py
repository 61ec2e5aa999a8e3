"""The pages of documentation, and the code blocks and links in them."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_ASSIGNED = re.compile(r"\w+=\S*")


class Block(NamedTuple):
    """A fenced code block: its language, empty if none is given, and what stands in it."""

    language: str
    code: str


@cache
def pages() -> dict[str, str]:
    """The text of each page by its path, and of each notebook what is Markdown in it."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md", "*.ipynb"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [path for path in map(ROOT.joinpath, names.splitlines()) if path.exists()]
    return {str(path.relative_to(ROOT)): _text(path) for path in sorted(paths)}


def _text(path: Path) -> str:
    text = path.read_text("utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def blocks(text: str) -> list[Block]:
    return [Block(language, code) for _, language, code in _BLOCK.findall(text)]


def prose(text: str) -> str:
    """The page without code blocks and HTML comments."""
    return _COMMENT.sub("", _BLOCK.sub("", text))


def links(text: str) -> list[str]:
    """Targets of links and images, web addresses left out."""
    targets = _LINK.findall(_CODE.sub("", prose(text)))
    return [target for target in targets if not re.match(r"\w+:", target)]


def anchors(text: str) -> set[str]:
    """The ids that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    letters = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in letters}


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command in the blocks that have no language: programs that we know."""
    for block in blocks(text):
        if not block.language:
            for line in block.code.replace("\\\n", " ").splitlines():
                yield from _split(line)


def _split(line: str) -> Iterator[list[str]]:
    if not re.match(r" *(\w+=\S* +)*(crawl2clip|make|spark-submit) ", line):
        return
    words = shlex.split(line, comments=True)
    while _ASSIGNED.fullmatch(words[0]):
        words.pop(0)
    if "--" in words:  # runs another command meanwhile
        at = words.index("--")
        yield words[at + 1 :]
        words = words[:at]
    yield words
