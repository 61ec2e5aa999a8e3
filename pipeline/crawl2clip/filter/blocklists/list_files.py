"""Read the lists that users supply: domains, words, hashes; one entry per line."""

import gzip

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq


def read_list(path: str) -> list[str]:
    """Return the entries of a list in file order, with surrounding white space removed.

    A text file in UTF-8 holds one entry per line; empty lines and lines starting with # are
    skipped, and a path ending in .gz is decompressed. A file ending in .parquet has one column of
    strings. A list may be empty. Raises ValueError if the file does not exist or is of another
    kind.
    """
    try:
        return _of_parquet(path) if path.endswith(".parquet") else _of_text(path)
    except FileNotFoundError:
        raise ValueError(
            f"there is no list {path}; expected a text file with one entry per line"
        ) from None
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, pa.ArrowInvalid) as error:
        raise ValueError(f"{path} is not a list: {error}") from None


def _of_text(path: str) -> list[str]:
    with fsspec.open(path, "rt", encoding="utf-8-sig", compression="infer") as file:
        lines = [line.strip() for line in file]
    return [line for line in lines if line and not line.startswith("#")]


def _of_parquet(path: str) -> list[str]:
    with fsspec.open(path, "rb") as file:
        table = pq.read_table(file)
    if table.num_columns != 1 or not pa.types.is_string(table.schema[0].type):
        raise ValueError(f"{path} needs one column of texts, not {table.schema.names}")
    return [entry for entry in table[0].to_pylist() if entry is not None]
