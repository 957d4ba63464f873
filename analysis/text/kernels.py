"""The words of the frequency scheme, and their types, for many documents at once.

What a token is, is defined more readably in ``tests/text/reference_words.py``, which this equals token for token.
Documents are cut at blanks into parts of a cache's size; the cores share them; each numbers the distinct surfaces
that it meets; and Python's own work, composition and the case of other letters than ASCII, is done once for each
distinct surface.
"""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.text.characters import APOSTROPHES, HYPHENS, SOFT_HYPHEN, character_classes
from analysis.text.compiled import compiled
from analysis.text.interning import SHORT, Table, empty_table, intern, merge, renumber, strings
from analysis.text.scanner import ADDRESS, scan

PART = 1 << 17  # characters that are scanned together, about what the second-level cache holds
LONGEST = np.iinfo(np.int32).max  # characters of a document: positions are int32
CHARACTERS_PER_TOKEN = 5  # a guess on the low side at how much room is needed: memory not written to costs nothing
SHARE = 1 << 20  # characters below which another thread does not pay

# The first of each is what the others become.
_VARIANTS = {c: characters[0] for characters in (APOSTROPHES, HYPHENS) for c in characters[1:]} | {SOFT_HYPHEN: None}
_TO_PLAIN = str.maketrans(_VARIANTS)
_VARIANT = re.compile("|".join(map(re.escape, _VARIANTS)))


class Words(NamedTuple):
    """The tokens of documents: token ``k`` of document ``d`` is ``vocabulary[ids[offsets[d] + k]]``.

    ``vocabulary``: the types (str), in the order in which the documents first use them. ``ids``, ``start``, ``end``
    (int32): one of each a token; positions are characters of its document, so ``text[start:end]`` is its surface.
    ``offsets`` (int64): one more than there are documents; document ``d`` has tokens ``offsets[d]`` up to
    ``offsets[d + 1]``.
    """

    vocabulary: NDArray[np.object_]
    ids: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    offsets: NDArray[np.int64]


class Counts(NamedTuple):
    """How often documents use words, as the arrays of a sparse matrix in CSR form, one row a document.

    ``scipy.sparse.csr_array((counts, indices, indptr))`` is the matrix; column ``i`` is ``vocabulary[i]``. Within a
    row the columns stand in the order in which the document first uses them.
    """

    vocabulary: NDArray[np.object_]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    counts: NDArray[np.int32]


class _Part(NamedTuple):
    """A stretch of a document."""

    document: int
    text: str
    first: int
    last: int


class _Found(NamedTuple):
    """What one thread found in its share of the documents; `table` has the surfaces."""

    table: Table
    ids: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    document: NDArray[np.int64]  # of each part
    sizes: NDArray[np.int64]  # tokens in each part


def find_words(texts: Sequence[str], *, lowercase: bool = True, emoji: bool = True) -> Words:
    """Find the tokens of the frequency scheme in every text.

    A token is a run of letters, marks and digits, joined by single inner apostrophes, hyphens, underscores, zero-width
    joiners, and full stops where they are inside a word (``U.S.``, ``p.m.``, ``mp3.com``); a number with its inner
    separators and a percent sign (``3,500``, ``10:30``, ``24/7``, ``12.5%``); a URL, an e-mail address, a #tag or a
    @name; an emoji sequence (not with ``emoji=False``). Its type is `fold` of its surface, in lower case unless
    `lowercase` is false. The result does not depend on the number of threads. It takes 12 bytes a token, the work 15 to
    25, by what the allocator gives back. Raises ``ValueError`` for a text of more than 2,147,483,647 characters.

    >>> words = find_words(["Azm‑e‑Istehkam isn’t new.", "It isn't AZM-E-ISTEHKAM!"])
    >>> words.vocabulary.tolist(), words.ids.tolist()
    (['azm-e-istehkam', "isn't", 'new', 'it'], [0, 1, 2, 3, 1, 0])
    >>> words.start.tolist(), words.end.tolist(), words.offsets.tolist()
    ([0, 15, 21, 0, 3, 9], [14, 20, 24, 2, 8, 23], [0, 3, 6])
    """
    found = _find_all(texts, lowercase=lowercase, emoji=emoji, spans=True)
    vocabulary, ids = _number_types(found, lowercase=lowercase)
    start = _joined([share.start for share in found])
    end = _joined([share.end for share in found])
    return Words(vocabulary, ids, start, end, _offsets(found))


def count_words(texts: Sequence[str], *, lowercase: bool = True, emoji: bool = True) -> Counts:
    """Count the types in every text: `find_words` without the places.

    >>> counts = count_words(["To be or not to be", "", "be"])
    >>> counts.vocabulary.tolist(), counts.indptr.tolist()
    (['to', 'be', 'or', 'not'], [0, 4, 4, 5])
    >>> counts.indices.tolist(), counts.counts.tolist()
    ([0, 1, 2, 3, 1], [2, 2, 1, 1, 1])
    """
    found = _find_all(texts, lowercase=lowercase, emoji=emoji, spans=False)
    vocabulary, ids = _number_types(found, lowercase=lowercase)
    indptr, counts = _count_rows(ids, _offsets(found), len(vocabulary))
    ids.resize(len(counts), refcheck=False)
    return Counts(vocabulary, indptr, ids, counts)


def fold(pattern: str, *, lowercase: bool = True) -> str:
    """The type of a surface: every way to write one word, as one string.

    Soft hyphens go, apostrophes become ``'`` and hyphens ``-``; then Unicode's composed form (NFC) and lower case.
    URLs, e-mail addresses, #tags and @names keep their case, and everything does with ``lowercase=False``.

    >>> fold("Don’t"), fold("AZM‑E‑ISTEHKAM"), fold("E\u0301tat") == fold("état"), fold("#MeToo")
    ("don't", 'azm-e-istehkam', True, '#MeToo')
    """
    folded = unicodedata.normalize("NFC", pattern.translate(_TO_PLAIN) if _VARIANT.search(pattern) else pattern)
    if not lowercase or _is_address(pattern):
        return folded
    return unicodedata.normalize("NFC", folded.lower())  # once more: ǰ is one letter, its capital J̌ two


def _is_address(surface: str) -> bool:
    """Whether a surface is a URL, an e-mail address, a #tag or a @name: no other token has these characters."""
    return surface.startswith("#") or "@" in surface or "://" in surface or surface[:4].lower() == "www."


def _find_all(texts: Sequence[str], *, lowercase: bool, emoji: bool, spans: bool) -> list[_Found]:
    """The tokens of all documents, in shares that stand for runs of documents."""
    parts = list(_parts(texts))
    ends = np.cumsum([part.last - part.first for part in parts])
    threads = min(_cores(), 1 + int(ends[-1]) // SHARE) if parts else 1
    cuts = np.searchsorted(ends, ends[-1] * np.arange(1, threads) / threads) if parts else []
    shares = [parts[first:last] for first, last in pairwise([0, *cuts, len(parts)])]
    find = partial(_find, lowercase=lowercase, emoji=emoji, spans=spans)
    if threads == 1:
        return [find(share) for share in shares]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(find, shares))


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _parts(texts: Sequence[str]) -> Iterator[_Part]:
    """The documents, the long ones cut. No token holds a blank or looks past one, so each part is scanned alone."""
    for document, text in enumerate(texts):
        if len(text) > LONGEST:
            raise ValueError(
                f"document {document} has {len(text):,} characters: expected at most {LONGEST:,}, split it"
            )
        first = 0
        while len(text) - first > 2 * PART and (cut := text.find(" ", first + PART)) >= 0:
            yield _Part(document, text, first, cut)
            first = cut
        yield _Part(document, text, first, len(text))


def _batches(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Runs of parts with about `PART` characters together: short documents are not scanned one by one."""
    batch, size = [], 0
    for part in parts:
        batch.append(part)
        size += part.last - part.first
        if size >= PART:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _find(parts: Sequence[_Part], *, lowercase: bool, emoji: bool, spans: bool) -> _Found:
    """The tokens of one share of the documents."""
    classes, mapping, table = character_classes(), _mapping(lowercase), empty_table()
    guess = sum(part.last - part.first for part in parts) // CHARACTERS_PER_TOKEN
    ids, start, end = (np.empty(guess, np.int32) for _ in range(3))
    first, last, kind = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8)
    sizes = [np.zeros(0, np.int64)]
    n = 0
    for batch in _batches(parts):
        text = "\n".join(["", *(part.text[part.first : part.last] for part in batch), SHORT * "\n"])
        units = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        bounds = np.cumsum([1, *(part.last - part.first + 1 for part in batch)])
        _make_room(len(units), first, last, kind)
        size = scan(units, bounds, classes, "@" in text, emoji, first, last, kind)
        m = n + int(size.sum())
        _make_room(m, ids)
        table = intern(units, first[: m - n], last[: m - n], kind, mapping, ids[n:m], table)
        if spans:
            _make_room(m, start, end)
            shift = np.array([part.first for part in batch], np.int32) - bounds[:-1].astype(np.int32)
            shift = np.repeat(shift, size)
            np.add(first[: m - n], shift, out=start[n:m])
            np.add(last[: m - n], shift, out=end[n:m])
        sizes.append(size)
        n = m
    for array in (ids, start, end):
        array.resize(n if spans or array is ids else 0, refcheck=False)
    document = np.array([part.document for part in parts], np.int64)
    return _Found(table, ids, start, end, document, np.concatenate(sizes))


def _make_room(size: int, *arrays: NDArray[Any]) -> None:
    """Lengthen the arrays in place: beyond some size the allocator moves pages and copies nothing."""
    for array in arrays:
        if len(array) < size:
            array.resize(max(size, len(array) * 9 // 8), refcheck=False)


@cache
def _mapping(lowercase: bool) -> NDArray[np.uint8]:
    """What becomes of an ASCII character in a token of each kind, as `fold` has it."""
    plain = np.array([ord(chr(c).translate(_TO_PLAIN)) for c in range(128)], np.uint8)
    lowered = np.array([ord(chr(c).lower()) for c in plain], np.uint8)
    return np.array([plain if kind == ADDRESS or not lowercase else lowered for kind in range(ADDRESS + 1)])


def _number_types(found: Sequence[_Found], *, lowercase: bool) -> tuple[NDArray[np.object_], NDArray[np.int32]]:
    """The vocabulary, and the id of every token's type, made in place from the ids of the shares' surfaces."""
    table = found[0].table
    numbers = [np.arange(table.size[0], dtype=np.int32)]
    for share in found[1:]:
        table, ids = merge(table, share.table)
        numbers.append(ids)
    codes: dict[str, int] = {}
    surfaces = strings(table)
    types = np.array(
        [codes.setdefault(s if s.isascii() else fold(s, lowercase=lowercase), len(codes)) for s in surfaces],
        np.int32,
    )
    for share, ids in zip(found, numbers, strict=True):
        renumber(share.ids, types[ids])
    vocabulary = np.empty(len(codes), object)
    vocabulary[:] = list(codes)
    return vocabulary, _joined([share.ids for share in found])


def _joined(arrays: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The arrays one behind the other, in place of the first; each of the others is emptied."""
    whole, n = arrays[0], len(arrays[0])
    whole.resize(sum(map(len, arrays)), refcheck=False)
    for array in arrays[1:]:
        whole[n : n + len(array)] = array
        n += len(array)
        array.resize(0, refcheck=False)
    return whole


def _offsets(found: Sequence[_Found]) -> NDArray[np.int64]:
    """Where each document's tokens begin: every document has a part, and its parts stand together."""
    document = np.concatenate([share.document for share in found])
    ends = np.cumsum(np.concatenate([share.sizes for share in found]))
    last = np.flatnonzero(np.diff(document, append=len(document)))
    return np.concatenate([np.zeros(1, np.int64), ends[last]])


@compiled
def _count_rows(ids: Any, offsets: Any, width: int) -> Any:
    """Count the ids of every row; the distinct ones are left, row after row, at the beginning of `ids`."""
    indptr = np.zeros(len(offsets), np.int64)
    counts = np.empty(len(ids), np.int32)
    place = np.full(width, -1, np.int64)  # of an id's count; below the row's beginning if it is of another row
    n = 0
    for row in range(len(offsets) - 1):
        first = n
        for k in range(offsets[row], offsets[row + 1]):
            i = ids[k]
            if place[i] < first:
                place[i] = n
                ids[n] = i
                counts[n] = 0
                n += 1
            counts[place[i]] += 1
        indptr[row + 1] = n
    return indptr, counts[:n].copy()
