"""Look terms up where the dictionary fits into each worker: two passes, no shuffle of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.enrich.terms.noun_phrases import NounPhrases
from crawl2clip.enrich.terms.term_matcher import Ints, TermHits, Terms, distinct

Rule = Literal["ngrams", "spacy"]
TERMS = "_terms"


@dataclass
class Finders:
    """Finds the terms of texts in several languages; small enough to broadcast.

    Each language's finder is built on first use, and kept with this object: once a worker process.
    """

    rule: Rule
    size: int
    packed: Mapping[str, tuple[pa.Array, pa.Array]]  # by language: keys, ids
    built: dict[str, Terms | NounPhrases] = field(default_factory=dict)

    @classmethod
    def of(cls, terms: DataFrame, rule: Rule) -> Finders:
        """Read lang, key and id of a dictionary into the driver. Starts a Spark job."""
        table = terms.select("lang", "key", "id").toArrow()
        packed = {}
        for lang in pc.unique(table["lang"]).to_pylist():
            part = table.filter(pc.equal(table["lang"], lang))
            packed[lang] = (part["key"].combine_chunks(), part["id"].combine_chunks())
        return cls(rule, len(table), packed)

    def hits(self, texts: pa.Array, langs: pa.Array) -> TermHits:
        """Return the terms of each text that the dictionary has in the text's language; by row."""
        there = pc.unique(langs).to_pylist()
        if len(there) == 1 and there[0] in self.packed:  # most tables are of one
            return self._finder(there[0]).hits(texts)
        parts = [TermHits(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        for lang in set(there) & self.packed.keys():
            rows = np.flatnonzero(pc.fill_null(pc.equal(langs, lang), False).to_numpy(False))
            part = self._finder(lang).hits(texts.take(pa.array(rows)))
            parts.append(TermHits(rows[part.rows], part.ids))
        rows, ids = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "ids")
        )
        return TermHits(rows, ids)

    def _finder(self, lang: str) -> Terms | NounPhrases:
        if lang not in self.built:
            keys, ids = (column.to_pylist() for column in self.packed[lang])
            by_spacy = self.rule == "spacy" and lang == "en"
            self.built[lang] = (
                NounPhrases(dict(zip(keys, ids, strict=True)))
                if by_spacy
                else Terms(keys, np.array(ids, np.int64))
            )
        return self.built[lang]


def rare_terms(
    pairs: DataFrame, text: Column, lang: Column, terms: DataFrame, rule: Rule, most: int
) -> DataFrame:
    """Add the column TERMS to the pairs: ids of their terms, the rarest first, at most `most`.

    The rarest term is in the fewest texts of `pairs`; ties go to the lower id. Starts a Spark job
    that counts, which reads the texts alone; its shuffle is one number a term and task.
    """
    spark = pairs.sparkSession.sparkContext
    finders = Finders.of(terms, rule)
    shared = spark.broadcast(finders)

    def counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total = np.zeros(shared.value.size, np.int64)
        for batch in batches:
            found = shared.value.hits(batch["text"], batch["lang"])
            total += once(found, len(total))
        there = np.flatnonzero(total)
        columns = [pa.array(there.astype(np.int32)), pa.array(total[there])]
        yield pa.RecordBatch.from_arrays(columns, ["id", "texts"])

    texts = pairs.select(text.alias("text"), lang.alias("lang"))
    counts = texts.mapInArrow(counted, "id INT, texts LONG").groupBy("id").agg(F.sum("texts"))
    ranks = spark.broadcast(_ranks(counts, finders.size))

    @F.arrow_udf("array<int>")  # type: ignore[attr-defined, untyped-decorator]
    def rare(batches: Iterator[tuple[pa.Array, pa.Array]]) -> Iterator[pa.Array]:
        for texts, langs in batches:
            found = shared.value.hits(texts, langs).rarest(ranks.value, most)
            yield found.lists(len(texts))

    return pairs.withColumn(TERMS, rare(text, lang))


def once(found: TermHits, size: int) -> Ints:
    """Count in how many of the texts each of `size` terms is."""
    codes = distinct(found.rows * size + found.ids)
    return np.bincount(codes % max(1, size), minlength=size)


def _ranks(counts: DataFrame, size: int) -> Ints:
    """Return the rank of each term by number of texts, then by id."""
    table = counts.toArrow()
    texts = np.zeros(size, np.int64)
    texts[table[0].to_numpy()] = table[1].to_numpy()
    ranks = np.empty(size, np.int64)
    ranks[np.argsort(texts, kind="stable")] = np.arange(size)
    return ranks


def defined(pairs: DataFrame, terms: DataFrame, most: int, to: str) -> DataFrame:
    """Add the definitions of TERMS in their order, an array of `term, senses, source`.

    The dictionary is broadcast, once however many terms are requested; ids are distinct there.
    """
    told = F.struct("term", "senses", "source")
    definitions = F.broadcast(terms.select(F.col("id").alias("_id"), told.alias("_told")))
    for place in range(1, most + 1):
        column = definitions.withColumnsRenamed({"_id": f"_id{place}", "_told": f"_told{place}"})
        asked = F.try_element_at(TERMS, F.lit(place)) == F.col(f"_id{place}")
        pairs = pairs.join(column, asked, how="left").drop(f"_id{place}")
    all_told = [f"_told{place}" for place in range(1, most + 1)]
    together = F.filter(F.array(*all_told), lambda definition: definition.isNotNull())
    return pairs.withColumn(to, together).drop(TERMS, *all_told)
