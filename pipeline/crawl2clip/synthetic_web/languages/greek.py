"""Write Greek captions."""

from random import Random

from crawl2clip.synthetic_web.languages.base import (
    Language,
    joined,
    number,
    tell_size,
    tell_texture,
)
from crawl2clip.synthetic_web.scenes import Group

_NOUNS = {
    "circle": ("m", "κύκλος", "κύκλοι"), "square": ("n", "τετράγωνο", "τετράγωνα"),
    "triangle": ("n", "τρίγωνο", "τρίγωνα"), "star": ("n", "αστέρι", "αστέρια"),
    "heart": ("f", "καρδιά", "καρδιές"), "diamond": ("m", "ρόμβος", "ρόμβοι"),
    "cross": ("m", "σταυρός", "σταυροί"), "ring": ("m", "δακτύλιος", "δακτύλιοι"),
    "moon": ("n", "μισοφέγγαρο", "μισοφέγγαρα"), "arrow": ("n", "βέλος", "βέλη"),
    "hexagon": ("n", "εξάγωνο", "εξάγωνα"), "flower": ("n", "λουλούδι", "λουλούδια"),
}  # fmt: skip
_STEMS = {
    "red": "κόκκιν", "yellow": "κίτριν", "green": "πράσιν", "black": "μαύρ", "white": "άσπρ",
    "large": "μεγάλ",
}  # fmt: skip
_INVARIABLE = {
    "orange": "πορτοκαλί", "blue": "μπλε", "purple": "μοβ", "pink": "ροζ", "brown": "καφέ",
    "grey": "γκρι", "striped": "ριγέ", "dotted": "πουά", "checked": "καρό",
}  # fmt: skip
_SMALL = {"m": "μικρός", "f": "μικρή", "n": "μικρό", "ms": "μικροί", "fs": "μικρές", "ns": "μικρά"}
_ENDINGS = {"m": "ος", "f": "η", "n": "ο", "ms": "οι", "fs": "ες", "ns": "α"}
_NUMBERS = {
    "m": ("ένας", "δύο", "τρεις", "τέσσερις", "πέντε", "έξι"),
    "f": ("μία", "δύο", "τρεις", "τέσσερις", "πέντε", "έξι"),
    "n": ("ένα", "δύο", "τρία", "τέσσερα", "πέντε", "έξι"),
}


def _adjective(word: str, form: str) -> str:
    if word == "small":
        return _SMALL[form]
    return _INVARIABLE[word] if word in _INVARIABLE else _STEMS[word] + _ENDINGS[form]


def _thing(group: Group, random: Random) -> str:
    gender, singular, plural = _NOUNS[group.shape]
    form = gender + "s" if group.count > 1 else gender
    size = _adjective(group.size, form) if tell_size(group, random) else ""
    texture = _adjective(group.texture, form) if tell_texture(group, random) else ""
    noun = plural if group.count > 1 else singular
    count = number(group.count, _NUMBERS[gender], random)
    return joined(count, size, _adjective(group.colour, form), noun, texture)


GREEK = Language(
    code="el",
    thing=_thing,
    on=lambda colour, random: f"σε {_adjective(colour, 'n')} φόντο",
    places={
        "middle": ("στο κέντρο", "στη μέση"),
        "left": ("αριστερά", "στην αριστερή πλευρά"),
        "right": ("δεξιά", "στη δεξιά πλευρά"),
        "top": ("πάνω", "στο πάνω μέρος"),
        "bottom": ("κάτω", "στο κάτω μέρος"),
    },
    one=(
        "{thing} {on}", "{thing} {at} {on}", "στην εικόνα: {thing} {on}",
        "εδώ φαίνεται {at}: {thing}", "ζωγραφιά: {thing} {on}",
    ),
    row=(
        "{a} αριστερά και {b} δεξιά", "αριστερά {a}, δεξιά {b} {on}", "δεξιά {b} και αριστερά {a}",
        "στην εικόνα αριστερά {a} και δεξιά {b}",
    ),
    column=(
        "{a} πάνω και {b} κάτω", "πάνω {a}, κάτω {b} {on}", "κάτω {b} και πάνω {a}",
        "στην εικόνα πάνω {a} και κάτω {b}",
    ),
)  # fmt: skip
