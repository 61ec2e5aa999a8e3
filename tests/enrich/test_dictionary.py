import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from crawl2clip.__main__ import main
from crawl2clip.enrich.sources.wiktextract import NOUNS
from crawl2clip.enrich.spark import sources
from crawl2clip.enrich.spark.dictionary import build, read, receipt


def line(word: str, gloss: str = "", pos: str = "noun", lang: str = "en", **sense: Any) -> str:
    senses = [({"glosses": [gloss]} if gloss else {}) | sense]
    return json.dumps({"word": word, "lang_code": lang, "pos": pos, "senses": senses})


def to(word: str) -> dict[str, Any]:
    return {"form_of": [{"word": word}]}


LINES = [
    line("Dog", "A name."),
    line("dog", "A mammal."),
    line("dog", "A scoundrel."),
    line("dogs", "plural of dog", **to("dog")),
    line("doggs", "alternative spelling of dogs", alt_of=[{"word": "dogs"}]),
    line("aa", "see bb", **to("bb")),
    line("bb", "see aa", **to("aa")),
    line("cc", **to("aa")),
    line("dd", "form of nothing", **to("nothing there")),
    line("ee", **to("nothing there")),
    line("ff"),
    line("hm", "w " * 500_000),
    line("although", "A use of the word.", "noun"),
    line("although", "In spite of.", "conj"),
    line("can", "A container."),
    line("run", "To hurry.", "verb"),
    line("Hund", "dog", lang="de"),
    line("t-shirt", "A garment."),
    line("a b c d e f g", "Seven words."),
    line("!", "No word."),
    "{not json",
    "",
]


@pytest.fixture(scope="module")
def made(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Row]]:
    """The receipt and the rows of a dictionary of two sources, in two files."""
    folder = tmp_path_factory.mktemp("dictionary")
    (folder / "1.jsonl").write_text("\n".join(LINES[:6]), "utf-8")
    (folder / "2.jsonl.gz").write_bytes(gzip.compress("\n".join(LINES[6:]).encode()))
    own = [
        ("Dog", "Mine.", None),
        ("Hund", "Meiner.", "de"),
        ("cat", "B.", None),
        ("cat", "A.", None),
    ]
    own += [("x", None, None), (None, "x", None), ("y", " ", None)]
    table = spark.createDataFrame(own, "term STRING, gloss STRING, lang STRING")
    table.write.parquet(str(folder / "own"))
    files = [str(folder / "1.jsonl"), str(folder / "2.jsonl.gz")]
    found = {
        "table": sources.own(spark, str(folder / "own"), "en", 10),
        "wiktionary": sources.wiktionary(spark, files, NOUNS, 10),
    }
    build(spark, found, str(folder / "d.json"), 6)
    return folder / "d.json", read(spark, str(folder / "d.json")).orderBy("id").collect()


def test_each_term_once_with_its_senses(made: tuple[Path, list[Row]]) -> None:
    found = {(row.lang, row.term): (row.senses, row.source) for row in made[1]}

    assert found == {
        ("en", "dog"): (["Mine."], "table"),
        ("en", "cat"): (["A.", "B."], "table"),
        ("de", "hund"): (["Meiner."], "table"),
        ("en", "dogs"): (["A mammal.", "A", "A name."], "wiktionary"),  # "A scoundrel." is cut
        ("en", "doggs"): (["A mammal.", "A", "A name."], "wiktionary"),
        ("en", "aa"): (["see bb"], "wiktionary"),
        ("en", "bb"): (["see aa"], "wiktionary"),
        ("en", "dd"): (["form of"], "wiktionary"),
        ("en", "hm"): (["w w w w w"], "wiktionary"),
        ("en", "t-shirt"): (["A garment."], "wiktionary"),
    }


def test_ids_follow_the_alphabet(made: tuple[Path, list[Row]]) -> None:
    rows = made[1]

    assert [row.id for row in rows] == list(range(len(rows)))
    assert [row.term for row in rows] == sorted(row.term for row in rows)
    assert {row.key for row in rows if row.term == "t-shirt"} == {"t shirt"}


def test_all_that_could_not_be_used_is_counted(made: tuple[Path, list[Row]]) -> None:
    about = receipt(str(made[0]))

    assert about["terms"] == len(made[1])
    assert about["sources"] == {
        "table": {"no gloss": 3, "used": 4, "gloss cut": 0},
        "wiktionary": {
            **{"used": 17, "no gloss": 1, "malformed line": 1, "function word": 1},
            **{"other part of speech": 1, "circle": 3, "dead end": 2, "gloss cut": 8},
        },
    }


def test_the_receipt_is_the_same_however_the_lines_lie(
    spark: SparkSession, tmp_path: Path, made: tuple[Path, list[Row]]
) -> None:
    text = "\n".join(text for text in LINES if len(text) < 1_000)
    (tmp_path / "all.jsonl").write_text(text, "utf-8")
    files = [str(tmp_path / "all.jsonl")]
    contents = []
    for size in ("300b", "1g"):  # several partitions, or one
        spark.conf.set("spark.sql.files.maxPartitionBytes", size)
        found = {"wiktionary": sources.wiktionary(spark, files, NOUNS, 1_000)}
        contents.append(build(spark, found, str(tmp_path / "d.json"), 6)["content"])
    spark.conf.unset("spark.sql.files.maxPartitionBytes")

    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("d", "named by its receipt"),
        ("none.json", "there is no dictionary"),
        ("x.json", "no receipt"),
    ],
)
def test_what_is_no_receipt_is_refused(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "x.json").write_text("[1]")

    with pytest.raises(ValueError, match=message):
        receipt(str(tmp_path / path))


def test_a_table_without_a_gloss_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("term,meaning\na,b\n")

    with pytest.raises(ValueError, match="has no column gloss"):
        sources.own(spark, str(tmp_path / "t.csv"), "en", 10)


@pytest.mark.parametrize(
    "options", ["", "--wordnet nowhere", "--wordnet --most-words 0", "--wordnet --to d"]
)
def test_the_command_refuses_nonsense_before_spark_starts(options: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["dictionary", "--to", "d.json", *options.split()])

    assert stopped.value.code == 2
