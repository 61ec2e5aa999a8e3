"""Define every column that a pair can have: its type and its meaning.

Names follow DataComp and img2dataset, so that their tables can be used as sources. Suffixes give
the unit: `_px _bytes _seconds _score _prob _count`.
"""

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    DataType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)


def _array(**fields: DataType) -> ArrayType:
    """Return the type of an array of non-null structs with these fields."""
    struct = StructType([StructField(name, kind) for name, kind in fields.items()])
    return ArrayType(struct, containsNull=False)


COLUMNS: dict[str, tuple[DataType, str]] = {
    # extract
    "uid": (StringType(), "32 hex digits: md5 of url, NUL, text; the pair's identity"),
    "url": (StringType(), "absolute URL of the image"),
    "text": (StringType(), "caption candidate, white space collapsed"),
    "text_source": (StringType(), "where on the page the text was found: alt, title, ..."),
    "page_url": (StringType(), "URL of the page that shows the image"),
    "warc_file": (
        StringType(),
        "path of the archive with the page, without user or signature; its name in a WAT file",
    ),
    "warc_offset": (LongType(), "byte offset of the page's record in the archive"),
    "warc_date": (TimestampType(), "when the page was captured"),
    "problem": (StringType(), "why this row is no pair, as 'kind: detail'; null for a good pair"),
    "url_raw": (StringType(), "the link as the page writes it, character references decoded"),
    "url_source": (StringType(), "where on the page the link was found: src, srcset, lazy, ..."),
    "url_candidates": (
        _array(url=StringType(), width=IntegerType(), density=DoubleType()),
        "all URLs the page gives for the image, url first, each with the width in px and the "
        "pixel density stated in srcset; null if there is only url",
    ),
    "canonical_url": (
        StringType(),
        "key for finding duplicates: url as https, without fragment, tracking and resizing "
        "parameters",
    ),
    "text_fixed": (StringType(), "text with mojibake repaired; null where that changes nothing"),
    "page_title": (StringType(), "title of the page, at most 1,000 characters"),
    "heading": (StringType(), "nearest heading before the image, at most 1,000 characters"),
    "licence": (StringType(), "absolute URL of the first licence the page links to"),
    "html_width": (IntegerType(), "width in px that the page declares for the image"),
    "html_height": (IntegerType(), "height in px that the page declares for the image"),
    "warc_length": (LongType(), "bytes of the page's record as stored; null if it shares a member"),
    "warc_record_id": (StringType(), "WARC-Record-ID of the page's record, as <urn:...>"),
    "opt_out": (
        _array(signal=StringType(), agent=StringType(), directive=StringType()),
        "opt-outs stated by the page: signal (x-robots-tag, meta, tdm-header, "
        "tdm-meta), agent ('*' for all) and directive; null if there are none",
    ),
    # language
    "lang": (StringType(), "most likely language, ISO 639; null for a text without letters"),
    "lang_score": (FloatType(), "probability of lang, 0 to 1"),
    "lang_reliable": (BooleanType(), "whether CLD3 relies on lang; null where it gives none"),
    "laion_split": (
        StringType(),
        "the subset of LAION-5B that a pair belongs to: en, multi or nolang",
    ),
    "text_clean": (StringType(), "text repaired by ftfy, printable characters only, as in LAION"),
    # ids that other data sets use for a pair
    "cc2dataset_uid": (StringType(), "hex MD5 of text, then url"),
    "laion_uid": (StringType(), "hex MD5 of url, then text: LAION-5B's"),
    "laion_hash": (LongType(), "first half of MurmurHash3 x64 128 of url, then text"),
    "metaclip_id": (StringType(), "first 24 hex digits of the SHA-224 of url"),
    # match, balance
    "entry_lang": (
        StringType(),
        "language of the entry list that was matched; null if there is none",
    ),
    "entry_ids": (ArrayType(IntegerType(), containsNull=False), "matched entries, ascending"),
    "keep_prob": (DoubleType(), "probability with which balancing keeps the pair, 0 to 1"),
    # fetch
    "image": (BinaryType(), "encoded bytes of the image, resized"),
    "width": (IntegerType(), "width of `image` in px"),
    "height": (IntegerType(), "height of `image` in px"),
    "original_width": (IntegerType(), "width in px before resizing"),
    "original_height": (IntegerType(), "height in px before resizing"),
    "sha256": (StringType(), "hex SHA-256 of the downloaded bytes"),
    "sha1": (StringType(), "hex SHA-1 of the same bytes"),
    "md5": (StringType(), "hex MD5 of the same bytes"),
    "original_bytes": (LongType(), "number of downloaded bytes"),
    "original_format": (
        StringType(),
        "format of the downloaded image: JPEG, PNG, WEBP, GIF, BMP or AVIF",
    ),
    # dedup
    "phash": (BinaryType(), "PDQ hash of `image`, 32 bytes, and colours of a mosaic, 48 bytes"),
    # score
    "clip_score": (FloatType(), "cosine of image and text by CLIP, -1 to 1"),
    "clip_score_model": (
        StringType(),
        "model, weights, and the first digits of the parameters' SHA-256",
    ),
    "multilingual_score": (FloatType(), "cosine of image and text by a multilingual CLIP, -1 to 1"),
    "multilingual_score_model": (StringType(), "model and weights, as in clip_score_model"),
    "dfn_score": (FloatType(), "cosine of image and text by a data filtering network, -1 to 1"),
    "dfn_score_model": (StringType(), "model and weights, as in clip_score_model"),
    "image_embedding": (ArrayType(FloatType(), containsNull=True), "unit vector of the image"),
    "text_embedding": (ArrayType(FloatType(), containsNull=True), "unit vector of the text"),
    # filter
    "image_cluster": (IntegerType(), "index of the centre nearest to the image"),
    # enrich
    "knowledge_text": (
        StringType(),
        "text ; phrase , gloss: the caption with the meaning of a phrase; null if none is found",
    ),
    "knowledge_phrases": (
        ArrayType(StringType()),
        "the defined phrases, the one in the fewest captions first; null if there are none",
    ),
    "knowledge_glosses": (ArrayType(StringType()), "the definition of each phrase"),
    "knowledge_sources": (
        ArrayType(StringType()),
        "the source of each definition: table, wiktionary or wordnet",
    ),
    # shard
    "shard_path": (StringType(), "path of the tar"),
    "shard_pairs": (LongType(), "number of samples in the tar"),
    "shard_bytes": (LongType(), "size of the tar in bytes"),
    "shard_sha256": (StringType(), "hex SHA-256 of the tar"),
}


def columns(*names: str) -> StructType:
    """Return the named columns as a StructType whose fields carry their meaning as a comment.

    Raises KeyError for a name that is not in COLUMNS.
    """
    return StructType([_field(name, *COLUMNS[name]) for name in names])


def struct(*names: str) -> StructType:
    """Return the named columns as a StructType without comments: a UDF's result carries none."""
    return StructType([StructField(name, COLUMNS[name][0]) for name in names])


def _field(name: str, kind: DataType, meaning: str) -> StructField:
    return StructField(name, kind, metadata={"comment": meaning})
