"""K-LITE's own knowledge of classes, its merged captions, and how many real ones we define."""

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from crawl2clip.enrich.add_knowledge import AddKnowledge
from crawl2clip.enrich.spark.dictionary import build
from crawl2clip.enrich.spark.sources import own, wordnet
from crawl2clip.enrich.terms.class_names import above, known
from crawl2clip.language.classifiers import fasttext_lid
from crawl2clip.shared.wordnet import WordNet, wordnet_folder
from crawl2clip.synthetic_web.captions import caption
from crawl2clip.synthetic_web.languages import LANGUAGES
from crawl2clip.synthetic_web.scenes import random_scene
from tests.conformance import ALL, SHARED, SHIPPED, needs_shared

LEAST = {"laion": 0.98, "stamps": 0.98, "sample": 0.99}


@needs_shared
def test_glosses_of_classes_are_the_official_ones_and_chains_where_those_are_right() -> None:
    words = WordNet(wordnet_folder())
    rows = ALL.json("klite_class_knowledge.json")
    right = 0
    for row in rows:
        ours = known(row["classname"], words, {}.get)
        assert ours.row["def_wn"] == row["def_wn"]
        if ours.synset is None:
            assert not row["path_wn"]
            continue
        # The official chain starts at what its head means most often, not at the class.
        looked_up_again = words.synsets(ours.synset.head)[0]
        official = tuple(above(words, looked_up_again))
        names = [{lemma.lower() for lemma in synset.lemmas} for synset in official]
        assert len(names) == len(row["path_wn"])
        assert all(a.lower() in b for a, b in zip(row["path_wn"], names, strict=True))
        right += ours.chain == official
        assert ours.chain[0] == ours.synset

    assert len(rows) == 2_151
    assert right == 935, "of the 994 that WordNet has"


def test_merged_captions_are_the_official_ones(spark: SparkSession, tmp_path: Path) -> None:
    cases = SHIPPED.json("expected_klite_merge.json")
    captions = [caption for caption, _ in cases["inputs"]]
    glosses = {(term, gloss) for _, terms in cases["inputs"] for _, term, gloss in terms}
    spark.createDataFrame(sorted(glosses), "term STRING, gloss STRING").write.parquet(
        str(tmp_path / "own")
    )
    build(spark, {"table": own(spark, str(tmp_path / "own"), "en", 1_000)}, f"{tmp_path}/d.json", 6)
    # The official counts are those of a corpus: here dogs and stages are frequent there.
    rest = [("x", "a dog on a stage"), ("y", "a dog on a stage")]
    rows = [(str(n), caption) for n, caption in enumerate(captions)] + rest
    pairs = spark.createDataFrame(rows, "uid STRING, text STRING")

    found = {
        row.text: row.knowledge_text for row in AddKnowledge(f"{tmp_path}/d.json")(pairs).collect()
    }

    expected = [merged["captions_nn_wiki"][0] for merged in cases["merge_tsv_flat_pairs"]]
    assert [found[caption] or caption for caption in captions] == expected


@pytest.fixture(scope="module")
def of_wordnet(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The receipt of a dictionary of WordNet alone, which is English alone."""
    path = f"{tmp_path_factory.mktemp('wordnet')}/d.json"
    build(spark, {"wordnet": wordnet(spark, str(wordnet_folder()), 1_000)}, path, 6)
    return path


@needs_shared
@pytest.mark.parametrize("rule", ["ngrams", "spacy"])
def test_most_real_captions_have_a_definition(
    spark: SparkSession, of_wordnet: str, rule: Any
) -> None:
    """K-LITE has 0.9977 of CC12M with all of Wiktionary; ours by set and language, see pytest -s.

    Alt texts are lower: "Zoom", names and numbers are many.
    """
    rows = [row for texts in captions(every=30 if rule == "spacy" else 10) for row in texts]
    columns = "uid STRING, text STRING, lang STRING"
    table = spark.createDataFrame(rows, columns).repartition(2)
    told, all_of = Counter[tuple[str, str]](), Counter[tuple[str, str]]()

    for row in AddKnowledge(of_wordnet, rule=rule)(table).collect():
        place = row.uid.split()[0], row.lang
        all_of[place] += 1
        told[place] += row.knowledge_text is not None

    shares = {place: told[place] / all_of[place] for place in all_of}
    for (name, lang), number in sorted(all_of.items()):
        sys.stdout.write(f"{rule} {name} {lang} {shares[name, lang]:.3f} of {number}\n")
    assert shares["laion", "en"] > LEAST["laion"]
    assert shares["stamps", "en"] > LEAST["stamps"]
    assert shares["sample", "en"] > LEAST["sample"]
    assert not any(share for (_, lang), share in shares.items() if lang != "en")


def captions(every: int) -> Iterator[list[tuple[str, str, str]]]:
    """One in `every` (uid, text, language) of each set: alt texts, titles, labels, and our sample.

    Languages are detected of no others.
    """
    folder = SHARED / "data" / "captions"
    alts = pq.read_table(folder / "laion400m-sample-10000.parquet")["TEXT"].to_pylist()
    titles = [row["title"] for row in lines(folder / "xm3600_titles_iiw.jsonl.gz")]
    labels = [row["captions"] for row in lines(folder / "tuxpaint-stamps.jsonl.gz")]
    web = [row["alt"] for row in lines(folder / "web-alts.jsonl.gz")]
    lid = fasttext_lid.load("")
    for name, some in {"laion": alts, "titles": titles, "web": web}.items():
        texts = [text for text in some if text][::every]
        langs = (lang or "none" for lang in fasttext_lid.languages(lid, texts)[0])
        yield numbered(name, langs, texts)
    stamps = [pair for label in labels for pair in label.items()]
    chance = Random(0)
    scenes = [random_scene(str(n), chance) for n in range(200)]
    sample = [(lang, caption(scene, lang, chance)) for scene in scenes for lang in LANGUAGES]
    for name, pairs in {"stamps": stamps, "sample": sample}.items():
        yield numbered(name, *zip(*pairs[::every], strict=True))


def numbered(name: str, langs: Iterable[str], texts: Iterable[str]) -> list[tuple[str, str, str]]:
    pairs = zip(langs, texts, strict=True)
    return [(f"{name} {n}", text, lang) for n, (lang, text) in enumerate(pairs)]


def lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
