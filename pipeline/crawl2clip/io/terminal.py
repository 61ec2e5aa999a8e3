"""Print to a console on which data neither steers the terminal nor styles text."""

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# What `printable` escapes, but for the ends of lines, which are the console's own here.
_STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


class PlainConsole(Console):
    """Prints texts of the web and of foreign files with Rich.

    Brackets in them are no markup, and control characters are shown as `�`: styles stand
    beside a segment's text, so what is in the text is data. Cells of tables are better made
    `printable` first, which shows what the character was.
    """

    def __init__(self, *, stderr: bool = False, soft_wrap: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=soft_wrap, markup=False, emoji=False)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(_STEERS.sub("�", text), style)
