"""Write Japanese captions."""

from random import Random

from crawl2clip.synthetic_web.languages.base import Language, number, tell_size, tell_texture
from crawl2clip.synthetic_web.scenes import Group

_NOUNS = {
    "circle": ("円", "丸"), "square": ("正方形", "四角"), "triangle": ("三角形",),
    "star": ("星",), "heart": ("ハート",), "diamond": ("ひし形",), "cross": ("十字",),
    "ring": ("輪", "リング"), "moon": ("三日月",), "arrow": ("矢印",), "hexagon": ("六角形",),
    "flower": ("花",),
}  # fmt: skip
_ADJECTIVES = {
    "red": "赤い", "orange": "オレンジ色の", "yellow": "黄色い", "green": "緑の", "blue": "青い",
    "purple": "紫の", "pink": "ピンクの", "brown": "茶色い", "black": "黒い", "white": "白い",
    "grey": "灰色の", "small": "小さな", "large": "大きな", "striped": "縞模様の",
    "dotted": "水玉模様の", "checked": "市松模様の",
}  # fmt: skip
_NUMBERS = ("一つ", "二つ", "三つ", "四つ", "五つ", "六つ")


def _thing(group: Group, random: Random) -> str:
    count = number(group.count, _NUMBERS, random)
    count = f"{count}個" if count.isdecimal() and count.isascii() else count
    size = _ADJECTIVES[group.size] if tell_size(group, random) else ""
    texture = _ADJECTIVES[group.texture] if tell_texture(group, random) else ""
    noun = random.choice(_NOUNS[group.shape])
    told = f"{count}の" if group.count > 1 or random.random() < 0.3 else ""
    return told + size + texture + _ADJECTIVES[group.colour] + noun


JAPANESE = Language(
    code="ja",
    thing=_thing,
    on=lambda colour, random: _ADJECTIVES[colour] + random.choice(("背景に", "背景の上に")),
    places={
        "middle": ("真ん中に", "中央に"),
        "left": ("左側に", "左の方に"),
        "right": ("右側に", "右の方に"),
        "top": ("上の方に", "上側に"),
        "bottom": ("下の方に", "下側に"),
    },
    one=(
        "{on}{thing}があります", "{on}描かれた{thing}", "{at}{thing}がある絵",
        "{on}{at}ある{thing}", "{on}{thing}がある画像です",
    ),
    row=(
        "左に{a}、右に{b}があります", "{a}の右に{b}がある絵", "{on}左は{a}、右は{b}です",
        "{b}の左に{a}があります",
    ),
    column=(
        "上に{a}、下に{b}があります", "{a}の下に{b}がある絵", "{on}上は{a}、下は{b}です",
        "{b}の上に{a}があります",
    ),
    full_stop="。",
    words=(*(noun for nouns in _NOUNS.values() for noun in nouns), *_ADJECTIVES.values()),
)  # fmt: skip
