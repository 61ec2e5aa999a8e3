"""Arrays of numbers from files that others wrote, and nothing that could run."""

from pathlib import Path

import numpy as np
import pytest

from crawl2clip.filter.embeddings import tensor_files

MATRIX = np.arange(6, dtype=np.float32).reshape(2, 3)


def test_numpys_files_are_read_as_numpy_reads_them(tmp_path: Path) -> None:
    files = {
        "c.npy": lambda path: np.save(path, MATRIX),
        "f.npy": lambda path: np.save(path, np.asfortranarray(MATRIX)),
        "one.npz": lambda path: np.savez(path, only=MATRIX),
        "packed.npz": lambda path: np.savez_compressed(path, only=MATRIX.astype(np.float16)),
    }
    for name, save in files.items():
        save(tmp_path / name)
        path = str(tmp_path / name)

        assert tensor_files.shape(path) == (2, 3)
        assert np.array_equal(tensor_files.read(path), MATRIX), name


def test_safetensors_are_read_as_their_library_writes_them(tmp_path: Path) -> None:
    torch, library = pytest.importorskip("torch"), pytest.importorskip("safetensors.torch")
    tensor = torch.from_numpy(MATRIX)
    kinds = {"f": tensor, "h": tensor.half(), "b": tensor.bfloat16(), "i": tensor.long()}
    library.save_file(kinds, tmp_path / "x.safetensors", metadata={"made": "here"})

    for name in kinds:
        assert np.array_equal(tensor_files.read(str(tmp_path / "x.safetensors"), name), MATRIX), (
            name
        )


def test_of_several_arrays_one_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "two.npz")
    np.savez(path, b32_img=MATRIX, l14_img=MATRIX * 2)

    assert np.array_equal(tensor_files.read(path, "l14_img"), MATRIX * 2)
    with pytest.raises(ValueError, match="several arrays: say which; there are b32_img, l14_img"):
        tensor_files.read(path)
    with pytest.raises(ValueError, match="no array 'h14'; there are b32_img, l14_img"):
        tensor_files.shape(path, "h14")


def test_what_is_no_array_is_refused_in_a_line(tmp_path: Path) -> None:
    np.save(tmp_path / "objects.npy", np.array([{}], object), allow_pickle=True)
    np.save(tmp_path / "cut.npy", MATRIX)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "cut.npy").read_bytes()[:-4])
    (tmp_path / "text.npz").write_text("text")
    (tmp_path / "text.safetensors").write_text("a text of more than eight letters")
    (tmp_path / "short.safetensors").write_text("a")
    for name, message in {
        "objects.npy": "that is a pickle",
        "cut.npy": "cut off",
        "text.npz": "not a zip file",
        "text.safetensors": "not a safetensors file",
        "short.safetensors": "8 bytes",
        "no.npy": "there is no file",
        "c.pt": r"pickles \(.pt\) are not read",
    }.items():
        with pytest.raises(ValueError, match=message):
            tensor_files.read(str(tmp_path / name))
