"""YAML from strangers is read in bounded time and space, and refused in a line that says where."""

import time
from pathlib import Path

import pytest

from crawl2clip.io.bounded_yaml import load_yaml
from crawl2clip.recipe import RecipeError, load_recipe

LAUGHS = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = (
    "a: &a {"
    + ", ".join(f"k{i}: 1" for i in range(100))
    + "}\n"
    + "".join(
        f"{name}: &{name} {{<<: [{','.join([f'*{before}'] * 10)}]}}\n"
        for before, name in zip("abcde", "bcdef", strict=True)
    )
)


def test_anchors_merges_and_all_simple_kinds_are_read() -> None:
    text = "a: &a {x: 1, y: [1.5, true, ~]}\nb: {<<: *a, x: 2}\nc: *a\nd: 2024-02-29\ne: 0x1f\n"

    read = load_yaml(b"\xef\xbb\xbf" + text.encode(), "r.yaml")

    first = {"x": 1, "y": [1.5, True, None]}
    assert {name: read[name] for name in "abc"} == {"a": first, "b": first | {"x": 2}, "c": first}
    assert str(read["d"]) == "2024-02-29"
    assert read["e"] == 31


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LAUGHS, "keys and values, with those of aliases"),
        (MERGES, "keys and values, with those of aliases"),
        ('a: &a "' + "x" * 500_000 + '"\nb: [' + "*a," * 5_000 + "]", "letters, with those of"),
        ("&a [*a]", "an alias stands inside what it names"),
        ("a: &a\n  <<: *a", "an alias stands inside what it names"),
        ("[" * 100_000, "more than 50 levels"),
        ("{a: " * 100_000, "more than 50 levels"),
        ("- " * 100_000, "more than 50 levels"),
        ("? " * 100_000, "more than 50 levels"),
        ("".join(f"k{i}: 3\n" for i in range(30_000)), "more than 20,000 keys and values"),
        ("a: 1\n" * 9_000, "the key 'a' stands there twice"),
        ("{'a': 1, a: 2}", "the key 'a' stands there twice"),
        ("a: " + ":".join(["1"] * 400_000), "more than 100 letters, and no text"),
        ("a: 0x" + "f" * 900_000, "more than 100 letters, and no text"),
        ("a: " + "9" * 900_000 + ".0", "more than 100 letters, and no text"),
        ("a: 2024-13-45", "month must be in 1..12"),
        ('a: "\\ud800"', "half a surrogate pair"),
        ("a: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("a: !!" + "x" * 900_000 + " b", "could not determine a constructor"),
        ("a: 1\0", "unacceptable character"),
        ("a: 1\n" + "#" * 1_000_000, "more than 1,000,000 bytes"),
    ],
    ids=range(21),
)
def test_bombs_are_refused_at_once_and_shortly(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(text, encoding="utf-8")
    started = time.process_time()

    with pytest.raises(RecipeError, match=why) as refused:
        load_recipe(str(path))

    assert time.process_time() - started < 5
    assert str(refused.value).startswith("r.yaml: not valid YAML: ")
    assert len(str(refused.value)) < 500
    assert "\n" not in str(refused.value)


def test_what_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_bytes(b"recipe: caf\xe9")

    with pytest.raises(RecipeError, match="byte 11 is no UTF-8"):
        load_recipe(str(tmp_path / "r.yaml"))


def test_no_error_holds_a_whole_value(tmp_path: Path) -> None:
    many = "[" + ",".join(["xxxxxxxxxx"] * 9_000) + "]"
    long = "x" * 900_000
    wrong = {
        f"recipe: r\nread: {{max_page_bytes: {many}}}\njobs: {{extract: }}": "wants a whole number",
        f"recipe: r\njobs:\n  filter:\n    - {long}": "there is no step",
        f"recipe: r\njobs:\n  {long[:1000]}: 3": "there is no job",
        f"? {long}\n: 3": "there is no key",
        f"recipe: r\njobs:\n  filter:\n    - where: [{many}]": "wants a text",
        f"recipe: r\njobs:\n  filter:\n    - {many}": "a step is a name",
        f"recipe: {long}\njobs: {{extract: }}": "at most 100 and 1,000 letters",
    }
    for text, why in wrong.items():
        (tmp_path / "r.yaml").write_text(text)
        with pytest.raises(RecipeError, match=why) as refused:
            load_recipe(str(tmp_path / "r.yaml"))
        assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "1.0e+999", "9" * 99, "-" + "9" * 99])
def test_numbers_are_ordinary_ones(tmp_path: Path, number: str) -> None:
    text = f"recipe: r\njobs:\n  filter:\n    - caption_length: {{min_words: {number}}}"
    (tmp_path / "r.yaml").write_text(text)

    with pytest.raises(RecipeError, match="wants a whole number"):
        load_recipe(str(tmp_path / "r.yaml"))
