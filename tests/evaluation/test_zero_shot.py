"""Evaluation of a small model of random weights, against open_clip's own classifier."""

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch

from crawl2clip.__main__ import main
from crawl2clip.evaluation.evaluation_sets import EvaluationSet
from crawl2clip.evaluation.zero_shot import classifier, evaluate_set, openai, prompt, text_vectors
from crawl2clip.scaling.results_table import points, read
from crawl2clip.score.clip.models import LoadedModel, load
from tests.score.tiny import Tiny, tiny
from tests.training.drawn import captions, colours, drawn


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return tiny(tmp_path_factory.mktemp("model"), "tiny-a")


@pytest.fixture(scope="module")
def model(files: Tiny) -> LoadedModel:
    return load(files.choice)


@pytest.fixture(scope="module")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return colours(tmp_path_factory.mktemp("sets") / "colours", 60)


def tarred(folder: Path, members: dict[str, bytes], name: str = "0.tar") -> Path:
    """A folder with one tar of those members, one level down."""
    (folder / "test").mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / "test" / name, "w") as tar:
        for member, content in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return folder


def test_classes_are_what_open_clips_own_classifier_makes_of_them(model: LoadedModel) -> None:
    names, templates = ["red dog", "blue cat", "a {thing}"], openai()

    found = classifier(model, names, templates, batch=7)

    with torch.no_grad():
        theirs = open_clip.build_zero_shot_classifier(
            model.clip, model.tokenize, names, open_clip.OPENAI_IMAGENET_TEMPLATES
        )
    assert len(templates) == 80
    np.testing.assert_allclose(found, theirs.T.numpy(), atol=2e-6)


def test_accuracy_is_that_of_open_clips_own_preprocessing_and_classifier(
    files: Tiny, model: LoadedModel, coloured: Path
) -> None:
    of = EvaluationSet.of(coloured)
    _, _, transform = open_clip.create_model_and_transforms(files.name, files.weights)
    with torch.no_grad():
        classes = open_clip.build_zero_shot_classifier(
            model.clip,
            model.tokenize,
            of.classnames,
            [t.replace("{c}", "{}") for t in of.templates],
        )
        right = [
            int((model.clip.encode_image(_seen(transform, s.image)) @ classes).argmax()) == s.label
            for s in of.samples()
        ]

    found = evaluate_set(model, of, batch=9)

    assert found["samples"] == len(right) > 20
    assert found["acc1"] == pytest.approx(np.mean(right))


def _seen(transform: object, image: bytes) -> torch.Tensor:
    from PIL import Image

    return transform(Image.open(io.BytesIO(image)).convert("RGB")).unsqueeze(0)  # type: ignore[operator]


def test_tars_and_a_folder_of_the_same_set_are_the_same(
    model: LoadedModel, coloured: Path, tmp_path: Path
) -> None:
    of = EvaluationSet.of(coloured)
    members: dict[str, bytes] = {}
    for number, sample in enumerate(of.samples()):
        members[f"s{number:04d}.png"] = sample.image
        members[f"s{number:04d}.cls"] = str(sample.label).encode()
        members[f"s{number:04d}.json"] = b"{}"
    folder = tarred(tmp_path / "tars", members)
    (folder / "classnames.txt").write_text("\n".join(of.classnames))

    same = EvaluationSet.of(folder)

    assert same.task == of.task == "zeroshot_classification"
    assert evaluate_set(model, same, of.templates) == evaluate_set(model, of)


def test_a_picture_with_several_captions_is_retrieved_by_any_of_them(
    model: LoadedModel, tmp_path: Path
) -> None:
    shown = list(drawn("caption", 12))
    members = {}
    for number, each in enumerate(shown):
        picture = io.BytesIO()
        each.picture.save(picture, "PNG")
        members[f"{number:02d}.png"] = picture.getvalue()
        members[f"{number:02d}.txt"] = f"{each.text}\n\n a picture, {each.text} \n".encode()
    of = EvaluationSet.of(tarred(tmp_path / "set", members))

    found = evaluate_set(model, of, batch=5)

    assert [len(sample.captions) for sample in of.samples()] == [2] * 12
    assert of.task == "zeroshot_retrieval"
    assert found["samples"] == 12
    assert found["text_retrieval_recall@1"] <= found["text_retrieval_recall@5"] < 1.01  # type: ignore[operator]
    assert found["image_retrieval_recall@10"] in [n / 24 for n in range(25)]


def test_a_members_key_ends_at_its_first_dot_and_its_extension_has_any_case(tmp_path: Path) -> None:
    of = EvaluationSet.of(tarred(tmp_path, {
        "a/1.PNG": b"x", "a/1.TXT": b"one\n", "alone.txt": b"no picture",
        "b/1.seg.png": b"y", "b/1.jpg": b"z", "b/1.txt": b"two",
    }))  # fmt: skip

    assert [(s.image, s.captions) for s in of.samples()] == [(b"x", ("one",)), (b"z", ("two",))]


@pytest.mark.parametrize(("template", "made"), [
    ("a {c}.", "a dog."), ("a {}.", "a dog."), ("{x} {c} {c}", "{x} dog dog"),
])  # fmt: skip
def test_the_name_stands_for_the_mark_and_no_other_brace_matters(template: str, made: str) -> None:
    assert prompt(template, "dog") == made


def test_a_template_without_a_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="has no"):
        prompt("a dog", "dog")


@pytest.mark.parametrize(("members", "why"), [
    ({"1.png": b"x"}, "its class must be 0 to 1, not None"),
    ({"1.png": b"x", "1.cls": b"2"}, "not 2"),
    ({"1.png": b"x", "1.cls": b"-1"}, "not None"),
    ({"1.png": b"no picture", "1.cls": b"1"}, "1: starts with"),
    ({"1.cls": b"1"}, "no images"),
])  # fmt: skip
def test_a_part_of_a_set_is_not_that_set(
    model: LoadedModel, tmp_path: Path, members: dict[str, bytes], why: str
) -> None:
    folder = tarred(tmp_path, members)
    (folder / "classnames.txt").write_text("dog\ncat\n")

    with pytest.raises(ValueError, match=why):
        evaluate_set(model, EvaluationSet.of(folder))


def test_pictures_without_captions_or_a_folder_that_is_not_there_are_refused(
    model: LoadedModel, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(ValueError, match="has no caption"):
        evaluate_set(model, EvaluationSet.of(tmp_path))
    with pytest.raises(ValueError, match="there is none"):
        EvaluationSet.of(tmp_path / "nowhere")


def test_class_names_must_be_as_many_as_folders(coloured: Path, tmp_path: Path) -> None:
    for name in ("dogs", "cats"):
        (tmp_path / name).mkdir()
    (tmp_path / "classnames.txt").write_text("a dog\n")

    with pytest.raises(ValueError, match="1 names, 2 folders"):
        EvaluationSet.of(tmp_path)


def test_vectors_do_not_depend_on_the_batch(model: LoadedModel) -> None:
    texts = [each.text for each in drawn("x", 11)]

    one, whole = text_vectors(model, texts, 1), text_vectors(model, texts, 64)

    np.testing.assert_allclose(one, whole, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-6)


def test_the_command_appends_a_line_for_each_set_that_the_law_can_read(
    files: Tiny, coloured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = [str(coloured), str(captions(tmp_path / "captions", 8))]
    table = tmp_path / "new" / "results.jsonl"
    options = ["--model", files.name, "--weights", files.weights, "--model-config", files.config]
    for seen in ("1e6", "1e7"):
        with pytest.raises(SystemExit) as end:
            more = [
                "--to",
                str(table),
                "--samples-seen",
                seen,
                "--data",
                "drawn",
                "--device",
                "cpu",
            ]
            main(["evaluate", *sets, *options, *more])
        assert end.value.code == 0

    lines = [json.loads(line) for line in table.read_text().splitlines()]
    assert [line["downstream_dataset"] for line in lines] == ["colours", "captions"] * 2
    assert {line["arch"] for line in lines} == {"tiny-a"}
    assert lines[0]["gmacs_total"] == pytest.approx(lines[0]["gmacs"] * 1e6)
    [small, large] = points(read(str(table)), "colours", "acc1")
    assert large.compute == pytest.approx(10 * small.compute)
    assert small.error == pytest.approx(1 - lines[0]["acc1"])


@pytest.mark.parametrize("options", [
    "--model tiny-a", "--weights openai", "--run nowhere", "--run nowhere --model ViT-B-32",
    "--model tiny-a --weights x.pt --templates nowhere.txt",
    "--model ViT-Q-32 --weights x.pt",
])  # fmt: skip
def test_what_can_not_be_meant_is_refused_in_one_line(
    options: str, coloured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = str(tmp_path / "results.jsonl")

    with pytest.raises(SystemExit) as end:
        main(["evaluate", str(coloured), *options.split(), "--to", to, "--device", "cpu"])

    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not Path(to).exists()
