import html
from dataclasses import replace

import open_clip
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from open_clip.tokenizer import _clean_lower

from crawl2clip.score.clip import models
from crawl2clip.score.clip.models import ModelChoice, check_choice, cleaned, load, parameters_sha256
from tests.score.tiny import Tiny, tiny


def test_preprocessing_comes_from_the_model(tiny_a: Tiny, tiny_b: ModelChoice) -> None:
    a, b = load(tiny_a.choice).spec, load(tiny_b).spec

    assert (a.size, a.resize_mode, a.interpolation) == ((32, 32), "shortest", "bicubic")
    assert (b.size, b.resize_mode, b.interpolation) == ((48, 48), "squash", "bilinear")
    assert b.mean == (0.5, 0.5, 0.5)


def test_the_context_is_the_models(tiny_a: Tiny, tiny_b: ModelChoice) -> None:
    assert load(tiny_a.choice).tokenize(["a dog"]).shape == (1, 77)
    assert load(tiny_b).tokenize(["a dog", ""]).shape == (2, 20)


def test_the_hash_is_of_the_parameters(tiny_a: Tiny, tmp_path) -> None:
    same, other = tiny(tmp_path, "tiny-a"), tiny(tmp_path, "tiny-a", seed=1)

    assert load(tiny_a.choice).sha256 == load(same.choice).sha256
    assert load(tiny_a.choice).sha256 != load(other.choice).sha256
    clip = open_clip.create_model("tiny-a", tiny_a.weights)
    assert parameters_sha256(clip) == load(tiny_a.choice).sha256
    with torch.no_grad():
        clip.text_projection[0, 0] += 1e-3
    assert parameters_sha256(clip) != load(tiny_a.choice).sha256


def test_openai_weights_get_the_activation_they_were_trained_with(monkeypatch) -> None:
    """ViT-B-32 is configured with GELU, and open_clip only warns when OpenAI's come into it."""
    seen = {}
    monkeypatch.setattr(open_clip, "create_model", lambda *a, **k: seen.update(k))

    for weights, quick in {"openai": True, "laion2b_s34b_b79k": False}.items():
        models._created("ViT-B-32", weights)
        assert seen["force_quick_gelu"] is quick


def test_a_checkpoint_is_not_unpickled(tiny_a: Tiny, tmp_path) -> None:
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("owned").touch, ())

    torch.save({"state_dict": {"x": Evil()}}, tmp_path / "evil.pt")

    with pytest.raises(Exception, match="Weights only load failed"):
        load(ModelChoice("tiny-a", str(tmp_path / "evil.pt"), tiny_a.config))
    assert not (tmp_path / "owned").exists()


def test_weights_may_be_named_by_the_start_of_their_hash(tiny_a: Tiny) -> None:
    sha256 = load(tiny_a.choice).sha256

    assert load(replace(tiny_a.choice, sha256=sha256[:16].upper())).sha256 == sha256
    with pytest.raises(ValueError, match=f"is not the model that was asked for.*{sha256}"):
        load(replace(tiny_a.choice, sha256="0" * 16))


def test_what_open_clip_does_not_know_is_told(tiny_a: Tiny) -> None:
    with pytest.raises(ValueError, match="can't load ViT-B-32 with no_such_tag"):
        load(ModelChoice("ViT-B-32", "no_such_tag"))
    with pytest.raises(ValueError, match="can't load no-such-model"):
        load(ModelChoice("no-such-model", tiny_a.weights))


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        (ModelChoice("ViT-B-32", ""), "weights needs"),
        (ModelChoice("x", "y.pt", "x.yaml"), "open_clip .json file"),
        (ModelChoice("x", "y.pt", sha256="abc"), "16 to 64 hex digits"),
        (ModelChoice("x", "y.pt", "/models/z.json"), "model must be 'z'"),
    ],
)
def test_a_wrong_choice_is_refused_before_anything_is_loaded(choice: ModelChoice, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_choice(choice)


def test_a_choice_is_shown_without_the_folders_of_a_machine() -> None:
    assert str(ModelChoice("ViT-B-32", "openai")) == "ViT-B-32/openai"
    assert str(ModelChoice("ViT-B-32", "/home/me/dfn.pt")) == "ViT-B-32/dfn.pt"
    assert str(ModelChoice("x", "hf-hub:apple/DFN-public")) == "hf-hub:apple/DFN-public"
    assert str(ModelChoice("x", "local-dir:/models/dfn")) == "dfn"


@given(st.one_of(st.text(), st.text(st.characters(max_codepoint=127)), st.text("a B&;\t.'\"-_")))
def test_plain_texts_are_cleaned_as_all_others(text: str) -> None:
    assert cleaned(text, _clean_lower) == _clean_lower(text)
    assert cleaned(html.escape(text), _clean_lower) == _clean_lower(html.escape(text))


def test_tokens_are_open_clips(tiny_a: Tiny) -> None:
    texts = [
        "",
        "A  Red\tdog",
        "Caf\u00e9 &amp; sons",
        "\u4e2d\u6587 \U0001f600",
        "x " * 200,
        "&#39;",
    ]

    assert torch.equal(load(tiny_a.choice).tokenize(texts), open_clip.tokenize(texts))


def test_a_word_of_a_megabyte_is_cut_and_memory_of_words_is_bounded(tiny_a, monkeypatch) -> None:
    monkeypatch.setattr(models, "MOST_WORDS", 10)
    tokenizer = models._tokenizer("tiny-a")

    tokens = tokenizer(["ab" * 500_000])
    for number in range(50):
        tokenizer([f"word{chr(97 + number % 26) * (number + 2)}"])

    assert tokens.shape == (1, 77)
    cache = tokenizer.__closure__[tokenizer.__code__.co_freevars.index("cache")]
    assert len(cache.cell_contents) <= 14
