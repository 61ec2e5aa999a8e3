"""Assign each image to the nearest of a given set of cluster centres."""

from pyspark.sql import DataFrame

from crawl2clip.filter.embeddings import nearest_centroid as centres
from crawl2clip.spark.arrow_step import Added, Make
from crawl2clip.stage import Adding, stage


@stage
class AssignCluster(Adding):
    """Add the index of the centre nearest to the image's embedding; null without an embedding.

    The first half of DataComp's image-based filtering (Gadre et al. 2023, sec. 5.3): the images of
    CommonPool are clustered into 100,000 clusters by k-means on embeddings of OpenAI's ViT-L/14,
    and the nearest centre is the one with the largest inner product. keep_clusters then filters by
    cluster.

    centres: a .npy, .npz or .safetensors file of shape (clusters, dimensions). DataComp publishes
    such centres for its pools, which must first be saved with numpy. array: the array to use if the
    file holds several. embedding: the column of embeddings, from the model that the centres were
    made with.

    Cost: no shuffle. The centres are broadcast (300 MB for 100,000 of 768 dimensions), and each
    embedding is multiplied with all of them: about 500 images a second per core.
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
