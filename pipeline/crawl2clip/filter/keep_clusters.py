"""Pictures that stand among those one cares for."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.embeddings import tensor_files
from crawl2clip.stage import Filter, stage


@stage
class KeepClusters(Filter):
    """Keep images of the clusters whose numbers the file holds; those without a cluster go.

    The second half of DataComp's image-based filtering (Gadre et al. 2023, sec. 5.3): the clusters
    are those that some image of ImageNet-1k is nearest to. `crawl2clip target-clusters` writes the
    file from embeddings of any images. clusters: .npy, .npz or .safetensors, one dimension of whole
    numbers; array: which one, if the file has several.
    """

    reads = ("image_cluster",)
    files = ("clusters",)
    main = "clusters"

    clusters: str
    array: str = ""

    def check(self) -> None:
        shape = tensor_files.shape(self.clusters, self.array)
        if len(shape) != 1:
            raise ValueError(f"{self.clusters} holds an array of {shape}; it wants a list")

    def keep(self) -> Column:
        found = tensor_files.read(self.clusters, self.array)
        if found.dtype.kind not in "iu":
            raise ValueError(f"{self.clusters} holds {found.dtype}; clusters have whole numbers")
        return listed(np.unique(found))("image_cluster")


def listed(numbers: NDArray[Any]) -> Callable[[str], Column]:
    """A function of a column: whether it is one of the numbers; null where it is null.

    A condition with tens of thousands of literals would take Spark longer than the pairs.
    """
    shared = SparkSession.active().sparkContext.broadcast(numbers)

    @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
    def found(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for clusters in batches:
            verdicts = np.isin(clusters.fill_null(-1).to_numpy(), shared.value)
            yield pa.array(verdicts, mask=clusters.is_null().to_numpy(zero_copy_only=False))

    function: Callable[[str], Column] = found
    return function
