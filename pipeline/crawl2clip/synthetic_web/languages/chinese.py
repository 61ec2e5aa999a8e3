"""Write Chinese captions, in simplified characters."""

from random import Random

from crawl2clip.synthetic_web.languages.base import Language, number, tell_size, tell_texture
from crawl2clip.synthetic_web.scenes import Group

# Measure word, noun.
_NOUNS = {
    "circle": ("个", "圆形"), "square": ("个", "正方形"), "triangle": ("个", "三角形"),
    "star": ("颗", "星星"), "heart": ("颗", "爱心"), "diamond": ("个", "菱形"),
    "cross": ("个", "十字"), "ring": ("个", "圆环"), "moon": ("个", "月牙"),
    "arrow": ("个", "箭头"), "hexagon": ("个", "六边形"), "flower": ("朵", "花"),
}  # fmt: skip
_ADJECTIVES = {
    "red": "红色", "orange": "橙色", "yellow": "黄色", "green": "绿色", "blue": "蓝色",
    "purple": "紫色", "pink": "粉色", "brown": "棕色", "black": "黑色", "white": "白色",
    "grey": "灰色", "small": "小小的", "large": "很大的", "striped": "条纹", "dotted": "圆点",
    "checked": "格子",
}  # fmt: skip
_NUMBERS = ("一", "两", "三", "四", "五", "六")


def _thing(group: Group, random: Random) -> str:
    measure, noun = _NOUNS[group.shape]
    size = _ADJECTIVES[group.size] if tell_size(group, random) else ""
    texture = _ADJECTIVES[group.texture] if tell_texture(group, random) else ""
    of = random.choice(("", "的"))
    count = number(group.count, _NUMBERS, random)
    return count + measure + size + _ADJECTIVES[group.colour] + texture + of + noun


CHINESE = Language(
    code="zh",
    thing=_thing,
    on=lambda colour, random: _ADJECTIVES[colour] + random.choice(("背景上", "的背景上")),
    places={
        "middle": ("中间", "正中央"),
        "left": ("左边", "左侧"),
        "right": ("右边", "右侧"),
        "top": ("上方", "顶部"),
        "bottom": ("下方", "底部"),
    },
    one=(
        "{on}有{thing}", "{on}的{thing}", "图片{at}有{thing}", "这张图画的是{on}的{thing}",
        "{on}，{at}有{thing}",
    ),
    row=(
        "左边是{a}，右边是{b}", "{a}在左边，{b}在右边", "{on}，左边有{a}，右边有{b}",
        "右边是{b}，左边是{a}的图片",
    ),
    column=(
        "上面是{a}，下面是{b}", "{a}在上方，{b}在下方", "{on}，上面有{a}，下面有{b}",
        "下面是{b}，上面是{a}的图片",
    ),
    full_stop="。",
    words=(*(noun for _, noun in _NOUNS.values()), *_ADJECTIVES.values()),
)  # fmt: skip
