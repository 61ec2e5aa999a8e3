"""Versions of the installed libraries whose results end in rows."""

import platform
import sys
from collections.abc import Iterable
from importlib import metadata

# They carry bytes, or call code, or compute what is the same by definition.
NO_ROWS = frozenset(
    {
        *("aiohttp", "botocore", "fsspec", "requests", "s3fs", "urllib3"),
        *("py4j", "yaml", "xxhash"),
    }
)
# All jobs hang on them, and their patch releases mend what does not work; where two minor releases
# differ, in rounding, casts or Unicode, rows may too.
MINOR = frozenset({"python", "numpy", "pandas", "pyarrow", "pyspark", "torch", "torchvision"})

# Distributions whose names differ from those of their modules in more than case, - and _.
DISTRIBUTIONS = {
    "PIL": ("pillow",),
    "cv2": ("opencv-python-headless", "opencv-python"),
    "fasttext": ("fasttext", "fasttext-predict"),
    "gcld3": ("cld3-py", "gcld3"),
    "open_clip": ("open_clip_torch",),
}
NOT_INSTALLED = "not installed"


def versions(modules: Iterable[str], declared: Iterable[str] = ()) -> dict[str, str]:
    """Return the versions of Python, of the modules' libraries, and of those declared.

    Nothing is imported. modules: top-level names. declared: names of distributions. Modules of the
    standard library and of `NO_ROWS` are left out.
    """
    others = {*modules} - sys.stdlib_module_names - NO_ROWS
    wanted = {name: DISTRIBUTIONS.get(name, (name,)) for name in others}
    wanted |= {name: (name,) for name in declared}
    found = [_installed(name, names) for name, names in wanted.items()]
    return dict(sorted([("python", _cut("python", platform.python_version())), *found]))


def _installed(module: str, names: tuple[str, ...]) -> tuple[str, str]:
    """Return the distribution's name, in the form that PyPI gives it, and its version."""
    for name in names:
        try:
            return _plain(name), _cut(module, metadata.version(name))
        except metadata.PackageNotFoundError:
            continue
    return _plain(names[0]), NOT_INSTALLED


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _cut(module: str, version: str) -> str:
    """Return the version without +cpu or +cu126, the machine's own; of some without the patch."""
    public = version.partition("+")[0]
    return ".".join(public.split(".")[:2]) if module in MINOR else public
