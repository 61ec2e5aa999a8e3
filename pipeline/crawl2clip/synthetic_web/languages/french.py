"""Write French captions."""

from crawl2clip.synthetic_web.languages.base import Language
from crawl2clip.synthetic_web.languages.romance import invariable, thing

_NOUNS = {
    "circle": ("m", "cercle", "cercles"), "square": ("m", "carré", "carrés"),
    "triangle": ("m", "triangle", "triangles"), "star": ("f", "étoile", "étoiles"),
    "heart": ("m", "cœur", "cœurs"), "diamond": ("m", "losange", "losanges"),
    "cross": ("f", "croix", "croix"), "ring": ("m", "anneau", "anneaux"),
    "moon": ("f", "lune", "lunes"), "arrow": ("f", "flèche", "flèches"),
    "hexagon": ("m", "hexagone", "hexagones"), "flower": ("f", "fleur", "fleurs"),
}  # fmt: skip
_ADJECTIVES = {
    "red": ("rouge", "rouge", "rouges", "rouges"),
    "orange": invariable("orange"),
    "yellow": ("jaune", "jaune", "jaunes", "jaunes"),
    "green": ("vert", "verte", "verts", "vertes"),
    "blue": ("bleu", "bleue", "bleus", "bleues"),
    "purple": ("violet", "violette", "violets", "violettes"),
    "pink": ("rose", "rose", "roses", "roses"),
    "brown": invariable("marron"),
    "black": ("noir", "noire", "noirs", "noires"),
    "white": ("blanc", "blanche", "blancs", "blanches"),
    "grey": ("gris", "grise", "gris", "grises"),
    "small": ("petit", "petite", "petits", "petites"),
    "large": ("grand", "grande", "grands", "grandes"),
    "striped": ("rayé", "rayée", "rayés", "rayées"),
    "dotted": invariable("à pois"),
    "checked": invariable("à carreaux"),
}

FRENCH = Language(
    code="fr",
    thing=thing(_NOUNS, _ADJECTIVES, ("un", "une"), ("deux", "trois", "quatre", "cinq", "six")),
    on=lambda colour, random: f"sur {random.choice(('', 'un '))}fond {_ADJECTIVES[colour][0]}",
    places={
        "middle": ("au centre", "au milieu"),
        "left": ("à gauche", "sur le côté gauche"),
        "right": ("à droite", "sur le côté droit"),
        "top": ("en haut", "tout en haut"),
        "bottom": ("en bas", "tout en bas"),
    },
    one=(
        "{thing} {on}", "{thing} {at} {on}", "image avec {thing} {on}",
        "voici {thing} {at}", "dessin représentant {thing} {on}",
    ),
    row=(
        "{a} à gauche et {b} à droite", "{a} à gauche, {b} à droite {on}",
        "à droite {b} et à gauche {a}", "image avec {a} à gauche et {b} à droite",
    ),
    column=(
        "{a} en haut et {b} en bas", "{a} au-dessus, {b} en dessous {on}",
        "en bas {b} et en haut {a}", "image avec {a} en haut et {b} en bas",
    ),
)  # fmt: skip
