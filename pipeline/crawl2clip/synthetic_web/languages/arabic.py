"""Write Arabic captions: two has a form of its own, three to six take the other gender."""

from random import Random

from crawl2clip.synthetic_web.languages.base import Language, joined, tell_size, tell_texture
from crawl2clip.synthetic_web.scenes import Group

# Gender, singular, dual, plural.
_NOUNS = {
    "circle": ("f", "دائرة", "دائرتان", "دوائر"), "square": ("m", "مربع", "مربعان", "مربعات"),
    "triangle": ("m", "مثلث", "مثلثان", "مثلثات"), "star": ("f", "نجمة", "نجمتان", "نجوم"),
    "heart": ("m", "قلب", "قلبان", "قلوب"), "diamond": ("m", "معين", "معينان", "معينات"),
    "cross": ("m", "صليب", "صليبان", "صلبان"), "ring": ("f", "حلقة", "حلقتان", "حلقات"),
    "moon": ("m", "هلال", "هلالان", "أهلة"), "arrow": ("m", "سهم", "سهمان", "أسهم"),
    "hexagon": ("m", "مسدس", "مسدسان", "مسدسات"), "flower": ("f", "زهرة", "زهرتان", "زهور"),
}  # fmt: skip
# Masculine and feminine singular, masculine and feminine dual.
_ADJECTIVES = {
    "red": ("أحمر", "حمراء", "أحمران", "حمراوان"),
    "yellow": ("أصفر", "صفراء", "أصفران", "صفراوان"),
    "green": ("أخضر", "خضراء", "أخضران", "خضراوان"),
    "blue": ("أزرق", "زرقاء", "أزرقان", "زرقاوان"),
    "black": ("أسود", "سوداء", "أسودان", "سوداوان"),
    "white": ("أبيض", "بيضاء", "أبيضان", "بيضاوان"),
}
_REGULAR = {
    "orange": "برتقالي", "purple": "بنفسجي", "pink": "وردي", "brown": "بني", "grey": "رمادي",
    "small": "صغير", "large": "كبير", "striped": "مخطط", "dotted": "منقط",
}  # fmt: skip
_THREE_TO_SIX = {"m": ("ثلاثة", "أربعة", "خمسة", "ستة"), "f": ("ثلاث", "أربع", "خمس", "ست")}


def _adjective(word: str, form: int) -> str:
    if word == "checked":
        return "بنقشة مربعات"
    if word in _ADJECTIVES:
        return _ADJECTIVES[word][form]
    return _REGULAR[word] + ("", "ة", "ان", "تان")[form]


def _thing(group: Group, random: Random) -> str:
    gender, *nouns = _NOUNS[group.shape]
    form = int(gender == "f") + 2 * (group.count == 2)
    count = ""
    if group.count > 2:  # the plural of things takes the feminine singular
        form, count = 1, _THREE_TO_SIX[gender][group.count - 3]
    size = _adjective(group.size, form) if tell_size(group, random) else ""
    texture = _adjective(group.texture, form) if tell_texture(group, random) else ""
    noun = nouns[min(group.count, 3) - 1]
    return joined(count, noun, _adjective(group.colour, form), size, texture)


ARABIC = Language(
    code="ar",
    thing=_thing,
    on=lambda colour, random: f"على خلفية {_adjective(colour, 1)}",
    places={
        "middle": ("في الوسط", "في المنتصف"),
        "left": ("على اليسار", "في الجهة اليسرى"),
        "right": ("على اليمين", "في الجهة اليمنى"),
        "top": ("في الأعلى", "في الجزء العلوي"),
        "bottom": ("في الأسفل", "في الجزء السفلي"),
    },
    one=(
        "{thing} {on}", "{thing} {at} {on}", "صورة فيها {thing} {on}", "في الصورة {thing} {at}",
        "رسم يظهر فيه {thing} {on}",
    ),
    row=(
        "{a} على اليسار و {b} على اليمين", "على اليمين {b} وعلى اليسار {a} {on}",
        "في الصورة {a} على اليسار ثم {b} على اليمين",
    ),
    column=(
        "{a} في الأعلى و {b} في الأسفل", "في الأسفل {b} وفي الأعلى {a} {on}",
        "في الصورة {a} في الأعلى ثم {b} في الأسفل",
    ),
)  # fmt: skip
