import re
from random import Random

import pytest
from PIL import ImageDraw

from crawl2clip.synthetic_web.captions import (
    caption,
    long_text,
    other_caption,
    rare_text,
    short_text,
)
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.languages import LANGUAGES
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.scenes import COLOURS, SHAPES, Group, Scene, random_scene

# Written by hand: one, two, three and five; digits may stand for the word.
PHRASES = {
    "en": ("a green star", "two green stars", "three green stars", "five green stars"),
    "de": ("ein grüner Stern", "zwei grüne Sterne", "drei grüne Sterne", "fünf grüne Sterne"),
    "fr": ("une étoile verte", "deux étoiles vertes", "trois étoiles vertes",
           "cinq étoiles vertes"),
    "es": ("una estrella verde", "dos estrellas verdes", "tres estrellas verdes",
           "cinco estrellas verdes"),
    "pt": ("uma estrela verde", "duas estrelas verdes", "três estrelas verdes",
           "cinco estrelas verdes"),
    "ru": ("зелёная звезда", "две зелёные звезды", "три зелёные звезды", "пять зелёных звёзд"),
    "el": ("ένα πράσινο αστέρι", "δύο πράσινα αστέρια", "τρία πράσινα αστέρια",
           "πέντε πράσινα αστέρια"),
    "ja": ("緑の星", "二つの緑の星", "三つの緑の星", "五つの緑の星"),
    "zh": ("一颗绿色星星", "两颗绿色星星", "三颗绿色星星", "五颗绿色星星"),
    "ar": ("نجمة خضراء", "نجمتان خضراوان", "ثلاث نجوم خضراء", "خمس نجوم خضراء"),
    "hi": ("एक हरा तारा", "दो हरे तारे", "तीन हरे तारे", "पाँच हरे तारे"),
}  # fmt: skip
NUMBERS = {"a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
SYNONYMS = {
    "disc": "circle", "rhombus": "diamond", "hoop": "ring", "crescent": "moon",
    "blossom": "flower", "gray": "grey", "violet": "purple", "rhombuse": "diamond",
    "crosse": "cross",
}  # fmt: skip


def test_all_languages_count_and_agree():
    assert set(PHRASES) == set(LANGUAGES)
    for code, phrases in PHRASES.items():
        for count, phrase in zip((1, 2, 3, 5), phrases, strict=True):
            group = Group("star", "green", count)
            said = {LANGUAGES[code].thing(group, rng(code, i)) for i in range(60)}
            assert phrase in said
            assert said <= _wordings(code, count, phrase), said


@pytest.mark.parametrize("number", range(60))
def test_english_captions_tell_the_count_colour_and_shape_of_every_group(number):
    scene = random_scene("s", rng("true", number))

    text = caption(scene, "en", rng("words", number)).lower()

    # Whatever number, colour and shape stand together must be those of a group of the scene.
    shown = {(group.count, group.colour, group.shape) for group in scene.groups}
    assert _groups(text) == shown


def test_left_and_right_above_and_below_are_not_mixed_up():
    red, blue = Group("circle", "red"), Group("square", "blue")
    row = Scene("s", (red, blue), "row", "plain", "white", 300, 300)
    column = Scene("s", (red, blue), "column", "plain", "white", 300, 300)

    for i in range(100):
        text = caption(row, "en", rng("row", i)).lower()
        left_of = re.search(r"(circle|disc) (to the )?left of|(circle|disc) on the left", text)
        right_of = re.search(r"square (to the )?right of|square on the right", text)
        assert left_of or right_of or re.search(r"beside|next to", text), text
        text = caption(column, "en", rng("column", i)).lower()
        above = re.search(r"(circle|disc) (above|over|at the top)", text)
        assert above or re.search(r"square (below|under)", text), text


def test_a_mismatched_caption_shares_no_shape_and_no_colour():
    scenes = [random_scene(f"s{i}", rng("others", i)) for i in range(100)]
    for i, scene in enumerate(scenes[:40]):
        false = _groups(other_caption(scene, scenes, "en", rng("false", i)).lower())
        assert not {g.shape for g in scene.groups} & {shape for _, _, shape in false}
        assert not {g.colour for g in scene.groups} & {colour for _, colour, _ in false}


def test_texts_are_short_long_and_strange():
    scene = random_scene("s", rng("scene"))

    assert len(short_text(scene, "en", rng(1)).split()) == 2
    assert 20 < len(long_text(scene, "ru", rng(1)).split()) <= 40
    assert re.fullmatch(r"image_tid \d+&id [a-z]{12}&cache \d", rare_text(rng(1)))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_as_many_shapes_are_drawn_as_the_scene_says(count):
    group = Group("circle", "yellow", count)
    scene = Scene("s", (group,), "row", "plain", "blue", 330, 260)

    assert _blobs(draw(scene, Random(1)), "yellow") == count


def test_every_shape_is_drawn_in_its_colour_and_apart_from_the_others():
    pictures = set()
    for shape in SHAPES:
        scene = Scene("s", (Group(shape, "red", size="large"),), "row", "plain", "white", 120, 120)
        picture = draw(scene, Random(1))
        red = [_near(pixel, COLOURS["red"]) for pixel in picture.get_flattened_data()]
        assert 0.08 < sum(red) / len(red) < 0.65, shape
        pictures.add(picture.tobytes())
    assert len(pictures) == len(SHAPES)


def test_the_first_group_of_a_row_is_on_the_left_and_of_a_column_above():
    red, blue = Group("circle", "red"), Group("circle", "blue")
    row = draw(Scene("s", (red, blue), "row", "plain", "white", 300, 300), Random(1))
    column = draw(Scene("s", (red, blue), "column", "plain", "white", 300, 300), Random(1))

    assert _near(row.getpixel((80, 150)), COLOURS["red"])
    assert _near(row.getpixel((220, 150)), COLOURS["blue"])
    assert _near(column.getpixel((150, 80)), COLOURS["red"])
    assert _near(column.getpixel((150, 220)), COLOURS["blue"])


def _wordings(code: str, count: int, phrase: str) -> set[str]:
    """The phrase, and what it may be instead: digits for the number, and a word less or more."""
    if code == "ja":
        return {phrase, "緑の星", "一つの緑の星"} if count == 1 else {phrase, f"{count}個の緑の星"}
    if code == "zh":
        both = {phrase, f"{count}{phrase[1:]}"} if count > 1 else {phrase}
        return both | {text.replace("色星", "色的星") for text in both}
    first = phrase.split(" ", 1)[0]
    return {phrase, phrase.replace(first, str(count))} if count > 1 and code != "ar" else {phrase}


def _groups(text: str) -> set[tuple[int, str, str]]:
    """Number, colour and shape of each 'three striped red stars' in the text."""
    words = [SYNONYMS.get(word, word) for word in re.findall(r"\w+", text)]
    groups = set()
    for at, word in enumerate(words):
        shape = SYNONYMS.get(word.removesuffix("s"), word.removesuffix("s"))
        shape = word if word in SHAPES else shape
        if shape in SHAPES:
            counts = [
                NUMBERS.get(w) or (int(w) if w.isdigit() else 0) for w in words[max(0, at - 4) : at]
            ]
            count = [number for number in counts if number][-1]
            groups.add((count, words[at - 1], shape))
    return groups


def _near(pixel, colour) -> bool:
    return sum(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 60


def _blobs(picture, colour: str) -> int:
    """How many separate patches of the colour there are: each is painted over as it is found."""
    found = 0
    for y in range(0, picture.height, 6):
        for x in range(0, picture.width, 6):
            if _near(picture.getpixel((x, y)), COLOURS[colour]):
                found += 1
                ImageDraw.floodfill(picture, (x, y), (0, 0, 0), thresh=150)
    return found
