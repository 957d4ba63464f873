"""The words of the frequency scheme, and their types, for many documents at once.

What a token is, is defined more readably in ``tests/text/reference_words.py``, which this equals token for token.
Surfaces are found and numbered in machine code (`analysis.text.batches`); Python's own work, composition and the case
of other letters than ASCII, is done once for each distinct surface.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.text.batches import Found, each, find_tokens
from analysis.text.characters import APOSTROPHES, HYPHENS, SOFT_HYPHEN
from analysis.text.interning import PADDING, Table, first_uses, intern, merge, renumber, strings

LONGEST = np.iinfo(np.int32).max  # characters of a document: positions are int32

# The first of each is what the others become.
_PLAIN = {c: characters[0] for characters in (APOSTROPHES, HYPHENS) for c in characters[1:]} | {SOFT_HYPHEN: ""}
_VARIANT = re.compile("|".join(map(re.escape, _PLAIN)))


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


def find_words(texts: Sequence[str], *, lowercase: bool = True, emoji: bool = True) -> Words:
    """Find the tokens of the frequency scheme in every text.

    A token is a run of letters, marks and digits, joined by single inner apostrophes, hyphens, underscores, zero-width
    joiners, and full stops where they are inside a word (``U.S.``, ``p.m.``, ``mp3.com``); a number with its inner
    separators and a percent sign (``3,500``, ``10:30``, ``24/7``, ``12.5%``); a URL, an e-mail address, a #tag or a
    @name; an emoji sequence (not with ``emoji=False``). Its type is `fold` of its surface, in lower case unless
    `lowercase` is false. The result does not depend on the number of threads. Memory at the peak: the result, 12 bytes
    a token, and for each thread a vocabulary of its own and some 5 MB. Raises ``ValueError`` for a text of more than
    2,147,483,647 characters.

    >>> words = find_words(["Azm‑e‑Istehkam isn’t new.", "It isn't AZM-E-ISTEHKAM!"])
    >>> words.vocabulary.tolist(), words.ids.tolist()
    (['azm-e-istehkam', "isn't", 'new', 'it'], [0, 1, 2, 3, 1, 0])
    >>> words.start.tolist(), words.end.tolist(), words.offsets.tolist()
    ([0, 15, 21, 0, 3, 9], [14, 20, 24, 2, 8, 23], [0, 3, 6])
    """
    for document, text in enumerate(texts):
        if len(text) > LONGEST:
            raise ValueError(
                f"document {document} has {len(text):,} characters: expected at most {LONGEST:,}, split it"
            )
    found = find_tokens(texts, lowercase=lowercase, emoji=emoji)
    vocabulary = _number_types(found, lowercase=lowercase)
    ids, start, end = found.columns
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(found.lengths)])
    return Words(vocabulary, ids, start, end, offsets)


def fold(pattern: str, *, lowercase: bool = True) -> str:
    """The type of a surface: every way to write one word, as one string.

    Soft hyphens go, apostrophes become ``'`` and hyphens ``-``; then Unicode's composed form (NFC) and lower case.
    URLs, e-mail addresses, #tags and @names keep their case, and everything does with ``lowercase=False``.

    >>> fold("Don’t"), fold("AZM‑E‑ISTEHKAM"), fold("E\u0301tat") == fold("état"), fold("#MeToo")
    ("don't", 'azm-e-istehkam', True, '#MeToo')
    """
    composed = _composed(pattern)
    return composed if not lowercase or _is_address(pattern) else _lowered(composed)


def is_emoji(words: Sequence[str]) -> NDArray[np.bool_]:
    """Which words are emoji sequences (👍🏽, 🇵🇰, 1️⃣), one bool a word.

    ``tokens.vocabulary[is_emoji(tokens.vocabulary)]`` are stop words that leave emoji out of a ranking.

    >>> is_emoji(["thumb", "👍🏽", "©", "1️⃣", "1"]).tolist()
    [False, True, False, True, False]
    """
    tokens, others = (np.diff(find_words(words, emoji=emoji).offsets) for emoji in (True, False))
    return np.greater(tokens, 0) & np.equal(others, 0)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", _VARIANT.sub(lambda match: _PLAIN[match[0]], text))


def _lowered(composed: str) -> str:
    return unicodedata.normalize("NFC", composed.lower())  # once more: ǰ is one letter, its capital J̌ two


def _is_address(surface: str) -> bool:
    """Whether a surface is a URL, an e-mail address, a #tag or a @name: no other token has these characters."""
    return surface.startswith("#") or "@" in surface or "://" in surface or surface[:4].lower() == "www."


def _number_types(found: Found, *, lowercase: bool) -> NDArray[np.object_]:
    """The vocabulary; the ids of surfaces in `found` become those of their types, in place."""
    table, ids = _merged(found)
    surfaces = strings(table)
    others = [k for k, surface in enumerate(surfaces) if not surface.isascii()]
    forms = np.arange(len(surfaces), dtype=np.int32)
    if others:
        folded = _fold_all([surfaces[k] for k in others], lowercase=lowercase)
        last = np.cumsum([len(form) for form in folded]).astype(np.int32)
        units = np.frombuffer(("".join(folded) + PADDING * "\n").encode("utf-32-le", "surrogatepass"), np.uint32)
        added = np.empty(len(others), np.int32)
        table = intern(units, np.append(np.int32(0), last[:-1]), last, added, table)
        forms[others] = added
        surfaces += strings(table, len(surfaces))
    types, firsts = np.empty(len(forms), np.int32), np.empty(len(surfaces), np.int32)
    firsts = firsts[: first_uses(forms, types, firsts)]

    def put(k: int) -> None:
        numbers = types[ids[k]]
        for batch in found.shares[k].batches:
            renumber(found.columns[0][found.ends[batch] : found.ends[batch + 1]], numbers)

    each(put, range(len(found.shares)))
    return np.array(surfaces, object)[firsts]


def _merged(found: Found) -> tuple[Table, list[NDArray[np.int32]]]:
    """The surfaces of all threads in the order of their first use, and for each thread the ids of its own there."""
    first_use = [np.repeat(np.array(share.batches, np.int64), np.diff([0, *share.known])) for share in found.shares]
    order = np.argsort(np.concatenate(first_use), kind="stable")  # a thread has those of one batch in order
    merged = merge(found.tables, order)
    found.tables.clear()  # to make room: Python's strings are larger
    return merged


def _fold_all(surfaces: Sequence[str], *, lowercase: bool) -> list[str]:
    """`fold` of every surface whose ASCII letters are folded already; of all together, since a call each takes long."""
    composed = _composed("\n".join(surfaces))
    lowered = _lowered(composed) if lowercase else composed
    triples = zip(surfaces, composed.split("\n"), lowered.split("\n"), strict=True)
    return [kept if _is_address(surface) else small for surface, kept, small in triples]


def count_cells(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], n_types: int, weights: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.int32], NDArray[Any], NDArray[np.int64]]:
    """Count the types of each document, as the ``indices``, ``data`` and ``indptr`` of a sparse matrix in CSR form.

    `ids` are those of `Words`. The types of a document are in rising order. With `weights`, one a word, the data are
    their sums, added up in the order of the text, so that the last bit does not depend on what is counted together.

    >>> indices, data, indptr = count_cells(np.array([2, 0, 2, 1], np.int32), np.array([0, 3, 4]), 3)
    >>> indices.tolist(), data.tolist(), indptr.tolist()
    ([0, 2, 1], [1, 2, 1], [0, 2, 3])
    """
    each = np.empty(0, dtype=np.int64) if weights is None else weights
    indices, data = np.empty(len(ids), dtype=np.int32), np.empty(len(ids), dtype=each.dtype)
    indptr = np.zeros(len(offsets), dtype=np.int64)
    sums, latest = np.empty(n_types, dtype=each.dtype), np.full(n_types, -1, dtype=np.int32)
    n_cells = _count(ids, offsets, each, sums, latest, indices, data, indptr)
    return indices[:n_cells].copy(), data[:n_cells].copy(), indptr


@compiled
def _count(ids: Any, offsets: Any, weights: Any, sums: Any, latest: Any, indices: Any, data: Any, indptr: Any) -> int:
    """Fill the cells of `count_cells` in; `latest` is the last document with each type, `sums` what it has of it."""
    cell = 0
    for document in range(len(offsets) - 1):
        first = cell
        for word in range(offsets[document], offsets[document + 1]):
            term = ids[word]
            if latest[term] != document:
                latest[term] = document
                sums[term] = 0
                indices[cell] = term
                cell += 1
            sums[term] += weights[word] if len(weights) else 1
        indices[first:cell].sort()
        for place in range(first, cell):
            data[place] = sums[indices[place]]
        indptr[document + 1] = cell
    return cell
