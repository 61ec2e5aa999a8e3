"""Write Portuguese captions."""

from crawl2clip.synthetic_web.languages.base import Language
from crawl2clip.synthetic_web.languages.romance import invariable, like_e, like_o, thing

_NOUNS = {
    "circle": ("m", "círculo", "círculos"), "square": ("m", "quadrado", "quadrados"),
    "triangle": ("m", "triângulo", "triângulos"), "star": ("f", "estrela", "estrelas"),
    "heart": ("m", "coração", "corações"), "diamond": ("m", "losango", "losangos"),
    "cross": ("f", "cruz", "cruzes"), "ring": ("m", "anel", "anéis"),
    "moon": ("f", "lua", "luas"), "arrow": ("f", "seta", "setas"),
    "hexagon": ("m", "hexágono", "hexágonos"), "flower": ("f", "flor", "flores"),
}  # fmt: skip
_ADJECTIVES = {
    "red": like_o("vermelh"),
    "orange": invariable("laranja"),
    "yellow": like_o("amarel"),
    "green": like_e("verde", "verdes"),
    "blue": like_e("azul", "azuis"),
    "purple": like_o("rox"),
    "pink": invariable("cor-de-rosa"),
    "brown": like_e("marrom", "marrons"),
    "black": like_o("pret"),
    "white": like_o("branc"),
    "grey": invariable("cinza"),
    "small": like_o("pequen"),
    "large": like_e("grande", "grandes"),
    "striped": like_o("listrad"),
    "dotted": invariable("de bolinhas"),
    "checked": invariable("xadrez"),
}
_NUMBERS = ("dois/duas", "três", "quatro", "cinco", "seis")

PORTUGUESE = Language(
    code="pt",
    thing=thing(_NOUNS, _ADJECTIVES, ("um", "uma"), _NUMBERS),
    on=lambda colour, random: f"sobre {random.choice(('', 'um '))}fundo {_ADJECTIVES[colour][0]}",
    places={
        "middle": ("no centro", "no meio"),
        "left": ("à esquerda", "do lado esquerdo"),
        "right": ("à direita", "do lado direito"),
        "top": ("em cima", "na parte de cima"),
        "bottom": ("embaixo", "na parte de baixo"),
    },
    one=(
        "{thing} {on}", "{thing} {at} {on}", "imagem com {thing} {on}",
        "aqui há {thing} {at}", "desenho que mostra {thing} {on}",
    ),
    row=(
        "{a} à esquerda e {b} à direita", "{a} à esquerda, {b} à direita {on}",
        "à direita {b} e à esquerda {a}", "imagem com {a} ao lado de {b}",
    ),
    column=(
        "{a} acima de {b}", "{b} abaixo de {a} {on}", "{a} em cima e {b} embaixo {on}",
        "imagem com {a} em cima e {b} embaixo",
    ),
)  # fmt: skip
