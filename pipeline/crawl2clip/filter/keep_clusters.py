"""Keep images of chosen clusters."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from crawl2clip.filter.embeddings import tensor_files
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage


@stage
class KeepClusters(Judging):
    """Keep images whose cluster is listed in the file; images without a cluster are dropped.

    The second half of DataComp's image-based filtering (Gadre et al. 2023, sec. 5.3), which keeps
    the clusters that are nearest to some image of ImageNet-1k. `crawl2clip target-clusters` writes
    the file from embeddings of any images. clusters: a .npy, .npz or .safetensors file, one
    dimension of integers; array: the array to use if the file holds several.
    """

    reads = ("image_cluster",)
    files = ("clusters",)
    main = "clusters"

    clusters: str
    array: str = ""

    def check(self) -> None:
        shape = tensor_files.shape(self.clusters, self.array)
        if len(shape) != 1:
            raise ValueError(f"{self.clusters} holds an array of {shape}; expected a list")

    def judged(self) -> Judged:
        found = tensor_files.read(self.clusters, self.array)
        if found.dtype.kind not in "iu":
            raise ValueError(f"{self.clusters} holds {found.dtype}; clusters have whole numbers")
        shared = SparkSession.active().sparkContext.broadcast(np.unique(found))
        return Judged(("image_cluster",), lambda clusters: listed(clusters, shared.value))


def listed(clusters: pa.Array, numbers: NDArray[Any]) -> pa.BooleanArray:
    """Return whether each is one of the numbers; null where it is null.

    A Spark condition with tens of thousands of literals would take longer than the filtering
    itself.
    """
    verdicts = np.isin(clusters.fill_null(-1).to_numpy(), numbers)
    return pa.array(verdicts, mask=clusters.is_null().to_numpy(zero_copy_only=False))
