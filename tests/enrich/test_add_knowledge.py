from collections.abc import Iterator

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.enrich.add_knowledge import AddKnowledge
from crawl2clip.enrich.spark.dictionary import build
from crawl2clip.enrich.spark.sources import own

GLOSSES = {
    "dog": ["A mammal.", "The hinged catch."],
    "marimba": ["A musical instrument."],
    "stage": ["A platform."],
    "takoyaki": ["A snack."],
    "bank": ["An institute for money.", "Land beside a river, sloping."],
    "golden gate": ["A strait."],
    "gate": ["A door."],
    "t-shirt": ["A garment."],
}
# text -> the phrase. Texts that mention them: dog 4, stage 2, bank 2, all others 1.
TEXTS = {
    "a dog and a marimba on a STAGE": "marimba",
    "a dog chasing a dog": "dog",
    "a dog on a bank by the river": "bank",
    "Takoyaki on a stage": "takoyaki",
    "the Golden Gate": "golden gate",
    "dog in a T shirt": "t-shirt",
    "a bank and money": "bank",
    "untitled": None,
    "": None,
}


@pytest.fixture(scope="module")
def receipt(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("knowledge")
    rows = [(term, gloss, "en") for term, glosses in GLOSSES.items() for gloss in glosses]
    rows += [("Hund", "Ein Tier.", "de")]
    spark.createDataFrame(rows, "term STRING, gloss STRING, lang STRING").write.parquet(
        f"{folder}/own"
    )
    build(spark, {"table": own(spark, f"{folder}/own", "en", 1_000)}, f"{folder}/d.json", 4)
    return f"{folder}/d.json"


@pytest.fixture(scope="module")
def pairs(spark: SparkSession) -> Iterator[DataFrame]:
    rows = [(f"u{n}", text, "en", None) for n, text in enumerate(TEXTS)]
    rows += [("n", None, "en", None), ("x", "ein Hund", "de", None), ("y", "Hund", "en", None)]
    rows += [("z", "a dog", "fr", None), ("l", "takoyaki", None, None)]
    rows += [("p", "marimba", "en", "http 404")]  # no pair: neither told nor counted
    made = spark.createDataFrame(rows, "uid STRING, text STRING, lang STRING, problem STRING")
    yield made.repartition(3).cache()


def told(pairs: DataFrame, stage: AddKnowledge) -> dict[str, tuple[object, ...]]:
    return {
        row.uid: (row.knowledge_phrases, row.knowledge_glosses, row.knowledge_text)
        for row in stage(pairs).collect()
    }


@pytest.mark.parametrize("most_terms", [2_000_000, 1], ids=["in workers", "by joins"])
def test_the_rarest_term_of_each_caption(pairs: DataFrame, receipt: str, most_terms: int) -> None:
    found = told(pairs, AddKnowledge(receipt, most_terms=most_terms))

    assert len(found) == pairs.count()
    for n, (text, phrase) in enumerate(TEXTS.items()):
        gloss = GLOSSES[phrase][0] if phrase else None
        expected = ([phrase], [gloss], f"{text} ; {phrase} , {gloss}")
        assert found[f"u{n}"] == (expected if phrase else (None, None, None))
    assert found["x"] == (["hund"], ["Ein Tier."], "ein Hund ; hund , Ein Tier.")
    assert {found[uid] for uid in "nyzlp"} == {(None, None, None)}


@pytest.mark.parametrize("most_terms", [2_000_000, 1], ids=["in workers", "by joins"])
def test_several_phrases_the_rarest_first(pairs: DataFrame, receipt: str, most_terms: int) -> None:
    found = told(pairs, AddKnowledge(receipt, phrases=2, most_terms=most_terms))

    assert found["u0"][0] == ["marimba", "stage"]
    assert found["u0"][2] == (
        "a dog and a marimba on a STAGE ; marimba , A musical instrument. ; stage , A platform."
    )
    assert found["u1"][0] == ["dog"]


def test_the_sense_that_shares_most_words_with_the_caption(pairs: DataFrame, receipt: str) -> None:
    found = told(pairs, AddKnowledge(receipt, sense="overlap"))

    assert found["u2"][1] == ["Land beside a river, sloping."]
    assert found["u6"][1] == ["An institute for money."]
    assert found["u1"][1] == ["A mammal."], "none shares any: the first"


def test_noun_phrases_by_spacy(pairs: DataFrame, receipt: str) -> None:
    found = told(pairs, AddKnowledge(receipt, rule="spacy"))

    assert found["u0"][0] == ["marimba"]
    assert found["u3"][0] == ["takoyaki"]
    assert found["x"][0] == ["hund"], "other languages have the n-grams"


def test_a_table_without_languages_is_of_one(pairs: DataFrame, receipt: str) -> None:
    found = told(pairs.drop("lang"), AddKnowledge(receipt, lang="de"))

    assert found["y"][0] == ["hund"]
    assert found["u1"][0] is None


def test_equal_rarity_is_decided_by_the_alphabet(spark: SparkSession, receipt: str) -> None:
    pairs = spark.createDataFrame([("1", "takoyaki marimba dog")], "uid STRING, text STRING")

    assert told(pairs, AddKnowledge(receipt))["1"][0] == ["dog"]


def test_no_pairs(pairs: DataFrame, receipt: str) -> None:
    assert told(pairs.limit(0), AddKnowledge(receipt)) == {}


def test_nonsense_is_refused(receipt: str) -> None:
    with pytest.raises(ValueError, match="phrases is 1 to 10, not 0"):
        AddKnowledge(receipt, phrases=0).check()
    with pytest.raises(ValueError, match="set most_terms to 9"):
        AddKnowledge(receipt, rule="spacy", most_terms=8).check()
    with pytest.raises(ValueError, match="dictionary --wordnet --to nowhere"):
        AddKnowledge("nowhere.json").check()
