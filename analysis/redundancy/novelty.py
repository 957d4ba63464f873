"""What a text says for the first time: sentence by sentence, document by document."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from analysis.core.compiled import Floats, compiled
from analysis.redundancy.compression import compression, reading_order, share
from analysis.text.buckets import Buckets
from analysis.text.hashes import run_begins, run_hashes
from analysis.text.parted import folder_of, parts, sentence_counts
from analysis.text.shingles import numbered
from analysis.text.tokens import Tokens
from analysis.text.units import Ints

__all__ = ["compression", "curve", "novelty", "reading_order"]

UNITS = ("sentence", "document")
GRID = 300  # places at which the expected share is worked out, one part of them evenly spaced, one on a log scale

GRAMS = 1_500_000  # n-grams that are compared with one another at a time


class _Sentences(NamedTuple):
    """The sentences of a corpus: ``turn``, when each is read, in the order of the text. All else in reading order: its
    row in the corpus, its document, its number in that from 0, its words."""

    turn: NDArray[np.int32]
    rows: Ints
    document: Ints
    number: Ints
    words: Ints


def novelty(tokens: Tokens, *, n: int = 4) -> pd.DataFrame:
    """How much of each sentence is new to one who reads document after document: one row a sentence, in reading order.

    Documents are read by date, undated ones (``date`` is NaT) after all others, those of one day in the order of the
    corpus: of two documents of one day the second counts as seen before what the first has, whoever was first.

    - ``doc_id``, ``date``, ``sentence`` (from 0 in its document), ``start``, ``end`` (characters);
    - ``words``, ``ngrams``: its running words and the n-grams in it, which do not cross its borders:
      ``max(words - n, 0) + 1``. A sentence of fewer than `n` words is one n-gram by itself, and was seen where a
      sentence of just these words stood;
    - ``new_in_document``: the share of its n-grams that stood nowhere before in its document, 0 to 1;
    - ``new``: the share that stood nowhere before in all that was read, so at most ``new_in_document``.

    .. math:: new = |\\{i : g_i \\ne g_j \\text{ for all } j < i\\}| / ngrams

    where i runs over the sentence's n-grams and j over all that begin before: one that appears twice in a sentence is
    new once. Neither share is ever NaN, for a sentence has a word; documents without words have no row. Raises
    `ValueError` when `n` is below 1.

    >>> from analysis import read_text, tokenize
    >>> novelty(tokenize(read_text("We will win. They left. We will win in the end.")), n=3)[["ngrams", "new"]]
       ngrams   new
    0       1  1.00
    1       1  1.00
    2       4  0.75
    """
    _check(n)
    said = _sentences(tokens)
    ngrams, new, inside, _ = _counted(tokens, n, said.turn, said.document)
    spans = [(part.tokens.sentence_start, part.tokens.sentence_end) for part in parts(tokens)]
    start, end = np.concatenate([np.empty((2, 0), dtype=np.int32), *spans], axis=1)[:, said.rows]
    return pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[said.document],
            "date": tokens.corpus.documents["date"].to_numpy()[said.document],
            "sentence": said.number,
            "start": start,
            "end": end,
            "words": said.words,
            "ngrams": ngrams,
            "new_in_document": inside / ngrams,
            "new": new / ngrams,
        }
    )


def curve(tokens: Tokens, *, n: int = 4, unit: str = "sentence", window: int | None = None) -> pd.DataFrame:
    """How fast the texts stop saying new things: one row a sentence or document (`unit`), in reading order.

    - ``doc_id``, ``date``, ``sentence`` (from 0 in its document; not for documents), ``place`` (1, 2, 3 ...);
    - ``words``: running words up to its end; ``ngrams``: as in `novelty`, those of a document being those of its
      sentences;
    - ``new``: the share of its n-grams that stood nowhere before, in it or in what was read earlier;
    - ``running``: the same share over the `window` units of which it is the middle one (of an even number, the one
      before the middle), fewer at both ends; without a `window` a twentieth of the units, but at least 5;
    - ``so_far``: the share over all units up to it, that is, different n-grams by n-grams;
    - ``expected``: the share for a unit in this place had the same units been read in random order, as the mean over
      all orders. It is 1 where nothing appears twice, and falls the faster, the more does. What lies below it repeats
      more of what came before than its place accounts for; a text that sums up at its end is above it and then below.

    With K units, G n-grams, and F(s) different n-grams that appear in s units each, the unit in place k has in the mean

    .. math:: expected(k) = \\frac{1}{G} \\sum_s F(s) \\, s \\, \\binom{K - s}{k - 1} / \\binom{K - 1}{k - 1}

    new n-grams by the mean number of n-grams of a unit (rarefaction: Hurlbert 1971, The nonconcept of species
    diversity; for words Baayen 2001, Word frequency distributions, chapter 2). Of more than 300 units it is worked
    out at some hundred, with straight lines between. A document without words has NaN for all shares and no place among
    the K. For one document: ``curve(tokens.subset(...))`` or ``tokens.where(...)``. Raises `ValueError` for another
    unit, and when `n` or `window` is below 1.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("We will win. They left. We will win. We will win."))
    >>> curve(tokens, n=2, window=1)[["words", "ngrams", "new", "so_far", "expected"]].round(2)
       words  ngrams  new  so_far  expected
    0      3       2  1.0    1.00      1.00
    1      5       1  1.0    1.00      0.43
    2      8       2  0.0    0.60      0.14
    3     11       2  0.0    0.43      0.14
    """
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}: use {' or '.join(map(repr, UNITS))}")
    if window is not None and window < 1:
        raise ValueError(f"window is {window}: use a number of units, 1 or more")
    _check(n)
    said = _sentences(tokens)
    if unit == "sentence":
        document, words, turn, own = said.document, said.words, said.turn, {"sentence": said.number}
    else:
        document, own = reading_order(tokens), {}
        words = np.diff(tokens.document_offsets)[document]
        turn = np.repeat(np.argsort(document), sentence_counts(tokens))
    ngrams, new, _, spread = _counted(tokens, n, turn, document)
    table = pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[document],
            "date": tokens.corpus.documents["date"].to_numpy()[document],
            **own,
            "place": np.arange(1, len(document) + 1),
            "words": np.cumsum(words),
            "ngrams": ngrams,
        }
    )
    width = window or max(5, len(table) // 20)
    table["new"] = share(new, ngrams)
    table["running"] = np.where(ngrams > 0, share(_around(new, width), _around(ngrams, width)), np.nan)
    table["so_far"] = np.where(ngrams > 0, share(np.cumsum(new), np.cumsum(ngrams)), np.nan)
    table["expected"] = np.nan
    table.loc[ngrams > 0, "expected"] = _rarefied(spread, int(ngrams.sum()), int(np.count_nonzero(ngrams)))
    return table


def _check(n: int) -> None:
    if n < 1:
        raise ValueError(f"n is {n}: use the words of an n-gram, 1 or more")


def _sentences(tokens: Tokens) -> _Sentences:
    counts = sentence_counts(tokens)
    document = np.repeat(np.arange(len(counts)), counts)
    rows = np.argsort(np.argsort(reading_order(tokens))[document], kind="stable")
    turn = np.empty(len(rows), dtype=np.int32)
    turn[rows] = np.arange(len(rows))
    number = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    words = [np.empty(0, dtype=np.int64), *(np.diff(part.tokens.sentence_offsets) for part in parts(tokens))]
    return _Sentences(turn, rows, document[rows], number[rows], np.concatenate(words)[rows])


def _counted(tokens: Tokens, n: int, turn: NDArray[Any], document: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Of each unit its n-grams, those new in all that was read, and those new in its document: (units,) each.

    Units are in reading order: `turn` is that of each sentence of the text, `document` is that of each unit. Then how
    many different n-grams appear in so many units each: in none, in one, in two ...
    """
    units = len(document)
    buckets = Buckets(folder_of(tokens), [np.uint64, np.uint32, np.int32], number=len(tokens) // GRAMS + 1)
    ngrams, new, inside = np.zeros((3, units), dtype=np.int64)
    spread = np.zeros(units + 1, dtype=np.int64)
    for part in parts(tokens):
        own = part.tokens
        sizes = np.diff(own.sentence_offsets)
        counts = np.maximum(sizes - n, 0) + 1
        here = np.repeat(turn[part.sentence : part.sentence + len(sizes)].astype(np.int32), counts)
        ngrams += np.bincount(here, minlength=units)
        begins, lengths = run_begins(own.sentence_offsets, counts), np.repeat(np.minimum(sizes, n), counts)
        one, two = run_hashes(part.types[own.ids], begins, lengths)
        buckets.add(one, (two >> np.uint64(32)).astype(np.uint32), here)
    for k in range(len(buckets)):
        one, two, here = buckets.read(k)
        _spread(numbered(one, two), here, document, new, inside, spread)
    return ngrams, new, inside, spread


@compiled
def _spread(number: Any, turn: Any, document: Any, new: Any, inside: Any, spread: Any) -> None:
    """Add to `new` the first unit with each n-gram, to `inside` the first in each document, to `spread` how many.

    The rows of an n-gram come document by document, and there unit by unit.
    """
    size = (number.max() if len(number) else -1) + 1
    first, last, units = np.full(size, len(new)), np.full(size, -1), np.zeros(size, dtype=np.int64)
    for k in range(len(number)):
        gram, unit = number[k], turn[k]
        first[gram] = min(first[gram], unit)
        units[gram] += last[gram] != unit
        inside[unit] += last[gram] < 0 or document[last[gram]] != document[unit]
        last[gram] = unit
    for gram in range(size):
        new[first[gram]] += 1
        spread[units[gram]] += 1


def _around(values: Ints, width: int) -> Ints:
    """The sum of the `width` values around each, of which it is the middle one."""
    total = np.concatenate([[0], np.cumsum(values)])
    at = np.arange(len(values))
    left = (width - 1) // 2
    sums: Ints = total[np.minimum(at - left + width, len(values))] - total[np.maximum(at - left, 0)]
    return sums


def _rarefied(counts: Ints, ngrams: int, units: int) -> Floats:
    """The expected share of new n-grams of the unit in each place: (units,), see `curve`; `counts` is F."""
    if not units:
        return np.empty(0)
    spread = np.flatnonzero(counts)
    spread = spread[spread > 0]
    weight = (counts[spread] * spread) / ngrams
    places = np.concatenate([np.linspace(1, units, GRID), np.geomspace(1, units, GRID)])
    places = np.unique(places.round().astype(np.int64))  # all there are, up to the GRID
    others, free = (places - 1)[:, None], (units - spread)[None, :]  # units before, and those without the n-gram
    # The quotient of the binomials: (K - s)! (K - k)! / ((K - s - k + 1)! (K - 1)!).
    logs = gammaln(free + 1) + gammaln(units - others) - gammaln(np.maximum(free - others, 0) + 1) - gammaln(units)
    share = np.where(free >= others, np.exp(logs), 0.0) @ weight
    expected: Floats = np.interp(np.arange(1, units + 1), places, share).round(9)
    return expected
