"""MetaCLIP's normal form of texts and entries: words between single blanks."""

SEPARATORS = ",.;:?!`"
BLANKS = "\t\n\r"


def spaced(text: str) -> str:
    """The text as entries are looked for in it: each separator a word, the borders blank.

    MetaCLIP (Xu et al. 2023), substr_matching: case-sensitive, nothing else is normalised; blanks
    are not collapsed, so "New York, City" has two after the comma and "dog's" is one word.
    """
    for separator in SEPARATORS:
        if separator in text:  # most texts have none: the test is cheaper than the copy
            text = text.replace(separator, f" {separator} ")
    for blank in BLANKS:
        if blank in text:
            text = text.replace(blank, " ")
    return f" {text} "


def key(entry: str) -> str:
    """What must stand in the spaced text for the entry to match.

    The entry itself is not spaced, so one that holds a separator ("St. Louis") never matches.
    """
    return f" {entry} "
