"""Keep captions that name an object of ImageNet's vocabulary."""

from pyspark.sql import SparkSession

from crawl2clip.filter.blocklists.imagenet_synsets import has_listed_synset, read_offsets
from crawl2clip.shared.wordnet import wordnet_folder
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage


@stage
class TextEntity(Judging):
    """Keep texts with a word whose first WordNet meaning is one of `synsets`.

    DataComp's text-based filtering (Gadre et al. 2023, sec. 5.3), next to `lang = 'en'`, exactly as
    in its code: words are separated by white space and keep their punctuation, so "dog." is not a
    word; WordNet ignores case and knows "dogs"; only the first meaning of a word counts, nouns
    before verbs; and offsets are compared without the part of speech, so a verb can pass for a
    noun.

    synsets: a list with one n02084071 or 2084071 per line; by default the 21,843 of ImageNet-21K
    that the package timm carries. WordNet 3.0 must be on every executor (`WNSEARCHDIR`, or the
    package wn).

    Cost: no shuffle. A worker holds WordNet's index, 100 MB, and looks up each distinct word once.
    """

    reads = ("text",)
    files = ("synsets",)
    depends = ("timm", "wn")  # carry the synsets and WordNet
    main = "synsets"

    synsets: str = ""

    def check(self) -> None:
        read_offsets(self.synsets)
        wordnet_folder()

    def judged(self) -> Judged:
        shared = SparkSession.active().sparkContext.broadcast(read_offsets(self.synsets))
        return Judged(("text",), lambda texts: has_listed_synset(texts, shared.value))
