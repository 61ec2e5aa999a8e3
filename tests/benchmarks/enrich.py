"""Definitions beside a million captions, against matching the same captions with as many entries.

    python -m tests.benchmarks.enrich [--captions 1_000_000] [--texts PARQUET] [--metadata FILE]

Without files it makes texts and 500,000 terms of its own: words by Zipf's law, and phrases that
stand in the texts. PARQUET has a column TEXT, as LAION's tables do, and is repeated until there are
enough; FILE is a list of entries like MetaCLIP's metadata.json. Both steps run in local[2], in
turn, over the same Parquet table, and their rows are counted and thrown away. Seconds by the clock,
which is what CPU time is on cores of one's own; the best of the rounds.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame

from crawl2clip.engine.session import local_session
from crawl2clip.enrich.add_knowledge import AddKnowledge
from crawl2clip.enrich.terms.word_tokenizer import key, words
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.shared.entry_list import read_entries

TERMS = 500_000
MOST_WORDS = 6


def main(options: argparse.Namespace) -> None:
    """Print the table."""
    spark = local_session(2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = _texts(options.texts, options.captions)
        terms = read_entries(options.metadata) if options.metadata else _terms(texts)
        rows = {"uid": [f"{n:032x}" for n in range(len(texts))], "text": texts}
        for part in range(8):
            place = slice(part * len(texts) // 8, (part + 1) * len(texts) // 8)
            table = pa.table({name: column[place] for name, column in rows.items()})
            (folder / "pairs").mkdir(exist_ok=True)
            pq.write_table(table, folder / "pairs" / f"{part}.parquet")
        steps = _steps(folder, terms)
        pairs = spark.read.parquet(str(folder / "pairs"))
        best = dict.fromkeys(steps, float("inf"))
        for _ in range(options.rounds):
            for name, step in steps.items():
                best[name] = min(best[name], _seconds(step, pairs))
    lines = [f"{len(texts):,} captions, {len(terms):,} terms"]
    lines += [f"{k:16}{v:8.1f} s{v / best['match_entries']:8.2f}" for k, v in best.items()]
    sys.stdout.write("\n".join(lines) + "\n")


def _steps(folder: Path, terms: list[str]) -> dict[str, Callable[[DataFrame], DataFrame]]:
    (folder / "entries.json").write_text(json.dumps(terms), "utf-8")
    keys = sorted({key(term): None for term in terms if 1 <= len(words(term)) <= MOST_WORDS})
    glosses = [[f"what {term} means, in about as many letters as most have"] for term in keys]
    same = {"lang": "en", "source": "table"}
    columns = {"id": pa.array(range(len(keys)), pa.int32()), "key": keys, "term": keys}
    columns |= {name: [value] * len(keys) for name, value in same.items()} | {"senses": glosses}
    (folder / "d").mkdir()
    pq.write_table(pa.table(columns), folder / "d" / "terms.parquet")
    about = {"terms": len(keys), "most_words": MOST_WORDS, "content": ""}
    (folder / "d.json").write_text(json.dumps(about))
    return {
        "match_entries": MatchEntries(str(folder / "entries.json")),
        "add_knowledge": AddKnowledge(str(folder / "d.json")),
    }


def _seconds(step: Callable[[DataFrame], DataFrame], pairs: DataFrame) -> float:
    begin = time.perf_counter()
    step(pairs).write.format("noop").mode("overwrite").save()
    return time.perf_counter() - begin


def _texts(path: str | None, number: int) -> list[str]:
    if path:
        some = [text for text in pq.read_table(path)["TEXT"].to_pylist() if text]
        return [f"{some[n % len(some)]} {n // len(some)}" for n in range(number)]
    chance = random.Random(0)
    words = [
        "".join(chance.choices("etaoinshrdlu", k=3 + n % 7)) + str(n % 97) for n in range(200_000)
    ]
    shares = [1 / (n + 1) for n in range(len(words))]
    line = chance.choices(words, shares, k=8 * number)
    return [" ".join(line[8 * n : 8 * n + 8]) for n in range(number)]


def _terms(texts: list[str]) -> list[str]:
    """Words and neighbours of the texts, as many of each as there are, to half a million."""
    found: dict[str, None] = {}
    for text in texts:
        words = text.split()
        found.update(dict.fromkeys([*words, *map(" ".join, pairwise(words))]))
        if len(found) > TERMS:
            break
    return list(found)[:TERMS]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--captions", type=int, default=1_000_000)
    parser.add_argument("--texts")
    parser.add_argument("--metadata")
    parser.add_argument("--rounds", type=int, default=2)
    main(parser.parse_args())
