"""What is left of wikitext."""

import pytest

from crawl2clip.entries.sources.dump import Article
from crawl2clip.entries.sources.wikitext import plain_text


@pytest.mark.parametrize(
    ("wikitext", "plain"),
    [
        ("'''Dogs''' are [[Canis|canines]] of [[Earth]].", "Dogs are canines of Earth."),
        ("A dog{{cite|x={{y}}}} barks<ref name=a>[http://a.b Nobody]</ref>.", "A dog barks."),
        ("a[[File:Dog.jpg|thumb|220px|A [[red]] dog]] b [[category: Dogs]]c", "a b c"),
        ("[[Alien: Covenant]], [[:Category:Dogs|dogs]]", "Alien: Covenant, dogs"),
        ("<!-- no -->A&nbsp;dog&mdash;red", "A\u00a0dog—red"),
        ("== Diet ==\nBones<br/>meat", "Diet \nBones  meat"),
        ("{|\n|a||b\n|-\n|c\n|}", "a  b\n   c"),
        ("H<sub>2</sub>O <math>x^2</math>''is'' http://a.b wet", "H2O is  wet"),
        ("{{unclosed [[link", "{{unclosed [[link"),
        ("", ""),
    ],
)
def test_readers_see_words_and_no_markup(wikitext: str, plain: str) -> None:
    assert plain_text(Article(wikitext)) == Article(plain)


def test_a_problem_passes_through() -> None:
    assert plain_text(Article("", "xml: oh")) == Article("", "xml: oh")


def test_markup_that_nothing_closes_is_text_or_a_problem() -> None:
    for nest in ("[[" * 9_000, "{{" * 9_000, "<b>" * 900, "'''''a" * 900, "{|\n" * 900):
        assert not plain_text(Article(nest)).problem
    for nest in ("<b>" * 20_001, "{|\n" * 20_001, "[http://a " * 20_001):
        problem = "wikitext: more than 20,000 tags, tables and links"

        assert plain_text(Article(nest)) == Article("", problem), "it would take minutes"
