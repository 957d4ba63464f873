"""Plain text and Markdown, with optional YAML front matter."""

import hashlib
import re

import yaml

from analysis.core.strict_yaml import refuse_traps
from analysis.text.reading.decoding import decode
from analysis.text.reading.formats.rows import LONE_SURROGATE, as_text
from analysis.text.reading.records import ReadError, Record

_FENCE = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)", re.MULTILINE)
_LONGEST = 10_000  # characters of front matter


def read_plain(data: bytes, kind: str = "txt") -> Record:
    """Read the text in `data`, with the keys of its YAML front matter as metadata.

    Front matter is a YAML mapping between two lines ``---`` at the very top. It stays part of the text, and ``body``
    is where it ends. A block that is not a mapping is kept as text and noted. Values stay as written (``no``,
    ``007``); lists and mappings become JSON. Raises `ReadError` for an empty text.
    """
    text, encoding = decode(data)
    metadata, body, problems = front_matter(text)
    if not text[body:].strip():
        raise ReadError("is empty: put text into it, or leave it out")
    return Record(text, kind, encoding, hashlib.sha256(data).hexdigest(), "", metadata, problems, body)


def front_matter(text: str) -> tuple[dict[str, str], int, tuple[str, ...]]:
    """The metadata in the front matter of `text`, the offset of its end, and why a block is not front matter."""
    fence = _FENCE.match(text)
    closing = _CLOSING.search(text, fence.end(), fence.end() + _LONGEST) if fence else None
    if not fence or not closing:
        return {}, 0, ()
    block = text[fence.end() : closing.start()]
    try:
        refuse_traps(block, yaml.BaseLoader)
        keys = yaml.load(block, Loader=yaml.BaseLoader)  # a safe loader that leaves scalars as written
        if not isinstance(keys, dict):
            raise yaml.YAMLError("it is not a mapping of keys to values")
        metadata = {str(key): as_text(value) for key, value in keys.items()}
        if LONE_SURROGATE.search("".join(map("".join, metadata.items()))):
            raise yaml.YAMLError("it holds half a character")
    except (yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        return {}, 0, (f"opens with a block that is not YAML front matter ({reason}): read as text",)
    return metadata, closing.end(), ()
