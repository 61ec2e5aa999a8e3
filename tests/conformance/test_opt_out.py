"""Equal to img2dataset in what X-Robots-Tag headers mean, but where it misreads them."""

from collections.abc import Sequence

import pytest

from crawl2clip.shared.opt_out import OPT_OUT, signals
from tests.conformance import SHIPPED

# Header values by which the owner forbids, and which img2dataset takes for a permission.
MISREAD = {
    ("none",): "short for noindex, nofollow, and not among its words",
    ("max-snippet: 10, noindex",): "it takes max-snippet for the name of an agent",
    ("noindex, otherbot: nofollow",): "it takes 'noindex, otherbot' for the name of an agent",
    ("noindex;nofollow",): "it splits at commas alone, so this is one unknown word",
    ("noai nofollow",): "the same",
}


def forbids(headers: Sequence[str], agent: str | None) -> bool:
    said = signals(headers, None, [], None)
    return any(to in ("*", agent) and directive in OPT_OUT for _, to, directive in said)


@pytest.mark.parametrize(
    ("column", "agent"), [("no_token", None), ("token_img2dataset", "img2dataset")]
)
def test_headers_mean_what_img2dataset_says_or_what_it_misreads(
    column: str, agent: str | None
) -> None:
    rows = SHIPPED.json("expected_x_robots_tag_img2dataset.json")
    cases = {tuple(case["headers"]): case[column] for case in rows}

    assert len(cases) == 18
    assert cases.keys() >= MISREAD.keys()
    for headers, expected in cases.items():
        if headers in MISREAD:
            assert not expected, f"{headers}: img2dataset has learned it"
        assert forbids(headers, agent) == (expected or headers in MISREAD), headers
