"""Read WordNet's own `dict` files without a library.

wordnet = WordNet(wordnet_folder())
wordnet.synsets("dogs")[0].gloss       # 'a member of the genus Canis (probably ...'
"""

from crawl2clip.shared.wordnet.database import Synset, WordNet
from crawl2clip.shared.wordnet.folder import wordnet_folder
from crawl2clip.shared.wordnet.names import synset_names

__all__ = ["Synset", "WordNet", "synset_names", "wordnet_folder"]
