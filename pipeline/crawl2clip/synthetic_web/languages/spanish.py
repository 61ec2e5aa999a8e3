"""Write Spanish captions."""

from crawl2clip.synthetic_web.languages.base import Language
from crawl2clip.synthetic_web.languages.romance import invariable, like_e, like_o, thing

_NOUNS = {
    "circle": ("m", "círculo", "círculos"), "square": ("m", "cuadrado", "cuadrados"),
    "triangle": ("m", "triángulo", "triángulos"), "star": ("f", "estrella", "estrellas"),
    "heart": ("m", "corazón", "corazones"), "diamond": ("m", "rombo", "rombos"),
    "cross": ("f", "cruz", "cruces"), "ring": ("m", "anillo", "anillos"),
    "moon": ("f", "luna", "lunas"), "arrow": ("f", "flecha", "flechas"),
    "hexagon": ("m", "hexágono", "hexágonos"), "flower": ("f", "flor", "flores"),
}  # fmt: skip
_ADJECTIVES = {
    "red": like_o("roj"),
    "orange": invariable("naranja"),
    "yellow": like_o("amarill"),
    "green": like_e("verde", "verdes"),
    "blue": like_e("azul", "azules"),
    "purple": like_o("morad"),
    "pink": invariable("rosa"),
    "brown": like_e("marrón", "marrones"),
    "black": like_o("negr"),
    "white": like_o("blanc"),
    "grey": like_e("gris", "grises"),
    "small": like_o("pequeñ"),
    "large": like_e("grande", "grandes"),
    "striped": invariable("a rayas"),
    "dotted": invariable("de lunares"),
    "checked": invariable("a cuadros"),
}

SPANISH = Language(
    code="es",
    thing=thing(_NOUNS, _ADJECTIVES, ("un", "una"), ("dos", "tres", "cuatro", "cinco", "seis")),
    on=lambda colour, random: f"sobre {random.choice(('', 'un '))}fondo {_ADJECTIVES[colour][0]}",
    places={
        "middle": ("en el centro", "en el medio"),
        "left": ("a la izquierda", "en el lado izquierdo"),
        "right": ("a la derecha", "en el lado derecho"),
        "top": ("arriba", "en la parte superior"),
        "bottom": ("abajo", "en la parte inferior"),
    },
    one=(
        "{thing} {on}", "{thing} {at} {on}", "imagen con {thing} {on}",
        "aquí hay {thing} {at}", "dibujo que muestra {thing} {on}",
    ),
    row=(
        "{a} a la izquierda y {b} a la derecha", "{a} a la izquierda, {b} a la derecha {on}",
        "a la derecha {b} y a la izquierda {a}", "imagen con {a} al lado de {b}",
    ),
    column=(
        "{a} encima de {b}", "{b} debajo de {a} {on}", "{a} arriba y {b} abajo {on}",
        "imagen con {a} arriba y {b} abajo",
    ),
)  # fmt: skip
