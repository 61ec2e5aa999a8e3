"""Index a table of evaluation images for exact and near matches."""

from collections.abc import Sequence
from typing import Literal, Protocol

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crawl2clip.dedup.near import hamming_index
from crawl2clip.dedup.semantic import kmeans
from crawl2clip.dedup.semantic.bucket_index import CLUSTERS, BucketIndex, near_any
from crawl2clip.dedup.semantic.embedding_matrix import Bools, matrix

Search = Literal["all", "buckets"]

_ITERATIONS, _SEED = 100, 0  # of k-means


class Reference(Protocol):
    """A set of values to match against."""

    def has_match(self, values: pa.Array) -> Bools:
        """Return whether each value, none of which is null, matches or is close to a known one."""


def check(table: str, names: Sequence[str]) -> None:
    """Raise ValueError, saying what would be right, if the Parquet file lacks a column."""
    try:
        with fsspec.open(table, "rb") as file:
            there = pq.read_schema(file).names
    except FileNotFoundError:
        raise ValueError(f"there is no {table}; expected a Parquet file") from None
    except (pa.ArrowInvalid, IsADirectoryError):
        raise ValueError(f"{table} is not a Parquet file") from None
    if missing := [name for name in names if name not in there]:
        raise ValueError(f"{table} has no {', '.join(missing)}; there are {', '.join(there)}")


def column(table: str, name: str) -> pa.Array:
    """Return a column of the Parquet file without its nulls."""
    with fsspec.open(table, "rb") as file:
        return pq.read_table(file, columns=[name])[name].combine_chunks().drop_null()


class ExactReference:
    """A set of strings, matched by equality."""

    def __init__(self, known: pa.Array) -> None:
        self._known = frozenset(known.to_pylist())

    def has_match(self, values: pa.Array) -> Bools:
        return np.array([value in self._known for value in values.to_pylist()], bool)


class HashReference:
    """Perceptual hashes, matched within `distance` bits and `colour` levels."""

    def __init__(self, known: pa.Array, distance: int, colour: float) -> None:
        self._distance, self._colour = distance, colour
        self._index = hamming_index.HammingIndex(
            np.unique(hamming_index.words(known.cast(pa.binary())), axis=0)
        )

    def has_match(self, values: pa.Array) -> Bools:
        return self._index.any_within(hamming_index.words(values), self._distance, self._colour)


class EmbeddingReference:
    """Embeddings, matched if the cosine exceeds a threshold."""

    def __init__(self, known: pa.Array, cosine: float, search: Search) -> None:
        self._cosine, self._known = cosine, matrix(known)
        self._buckets: BucketIndex | None = None
        if search == "buckets" and len(self._known):
            centres = kmeans.train(self._known, CLUSTERS, _ITERATIONS, _SEED)
            self._buckets = BucketIndex(self._known, centres)

    def has_match(self, values: pa.Array) -> Bools:
        if not len(self._known) or not len(values):
            return np.zeros(len(values), bool)
        asked = matrix(values)
        if asked.shape[1] != self._known.shape[1]:
            sizes = f"{asked.shape[1]} numbers, those of the table {self._known.shape[1]}"
            raise ValueError(f"embeddings of pairs have {sizes}: they are of different models")
        if self._buckets:
            return self._buckets.near_any(asked, self._cosine)
        return near_any(asked, self._known, self._cosine)
