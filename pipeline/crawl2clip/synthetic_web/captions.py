"""Write true captions of a scene, and texts that are no captions at all."""

from random import Random

from crawl2clip.synthetic_web.languages import LANGUAGES
from crawl2clip.synthetic_web.scenes import Scene

# Languages that do not put spaces between words: no word count says their texts are short or long.
UNSPACED = ("ja", "zh")

# The first is the commonest: it is on more pictures than a filter of shared texts lets pass.
BOILERPLATE = (
    "image", "Photo of the day", "logo", "1920x1080", "IMG_1234.jpg", "Click to enlarge",
    "thumbnail", "DSC00042", "Loading...", "advertisement banner here",
)  # fmt: skip


def caption(scene: Scene, lang: str, random: Random) -> str:
    """Return a true caption of the scene in the language, one of many wordings."""
    language = LANGUAGES[lang]
    things = [language.thing(group, random) for group in scene.groups]
    slots = {"on": language.on(scene.ground_colour, random)}
    if len(things) == 1:
        place = scene.groups[0].place
        template = random.choice(language.one)
        slots |= {"thing": things[0], "at": random.choice(language.places[place])}
    else:
        template = random.choice(language.row if scene.arrangement == "row" else language.column)
        slots |= {"a": things[0], "b": things[1]}
    return _dressed(template.format(**slots), language.full_stop, random)


def _dressed(text: str, full_stop: str, random: Random) -> str:
    dress = random.random()
    text = text[0].upper() + text[1:] if dress < 0.6 else text
    return text + full_stop if dress < 0.2 else text


def other_caption(scene: Scene, others: list[Scene], lang: str, random: Random) -> str:
    """Return a caption of another scene with no shape or colour in common, so a false one."""
    shown = {word for group in scene.groups for word in (group.shape, group.colour)}
    strange = [o for o in others if not shown & _words(o)]
    return caption(random.choice(strange), lang, random)


def _words(scene: Scene) -> set[str]:
    return {word for group in scene.groups for word in (group.shape, group.colour)}


def short_text(scene: Scene, lang: str, random: Random) -> str:
    """Return the last one or two words of a thing in the scene: true, but hardly a caption."""
    thing = LANGUAGES[lang].thing(scene.groups[0], random)
    return " ".join(thing.split()[-2:])


def long_text(scene: Scene, lang: str, random: Random) -> str:
    """Concatenate true captions of the scene until there are more than 20 words."""
    text = ""
    while len(text.split()) <= 20:
        text = f"{text} {caption(scene, lang, random).rstrip('.।')}.".strip()
    return text


def rare_text(random: Random) -> str:
    """Return words that no dictionary has, as machines put into alt texts."""
    letters = "".join(random.choice("bcdfghjklmnpqrstvwxyz") for _ in range(12))
    serial = random.randrange(10**6)
    return f"image_tid {serial}&id {letters}&cache {random.randrange(10)}"
