"""Dot plot: the runs of words that a document repeats, with their places."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.text.shards import load_documents
from analysis.text.shingles import shingles
from analysis.text.tokens import Tokens
from analysis.text.units import Ints, units

MOST = 20_000  # diagonals: more of them would be a black field


def dot_matches(tokens: Tokens, doc_id: str, *, n: int = 4, most: int = MOST) -> pd.DataFrame:
    """Every pair of places in the document with the same run of `n` words or more, each run as long as possible.

    One row a pair, in the order of the text: ``doc_id``; ``a_word``, ``b_word``: the first word of the earlier and of
    the later place, counted from 0 in the document; ``words``: the length of the run; ``a_start``, ``a_end``,
    ``b_start``, ``b_end``: characters. In a plot of the document against itself each row is a diagonal (Church and
    Helfman 1993, Dotplot). Runs cross sentences and paragraphs, and the two places may overlap.

    A run that occurs k times has up to k (k - 1) / 2 rows. Where there would be more than `most`, the commonest n-grams
    are ignored, as if they matched nothing; `too_common` lists them. Raises `ValueError` for an unknown document, and
    when `n` is below 1.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("We will win the day. They say we will win the war."))
    >>> dot_matches(tokens, "text", n=3)[["a_word", "b_word", "words", "b_start", "b_end"]]
       a_word  b_word  words  b_start  b_end
    0       0       7      4       30     45
    """
    own = _document(tokens, doc_id)
    number, ignored = _numbers(own, n, most)
    before = _neighbours(number, ignored, -1)
    after = _neighbours(number, ignored, 1)
    first, stop = (_sorted_pairs(number, ignored, beside) for beside in (before, after))
    # On each diagonal begins and ends of runs alternate.
    a, b = first
    words = stop[0] - a + n
    order = np.lexsort((b, a))
    a, b, words = a[order], b[order], words[order]
    return pd.DataFrame(
        {
            "doc_id": np.full(len(a), doc_id, dtype=object),
            "a_word": a,
            "b_word": b,
            "words": words,
            "a_start": own.start[a],
            "a_end": own.end[a + words - 1],
            "b_start": own.start[b],
            "b_end": own.end[b + words - 1],
        }
    )


def too_common(tokens: Tokens, doc_id: str, *, n: int = 4, most: int = MOST) -> pd.DataFrame:
    """The n-grams that `dot_matches` with the same options ignores: ``ngram``, ``count``, the commonest first.

    >>> from analysis import read_text, tokenize
    >>> too_common(tokenize(read_text("so it is and so it goes and so it ends")), "text", n=2, most=2)
       ngram  count
    0  so it      3
    """
    own = _document(tokens, doc_id)
    number, ignored = _numbers(own, n, most)
    values, first, counts = np.unique(number[ignored], return_index=True, return_counts=True)
    places = np.flatnonzero(ignored)[first]
    order = np.lexsort((values, -counts))
    ngrams = [" ".join(own.vocabulary[own.ids[place : place + n]]) for place in places[order]]
    return pd.DataFrame({"ngram": pd.Series(ngrams, dtype="str"), "count": counts[order]})


def paragraph_borders(tokens: Tokens, doc_id: str) -> list[int]:
    """The first word of each paragraph of the document, counted from 0 in it, and last the number of words.

    >>> from analysis import read_text, tokenize
    >>> paragraph_borders(tokenize(read_text("War is near.\\n\\nPeace is far.")), "text")
    [0, 3, 6]
    """
    borders: list[int] = np.unique(units(_document(tokens, doc_id), "paragraph")[0]).tolist()
    return borders


def _document(tokens: Tokens, doc_id: str) -> Tokens:
    """The words of one document."""
    found = np.flatnonzero(tokens.doc_ids == doc_id)
    if not len(found):
        raise ValueError(f"no document {doc_id!r}: `tokens.doc_ids` lists all {tokens.n_documents}")
    return load_documents(tokens, found[:1])


def _numbers(tokens: Tokens, n: int, most: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """A number for the n-gram at each word of a document, and whether it is ignored as too common."""
    if n < 1:
        raise ValueError(f"n is {n}: use the fewest words of a run, 1 or more")
    number = shingles(tokens.ids, n)
    count = np.bincount(number)[number]
    limit = int(count.max(initial=1))
    ignored = count > limit
    while _count_diagonals(number, ignored) > most:
        limit -= max(1, limit // 5)
        ignored = count > limit
    return number, ignored


def _neighbours(number: NDArray[np.int32], ignored: NDArray[np.bool_], step: int) -> Ints:
    """The number of the n-gram `step` places on, a unique one where there is none or it is ignored."""
    beside = -1 - np.arange(len(number), dtype=np.int64)
    to, of = (slice(1, None), slice(None, -1)) if step < 0 else (slice(None, -1), slice(1, None))
    beside[to] = np.where(ignored[of], beside[to], number[of])
    return beside


def _count_diagonals(number: NDArray[np.int32], ignored: NDArray[np.bool_]) -> int:
    """The number of diagonals: pairs of equal n-grams with different ones before them."""
    kept = ~ignored
    each = np.bincount(number[kept]).astype(np.int64)
    alike = pd.DataFrame({"number": number[kept], "before": _neighbours(number, ignored, -1)[kept]}).value_counts()
    return int(np.square(each).sum() - np.square(alike.to_numpy(dtype=np.int64)).sum()) // 2


def _sorted_pairs(number: NDArray[np.int32], ignored: NDArray[np.bool_], beside: Ints) -> tuple[Ints, Ints]:
    """The pairs of places of equal n-grams with different ones beside them, sorted by distance and place."""
    places = np.flatnonzero(~ignored)
    places = places[np.lexsort((places, beside[places], number[places]))]
    one, other = _pairs(places, number[places], beside[places])
    one, other = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((one, other - one))
    return one[order], other[order]


@compiled
def _pairs(places: Any, number: Any, beside: Any) -> Any:
    """All pairs of places with the same number and different neighbours; `places` are sorted by both."""
    one, other = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    count = begin = 0
    while begin < len(places):
        end = begin + 1
        while end < len(places) and number[end] == number[begin]:
            end += 1
        run = begin
        while run < end:
            stop = run + 1
            while stop < end and beside[stop] == beside[run]:
                stop += 1
            for k in range(run, stop):
                if count + end - stop > len(one):
                    one = np.append(one, np.empty(len(one) + end - stop, dtype=np.int64))
                    other = np.append(other, np.empty(len(other) + end - stop, dtype=np.int64))
                for place in places[stop:end]:
                    one[count], other[count] = places[k], place
                    count += 1
            run = stop
        begin = end
    return one[:count], other[:count]
