"""WordNet's own `dict` files, read without a library. Knows nothing of Spark.

wordnet = WordNet(wordnet_folder())
wordnet.synsets("dogs")[0].gloss       # 'a member of the genus Canis (probably ...'
"""

from pipeline.wordnet.database import Synset, WordNet
from pipeline.wordnet.folder import wordnet_folder

__all__ = ["Synset", "WordNet", "wordnet_folder"]
