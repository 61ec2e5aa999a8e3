"""The shards serve those they are for: the webdataset package, and open_clip's training loader."""

from pathlib import Path

import open_clip
import pytest
import torch
import webdataset
from open_clip_train.data import get_data
from open_clip_train.params import parse_args
from torchvision.transforms.functional import to_tensor

from crawl2clip.shard.webdataset.tar import Sample, write_sizes, write_tar
from tests.shard.test_tar import picture

CAPTIONS = {0: ["a red dog", "ein Hund."], 1: ["собака", "v1.5 of a cat", "two\nlines"]}
KNOWLEDGE = {
    "a red dog": "a red dog ; dog , a mammal.",
    "v1.5 of a cat": "v1.5 of a cat ; cat , x.",
}


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    sizes = {}
    for shard, texts in CAPTIONS.items():
        samples = [
            Sample(picture(), "jpg", text, {"uid": str(i)}, KNOWLEDGE.get(text))
            for i, text in enumerate(texts)
        ]
        written = write_tar(samples, str(folder), shard)
        sizes[Path(written.path).name] = written.pairs
    write_sizes(sizes, str(folder))
    return folder


def test_webdataset_finds_every_pair_whole(shards: Path) -> None:
    samples = list(
        webdataset.WebDataset(sorted(map(str, shards.glob("*.tar"))), shardshuffle=False).decode(
            "rgb8"
        )
    )

    assert [sample["txt"] for sample in samples] == [
        t for texts in CAPTIONS.values() for t in texts
    ]
    assert {sample["__key__"] for sample in samples} == {s["json"]["key"] for s in samples}
    assert all(sample["jpg"].shape == (4, 4, 3) for sample in samples)


def test_webdataset_finds_knowledge_beside_the_caption(shards: Path) -> None:
    samples = webdataset.WebDataset(sorted(map(str, shards.glob("*.tar"))), shardshuffle=False)

    found = {
        s["txt"].decode(): s["knowledge.txt"].decode() for s in samples if "knowledge.txt" in s
    }

    assert found == KNOWLEDGE


def test_open_clip_trains_on_them_and_knows_their_number(shards: Path) -> None:
    words = "--dataset-type webdataset --batch-size 5 --workers 1 --model ViT-B-32"
    args = parse_args(["--train-data", f"{shards}/{{00000..00001}}.tar", *words.split()])
    args.world_size, args.distributed = 1, False
    tokenizer = open_clip.get_tokenizer("ViT-B-32")

    train = get_data(args, (to_tensor, to_tensor), epoch=0, tokenizer=tokenizer)["train"]

    assert train.dataloader.num_samples == 5
    [(images, tokens)] = list(train.dataloader)
    assert images.shape == (5, 3, 4, 4)
    expected = tokenizer([text for texts in CAPTIONS.values() for text in texts])
    assert torch.equal(*(_sorted(t) for t in (tokens, expected)))


def _sorted(tokens: torch.Tensor) -> torch.Tensor:
    return tokens[sorted(range(len(tokens)), key=lambda i: tokens[i].tolist())]
