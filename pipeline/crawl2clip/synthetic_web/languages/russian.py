"""Write Russian captions: two to four take the genitive singular, five and more the plural."""

from random import Random

from crawl2clip.synthetic_web.languages.base import (
    Language,
    joined,
    number,
    tell_size,
    tell_texture,
)
from crawl2clip.synthetic_web.scenes import Group

# Gender, nominative, genitive singular, genitive plural.
_NOUNS = {
    "circle": ("m", "круг", "круга", "кругов"),
    "square": ("m", "квадрат", "квадрата", "квадратов"),
    "triangle": ("m", "треугольник", "треугольника", "треугольников"),
    "star": ("f", "звезда", "звезды", "звёзд"),
    "heart": ("n", "сердце", "сердца", "сердец"),
    "diamond": ("m", "ромб", "ромба", "ромбов"),
    "cross": ("m", "крест", "креста", "крестов"),
    "ring": ("n", "кольцо", "кольца", "колец"),
    "moon": ("m", "полумесяц", "полумесяца", "полумесяцев"),
    "arrow": ("f", "стрелка", "стрелки", "стрелок"),
    "hexagon": ("m", "шестиугольник", "шестиугольника", "шестиугольников"),
    "flower": ("m", "цветок", "цветка", "цветков"),
}
_STEMS = {
    "red": "красн", "orange": "оранжев", "yellow": "жёлт", "green": "зелён", "blue": "син",
    "purple": "фиолетов", "pink": "розов", "brown": "коричнев", "black": "чёрн",
    "white": "бел", "grey": "сер", "striped": "полосат", "checked": "клетчат",
    "small": "маленьк", "large": "больш",
}  # fmt: skip
# Nominative m, f, n and plural; genitive plural; prepositional.
_FORMS = ("m", "f", "n", "plural", "genitive", "on")
_HARD = dict(zip(_FORMS, ("ый", "ая", "ое", "ые", "ых", "ом"), strict=True))
_SOFT = dict(zip(_FORMS, ("ий", "яя", "ее", "ие", "их", "ем"), strict=True))
_VELAR = _HARD | {"m": "ий", "plural": "ие", "genitive": "их"}
_ENDINGS = {"blue": _SOFT, "small": _VELAR, "large": _VELAR | {"m": "ой"}}


def _adjective(word: str, form: str) -> str:
    return _STEMS[word] + _ENDINGS.get(word, _HARD)[form]


def _thing(group: Group, random: Random) -> str:
    gender, *nouns = _NOUNS[group.shape]
    form, noun = gender, nouns[0]
    if group.count > 1:
        form = "plural" if gender == "f" and group.count < 5 else "genitive"
        noun = nouns[1] if group.count < 5 else nouns[2]
    size = _adjective(group.size, form) if tell_size(group, random) else ""
    texture, dots = "", ""
    if tell_texture(group, random):
        dots = "в горошек" if group.texture == "dotted" else ""
        texture = "" if dots else _adjective(group.texture, form)
    count = number(group.count, ("", "две" if gender == "f" else "два", "три", "четыре", "пять",
                                 "шесть"), random)  # fmt: skip
    return joined(count, size, texture, _adjective(group.colour, form), noun, dots)


RUSSIAN = Language(
    code="ru",
    thing=_thing,
    on=lambda colour, random: f"на {_adjective(colour, 'on')} фоне",
    places={
        "middle": ("в центре", "посередине"),
        "left": ("слева", "у левого края"),
        "right": ("справа", "у правого края"),
        "top": ("вверху", "у верхнего края"),
        "bottom": ("внизу", "у нижнего края"),
    },
    one=(
        "{thing} {on}", "{thing} {at} {on}", "на картинке {at} {thing}",
        "рисунок: {thing} {on}", "здесь изображено: {thing} {on}",
    ),
    row=(
        "слева {a}, справа {b}", "{a} слева и {b} справа {on}", "справа {b}, а слева {a}",
        "на картинке слева {a}, а справа {b}",
    ),
    column=(
        "вверху {a}, внизу {b}", "{a} сверху и {b} снизу {on}", "внизу {b}, а вверху {a}",
        "на картинке вверху {a}, а внизу {b}",
    ),
)  # fmt: skip
