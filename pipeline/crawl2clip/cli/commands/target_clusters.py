"""Command `target-clusters`: find the clusters that contain given images."""

import argparse
from collections.abc import Iterator

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.filter.embeddings import tensor_files
from crawl2clip.filter.embeddings.nearest_centroid import (
    Floats,
    Ints,
    nearest,
    nearest_of_lists,
    read_centres,
)
from crawl2clip.io.files import replacing
from crawl2clip.recipe import RecipeError

_ROWS = 8_192  # images at a time


def add(commands: Commands) -> None:
    """Register the command."""
    example = (
        "crawl2clip target-clusters imagenet.npy --centres centroids.npy --to imagenet_clusters.npy"
    )
    sub = commands.add("target-clusters", target_clusters, example)
    sub.add_argument("targets", help=".npy, .npz, .safetensors, or a Parquet table of embeddings")
    sub.add_argument("--centres", required=True, help="the file that assign_cluster is given")
    sub.add_argument("--to", required=True, help=".npy to write, for keep_clusters")
    sub.add_argument("--array", default="", help="name of the targets, if the file has several")
    sub.add_argument("--centres-array", default="", help="name of the centres, likewise")
    sub.add_argument("--embedding", default="image_embedding", help="column of a Parquet table")


def target_clusters(options: argparse.Namespace) -> int:
    """Find the clusters that contain given images, for DataComp's image-based filtering.

    The images are given by their embeddings, those of ImageNet for example, from the model that the
    centres were made with. A file is held in memory, a table is read in pieces; all cores are used.
    """
    try:
        centres = read_centres(options.centres, options.centres_array)
        found = [np.empty(0, np.int32), *_found(options, centres)]
    except (ValueError, FileNotFoundError) as error:
        raise RecipeError(str(error)) from None
    images = np.concatenate(found)
    clusters = np.unique(images[images >= 0])
    with replacing(options.to) as file:
        np.save(file, clusters)
    told = f"{len(images):,} images stand in {len(clusters):,} of {len(centres):,} clusters"
    out.print(f"{told}: {options.to}", soft_wrap=True, highlight=False)
    return OK


def _found(options: argparse.Namespace, centres: Floats) -> Iterator[Ints]:
    """Yield the clusters of the targets in pieces; -1 for one without an embedding."""
    if options.targets.endswith((".npy", ".npz", ".safetensors")):
        points = tensor_files.read(options.targets, options.array)
        if points.ndim != 2:
            raise ValueError(f"{options.targets} holds an array of {points.shape}, not of vectors")
        for start in range(0, len(points), _ROWS):
            yield nearest(points[start : start + _ROWS], centres)
        return
    for batch in _table(options.targets, options.embedding):
        yield nearest_of_lists(batch.column(0), centres).fill_null(-1).to_numpy()


def _table(path: str, column: str) -> Iterator[pa.RecordBatch]:
    filesystem, local = fsspec.core.url_to_fs(path)
    table = ds.dataset(local, filesystem=filesystem, format="parquet")
    if column not in table.schema.names:
        raise ValueError(f"{path} has no {column}; there are {', '.join(table.schema.names)}")
    return iter(table.to_batches(columns=[column], batch_size=_ROWS))
