"""What a text says for the first time: sentence by sentence, document by document."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from analysis.core.compiled import Bools, Floats, compiled
from analysis.redundancy.compression import compression, reading_order, share
from analysis.redundancy.hashes import run_hashes
from analysis.redundancy.shingles import numbered, shingles
from analysis.redundancy.units import Ints
from analysis.text.buckets import Buckets
from analysis.text.lookup import first_sentences
from analysis.text.parted import AnyTokens, Parted, parts
from analysis.text.tokens import Tokens

__all__ = ["compression", "curve", "novelty", "reading_order"]

UNITS = ("sentence", "document")
GRID = 300  # places at which the expected share is worked out, one part of them evenly spaced, one on a log scale

GRAMS = 1_500_000  # n-grams that are compared with one another at a time


class _Grams(NamedTuple):
    """The n-grams of a corpus in reading order, and the sentences that they belong to.

    ``sentences``: the row in the corpus of each sentence, in reading order; ``counts``: its n-grams. Of each n-gram
    ``unit``: its sentence, counted in reading order; ``number``: equal for equal n-grams."""

    sentences: Ints
    counts: Ints
    unit: NDArray[np.int32]
    number: NDArray[np.int32]


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
    grams = _grams(tokens, n)
    rows, document = grams.sentences, tokens.sentence_document[grams.sentences]
    shares = {
        "new_in_document": _first(document[grams.unit] << 32 | grams.number),
        "new": _first(grams.number),
    }
    first_sentence = first_sentences(tokens)
    table = pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[document],
            "date": tokens.corpus.documents["date"].to_numpy()[document],
            "sentence": rows - first_sentence[document],
            "start": tokens.sentence_start[rows],
            "end": tokens.sentence_end[rows],
            "words": np.diff(tokens.sentence_offsets)[rows],
            "ngrams": grams.counts,
        }
    )
    for name, first in shares.items():
        table[name] = np.bincount(grams.unit[first], minlength=len(rows)) / grams.counts
    return table


def curve(tokens: AnyTokens, *, n: int = 4, unit: str = "sentence", window: int | None = None) -> pd.DataFrame:
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

    With K units, G n-grams, and F(s) different n-grams that stand in s units each, the unit in place k has in the mean

    .. math:: expected(k) = \\frac{1}{G} \\sum_s F(s) \\, s \\, \\binom{K - s}{k - 1} / \\binom{K - 1}{k - 1}

    new n-grams by the mean number of n-grams of a unit (rarefaction: Hurlbert 1971, The nonconcept of species
    diversity; for words Baayen 2001, Word frequency distributions, chapter 2). Of more than 300 units it is worked
    out at some hundred, with straight lines between. A document without words has NaN for all shares and no place among
    the K. For one document: ``curve(tokens.subset(...))`` or ``tokens.where(...)``. Raises `ValueError` for another
    unit, for sentences of a corpus in parts, when `n` or `window` is below 1.

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
    if isinstance(tokens, Parted) and unit == "sentence":
        raise ValueError("of a corpus that does not fit in memory the curve is drawn by documents, not by sentences")
    _check(n)
    order, sizes = reading_order(tokens), np.diff(tokens.document_offsets)
    turn = np.empty(len(order), dtype=np.int32)
    turn[order] = np.arange(len(order))
    document, words, own = order, sizes[order], {}
    if isinstance(tokens, Parted):
        ngrams, new, spread = _document_grams(tokens, n, turn)
    else:
        grams = _grams(tokens, n)
        of_sentence = tokens.sentence_document[grams.sentences]
        if unit == "sentence":
            document, of_gram, words = of_sentence, grams.unit, np.diff(tokens.sentence_offsets)[grams.sentences]
            first_sentence = first_sentences(tokens)
            own = {"sentence": grams.sentences - first_sentence[document]}
        else:
            of_gram = turn[of_sentence][grams.unit]
        ngrams = np.bincount(of_gram, minlength=len(document))
        new = np.bincount(of_gram[_first(grams.number)], minlength=len(document))
        held = grams.number[_first(of_gram.astype(np.int64) << 32 | grams.number)]
        spread = np.bincount(np.bincount(held))
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


def _grams(tokens: Tokens, n: int) -> _Grams:
    _check(n)
    turn = np.empty(tokens.n_documents, dtype=np.int64)
    turn[reading_order(tokens)] = np.arange(tokens.n_documents)
    sentences = np.argsort(turn[tokens.sentence_document], kind="stable")
    lengths = np.diff(tokens.sentence_offsets)[sentences]
    # Sentences one after the other, short ones filled up with a word of no type.
    sizes = np.maximum(lengths, n)
    begins = np.cumsum(sizes) - sizes
    stream = np.zeros(sizes.sum(), dtype=np.int32)
    _gather(tokens.ids, tokens.sentence_offsets[:-1][sentences], lengths, stream, begins, 1)
    counts = sizes - n + 1
    number = np.empty(counts.sum(), dtype=np.int32)
    _gather(shingles(stream, n), begins, counts, number, np.cumsum(counts) - counts, 0)
    return _Grams(sentences, counts, np.repeat(np.arange(len(sentences), dtype=np.int32), counts), number)


@compiled
def _gather(source: Any, begins: Any, lengths: Any, target: Any, to: Any, more: int) -> None:
    """Put runs of `source` to their places in `target`, `more` added to each number."""
    for run in range(len(begins)):
        for k in range(lengths[run]):
            target[to[run] + k] = source[begins[run] + k] + more


def _first(keys: NDArray[Any]) -> Bools:
    """Whether each key stands for the first time."""
    # Numbers that are counted up as they are met rise above all before just there.
    number, first = shingles(keys, 1), np.ones(len(keys), dtype=bool)
    np.maximum.accumulate(number, out=number)
    np.greater(number[1:], number[:-1], out=first[1:])
    return first


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


def _document_grams(tokens: Parted, n: int, turn: NDArray[np.int32]) -> tuple[Ints, Ints, Ints]:
    """What `novelty.curve` is made of, by documents in the order of reading, of which `turn` is the place of each."""
    number = len(tokens) // GRAMS + 1
    buckets = Buckets(tokens.folder, [np.uint64, np.uint32, np.int32], number=number)
    ngrams, new = np.zeros((2, tokens.n_documents), dtype=np.int64)
    for part in parts(tokens):
        own = part.tokens
        sizes = np.diff(own.sentence_offsets)
        counts = np.maximum(sizes - n, 0) + 1
        place = turn[own.sentence_document + part.document]
        ngrams += np.bincount(np.repeat(place, counts), minlength=tokens.n_documents)
        begins = np.arange(counts.sum()) + np.repeat(own.sentence_offsets[:-1] - (np.cumsum(counts) - counts), counts)
        one, two = run_hashes(part.types[own.ids], begins, np.repeat(np.minimum(sizes, n), counts))
        buckets.add(one, (two >> np.uint64(32)).astype(np.uint32), np.repeat(place, counts))
    spread = np.zeros(tokens.n_documents + 1, dtype=np.int64)
    for k in range(len(buckets)):
        one, two, place = buckets.read(k)
        number = numbered(one, two)
        order = np.argsort(number, kind="stable")  # in which an n-gram's rows of one document stay side by side
        number, place = number[order], place[order]
        met = np.diff(number, prepend=-1) > 0
        begins = np.flatnonzero(met)
        documents = np.add.reduceat(met | (np.diff(place, prepend=-1) != 0), begins, dtype=np.int64)
        new += np.bincount(np.minimum.reduceat(place, begins), minlength=len(new))
        spread += np.bincount(documents, minlength=len(spread))
    return ngrams, new, spread
