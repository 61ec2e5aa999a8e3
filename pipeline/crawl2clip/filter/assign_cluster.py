"""Where among the pictures of a pool a picture stands."""

from pyspark.sql import DataFrame

from crawl2clip.filter.embeddings import nearest_centroid as centres
from crawl2clip.spark.arrow_step import Added, Make
from crawl2clip.stage import Adding, stage


@stage
class AssignCluster(Adding):
    """Add the number of the centre that the image's embedding is nearest to; null without one.

    The first half of DataComp's image-based filtering (Gadre et al. 2023, sec. 5.3): images of
    CommonPool fall into 100,000 clusters by k-means on OpenAI's ViT-L/14, and the nearest centre is
    that of the largest inner product. keep_clusters draws the line.

    centres: .npy, .npz or .safetensors, (clusters, dimensions), such as DataComp publishes for its
    pools, which are first to be saved by numpy; array: which one, if the file has several.
    embedding: the column, by the same model as the centres.

    No shuffle. Centres are broadcast, 300 MB for 100,000 of 768, and each embedding is multiplied
    with all of them: some 500 images a second a core.
    """

    reads = ("uid",)
    adds = ("image_cluster",)
    files = ("centres",)
    main = "centres"

    centres: str
    array: str = ""
    embedding: str = "image_embedding"

    def check(self) -> None:
        centres.check_centres(self.centres, self.array)

    def added(self, pairs: DataFrame) -> Added:
        known = centres.read_centres(self.centres, self.array)
        shared = pairs.sparkSession.sparkContext.broadcast(known)

        def ready() -> Make:
            return lambda embeddings: [centres.nearest_of_lists(embeddings, shared.value)]

        return Added((self.embedding,), self.adds, ready)
