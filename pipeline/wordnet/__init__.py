"""WordNet's own `dict` files, read without a library. Knows nothing of Spark.

wordnet = WordNet(wordnet_folder())
wordnet.synsets("dogs")[0].gloss       # 'a member of the genus Canis (probably ...'
"""

from pipeline.wordnet.database import Synset, WordNet
from pipeline.wordnet.folder import wordnet_folder
from pipeline.wordnet.names import synset_names

__all__ = ["Synset", "WordNet", "synset_names", "wordnet_folder"]
