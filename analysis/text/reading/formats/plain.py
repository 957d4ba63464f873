"""Plain text and Markdown: the text exactly as written, and the front matter that may open it."""

import hashlib
import re

import yaml

from analysis.core.strict_yaml import refuse_traps
from analysis.text.reading.decoding import decode
from analysis.text.reading.formats.rows import HALF, as_text
from analysis.text.reading.records import ReadError, Record

_FENCE = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)", re.MULTILINE)
_LONGEST = 10_000  # characters of front matter; a rule further down is a rule


def read_plain(data: bytes, kind: str = "txt") -> Record:
    """The text in `data`, as `decode` gives it, with the keys of its YAML front matter as metadata.

    Front matter is a block between two lines ``---`` at the very top that is a YAML mapping. It stays part of the text,
    and ``body`` says where it ends. A block that is no mapping is kept as text and noted. Values stay as written
    (``no`` is a language, ``007`` an issue); lists and mappings become JSON. Raises `ReadError` for an empty text.
    """
    text, encoding = decode(data)
    metadata, body, problems = front_matter(text)
    if not text[body:].strip():
        raise ReadError("is empty: put text into it, or leave it out")
    return Record(text, kind, encoding, hashlib.sha256(data).hexdigest(), "", metadata, problems, body)


def front_matter(text: str) -> tuple[dict[str, str], int, tuple[str, ...]]:
    """The keys of the front matter of `text`, the offset of what follows it, and why a block was not taken for one."""
    fence = _FENCE.match(text)
    closing = _CLOSING.search(text, fence.end(), fence.end() + _LONGEST) if fence else None
    if not fence or not closing:
        return {}, 0, ()
    block = text[fence.end() : closing.start()]
    try:
        refuse_traps(block, yaml.BaseLoader)
        keys = yaml.load(block, Loader=yaml.BaseLoader)  # the safe loader that leaves every scalar as written
        if not isinstance(keys, dict):
            raise yaml.YAMLError("it is not a mapping of keys to values")
        metadata = {str(key): as_text(value) for key, value in keys.items()}
        if HALF.search("".join(map("".join, metadata.items()))):
            raise yaml.YAMLError("it holds half a character")
    except (yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        return {}, 0, (f"opens with a block that is not YAML front matter ({reason}): read as text",)
    return metadata, closing.end(), ()
