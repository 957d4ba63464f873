"""Novelty: the share of each sentence that is new, and how far a document can be compressed."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from analysis.core.compiled import Floats, compiled
from analysis.redundancy.maximal import common_prefixes, suffix_array
from analysis.text.buckets import Buckets
from analysis.text.hashes import run_begins, run_hashes
from analysis.text.shards import folder_of, sentence_counts, shards
from analysis.text.shingles import number_pairs
from analysis.text.tokens import Tokens
from analysis.text.units import Ints

UNITS = ("sentence", "document")
GRID = 300  # places at which the expected share is computed, evenly spaced, and as many on a log scale
GRAMS = 1_500_000  # n-grams that are compared with one another at a time
SHORT = 2000  # words up to which a text is parsed faster without a suffix array


class _Sentences(NamedTuple):
    """The sentences of a corpus; all but ``turn`` in reading order."""

    turn: NDArray[np.int32]  # (sentences,) the place in reading order of each sentence of the corpus
    rows: Ints  # the place in the corpus
    document: Ints
    number: Ints  # in the document, from 0
    words: Ints


def novelty(tokens: Tokens, *, n: int = 4) -> pd.DataFrame:
    """How much of each sentence is new to a reader of the documents by date: one row a sentence, in reading order.

    Documents are read by date, undated ones (``date`` is NaT) last, those of one day in the order of the corpus.

    - ``doc_id``, ``date``, ``sentence`` (from 0 in its document), ``start``, ``end`` (characters);
    - ``words``; ``ngrams`` = ``max(words - n, 0) + 1``: they do not cross sentences. A sentence of fewer than `n` words
      is one n-gram, which equals only a sentence of the same words;
    - ``new_in_document``: the share of its n-grams that appear nowhere before in its document, 0 to 1;
    - ``new``: the share that appear nowhere before in all that was read, so at most ``new_in_document``.

    .. math:: new = |\\{i : g_i \\ne g_j \\text{ for all } j < i\\}| / ngrams

    where i runs over the sentence's n-grams and j over all that begin before. Documents without words have no row.
    Raises `ValueError` when `n` is below 1.

    >>> from analysis import read_text, tokenize
    >>> novelty(tokenize(read_text("We will win. They left. We will win in the end.")), n=3)[["ngrams", "new"]]
       ngrams   new
    0       1  1.00
    1       1  1.00
    2       4  0.75
    """
    _check(n)
    read = _sentences(tokens)
    ngrams, new, inside, _ = _count_ngrams(tokens, n, read.turn, read.document)
    spans = [(shard.tokens.sentence_start, shard.tokens.sentence_end) for shard in shards(tokens)]
    start, end = np.concatenate([np.empty((2, 0), dtype=np.int32), *spans], axis=1)[:, read.rows]
    return pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[read.document],
            "date": tokens.corpus.documents["date"].to_numpy()[read.document],
            "sentence": read.number,
            "start": start,
            "end": end,
            "words": read.words,
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
    - ``new``: the share of its n-grams that appear nowhere before, in it or in what was read earlier;
    - ``running``: the same share over the `window` units around it (of an even number, one more after it), fewer at
      both ends; by default a twentieth of the units, but at least 5;
    - ``so_far``: the share over all units up to it, that is, different n-grams / n-grams;
    - ``expected``: the mean share of a unit in this place over all orders of reading. It is 1 where nothing appears
      twice. A unit below it repeats more of what came before than its place explains.

    With K units, G n-grams, and F(s) different n-grams that appear in s units each,

    .. math:: expected(k) = \\frac{1}{G} \\sum_s F(s) \\, s \\, \\binom{K - s}{k - 1} / \\binom{K - 1}{k - 1}

    (rarefaction: Hurlbert 1971, The nonconcept of species diversity; for words Baayen 2001, Word frequency
    distributions, chapter 2). Of more than 300 units it is interpolated between some hundred. A document without words
    has NaN for all shares and is not among the K. Raises `ValueError` for another unit, and when `n` or `window` is
    below 1.

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
    read = _sentences(tokens)
    if unit == "sentence":
        document, words, turn, own = read.document, read.words, read.turn, {"sentence": read.number}
    else:
        document, own = reading_order(tokens), {}
        words = np.diff(tokens.document_offsets)[document]
        turn = np.repeat(np.argsort(document), sentence_counts(tokens))
    ngrams, new, _, spread = _count_ngrams(tokens, n, turn, document)
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
    table["new"] = _share(new, ngrams)
    table["running"] = np.where(ngrams > 0, _share(_window_sums(new, width), _window_sums(ngrams, width)), np.nan)
    table["so_far"] = np.where(ngrams > 0, _share(np.cumsum(new), np.cumsum(ngrams)), np.nan)
    table["expected"] = np.nan
    table.loc[ngrams > 0, "expected"] = _rarefied(spread, int(ngrams.sum()), int(np.count_nonzero(ngrams)))
    return table


def compression(tokens: Tokens, *, shuffles: int = 5, seed: int = 0, most_words: int | None = None) -> pd.DataFrame:
    """How far each document can be compressed: one row a document, in reading order (see `novelty`).

    A document is parsed, from left to right, into phrases, each the longest run of words that began earlier, or one new
    word (Lempel and Ziv 1976; Ziv and Lempel 1977, as gzip and xz do with bytes). The fewer phrases, the more was said
    before. Phrases, unlike compressed bytes, are the same on every machine and know no window and no header.

    - ``doc_id``, ``date``, ``words``, ``phrases``;
    - ``ratio`` = ``phrases / words``, from 1 (no word appears twice) down to 0;
    - ``shuffled``: the same ratio for the document's words in random order, the mean of `shuffles` orders drawn from
      `seed`. It falls with length much as ``ratio`` does;
    - ``redundancy`` = ``1 - ratio / shuffled``: 0 where the order holds no repetition beyond chance, above 0.5 where
      all is said twice. Grammar and set phrases alone make some 0.05 in English news and speeches of 1,000 words and
      0.015 more with each doubling of length: compare texts of like length. One word over and over has redundancy 0;
    - ``given``: its phrases when all documents read earlier may be pointed to as well (Ziv and Merhav 1993);
    - ``known`` = ``1 - given / phrases``: what is saved by having read the earlier documents (conditional compression:
      Cilibrasi and Vitanyi 2005). It grows with what was read: a text that copies nothing has about 0.1 by one other
      text on its subject, 0.2 by 10,000 earlier words and 0.3 by 100,000.

    A document without words has NaN for all but ``words`` and ``phrases``; ``given`` and ``known`` are NaN where no
    words were read earlier, and in a corpus of more than `most_words` words (None: however many), which would have to
    be sorted in memory, in some thirty bytes a word. Raises `ValueError` when `shuffles` is below 1.

    >>> from analysis import read_text, tokenize
    >>> once = "the plan will be carried out by all of them in due time "
    >>> compression(tokenize(read_text(once * 2)))[["words", "phrases", "ratio"]].round(3)
       words  phrases  ratio
    0     26       14  0.538
    """
    if shuffles < 1:
        raise ValueError(f"shuffles is {shuffles}: use how many random orders to take the mean of, 1 or more")
    phrases, mixed = np.zeros((2, tokens.n_documents))
    for shard in shards(tokens):
        last = np.full(len(shard.tokens.vocabulary), -1, dtype=np.int32)
        offsets = shard.tokens.document_offsets.tolist()
        for row, (first, stop) in enumerate(pairwise(offsets), shard.document):
            if first == stop:
                continue
            # A generator for each document: its figures don't depend on the others.
            random, ids = np.random.default_rng(seed), shard.tokens.ids[first:stop]
            phrases[row] = _parse(ids, last)
            mixed[row] = sum(_parse(random.permutation(ids), last) for _ in range(shuffles)) / shuffles
    order = reading_order(tokens)
    phrases, mixed, sizes = phrases[order], mixed[order], np.diff(tokens.document_offsets)[order]
    fits = most_words is None or len(tokens) <= most_words
    given = _phrases_given(tokens, order, sizes) if fits else np.full(len(order), np.nan)
    table = pd.DataFrame({"doc_id": tokens.doc_ids[order], "date": tokens.corpus.documents["date"].to_numpy()[order]})
    table["words"], table["phrases"] = sizes, phrases.astype(np.int64)
    table["ratio"], table["shuffled"] = _share(phrases, sizes), _share(mixed, sizes)
    table["redundancy"] = 1 - _share(phrases, mixed)
    table["given"] = np.where(sizes > 0, given, np.nan)
    table["known"] = 1 - _share(given, phrases)
    return table


def reading_order(tokens: Tokens) -> Ints:
    """The rows of the documents by date, undated ones last; of one day, and undated, in the order of the corpus.

    >>> from analysis import read_text, tokenize
    >>> reading_order(tokenize(read_text("War is near."))).tolist()
    [0]
    """
    dates = tokens.corpus.documents["date"].reset_index(drop=True)
    return dates.sort_values(kind="stable", na_position="last").index.to_numpy(dtype=np.int64)


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
    words = [np.empty(0, dtype=np.int64), *(np.diff(shard.tokens.sentence_offsets) for shard in shards(tokens))]
    return _Sentences(turn, rows, document[rows], number[rows], np.concatenate(words)[rows])


def _count_ngrams(tokens: Tokens, n: int, turn: NDArray[Any], document: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The n-grams of each unit, those new in the corpus, those new in its document; how many are in 0, 1 ... units.

    Units are in reading order: `turn` is the unit of each sentence of the corpus, `document` that of each unit.
    """
    units = len(document)
    buckets = Buckets(folder_of(tokens), [np.uint64, np.uint32, np.int32], number=len(tokens) // GRAMS + 1)
    ngrams, new, inside = np.zeros((3, units), dtype=np.int64)
    spread = np.zeros(units + 1, dtype=np.int64)
    for shard in shards(tokens):
        own = shard.tokens
        sizes = np.diff(own.sentence_offsets)
        counts = np.maximum(sizes - n, 0) + 1
        here = np.repeat(turn[shard.sentence : shard.sentence + len(sizes)].astype(np.int32), counts)
        ngrams += np.bincount(here, minlength=units)
        begins, lengths = run_begins(own.sentence_offsets, counts), np.repeat(np.minimum(sizes, n), counts)
        one, two = run_hashes(shard.types[own.ids], begins, lengths)
        buckets.add(one, (two >> np.uint64(32)).astype(np.uint32), here)
    for k in range(len(buckets)):
        one, two, here = buckets.read(k)
        _count_units(number_pairs(one, two), here, document, new, inside, spread)
    return ngrams, new, inside, spread


@compiled
def _count_units(number: Any, turn: Any, document: Any, new: Any, inside: Any, spread: Any) -> None:
    """Count in place, of each n-gram, the first unit, the first unit of each document, and how many units have it."""
    # The rows of an n-gram are sorted by document, and then by unit.
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


def _window_sums(values: Ints, width: int) -> Ints:
    """The sum of the `width` values around each."""
    total = np.concatenate([[0], np.cumsum(values)])
    at = np.arange(len(values))
    left = (width - 1) // 2
    sums: Ints = total[np.minimum(at - left + width, len(values))] - total[np.maximum(at - left, 0)]
    return sums


def _rarefied(counts: Ints, ngrams: int, units: int) -> Floats:
    """``expected`` of `curve` for the unit in each place, (units,); `counts` is F."""
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
    shares = np.where(free >= others, np.exp(logs), 0.0) @ weight
    expected: Floats = np.interp(np.arange(1, units + 1), places, shares).round(9)
    return expected


def _phrases_given(tokens: Tokens, order: Ints, sizes: Ints) -> Floats:
    """``given`` of `compression` for the documents in reading `order`."""
    # One text of all documents, each followed by a word of its own, so that no phrase crosses into the next.
    stops = np.cumsum(sizes + 1) - 1
    joined = np.empty(int(sizes.sum()) + len(order), dtype=np.int32)
    joined[stops] = len(tokens.vocabulary) + np.arange(len(order))
    begins = np.empty_like(stops)
    begins[order] = stops - sizes
    for shard in shards(tokens):
        types = shard.types[shard.tokens.ids]
        for row, (first, stop) in enumerate(pairwise(shard.tokens.document_offsets.tolist()), shard.document):
            joined[begins[row] : begins[row] + stop - first] = types[first:stop]
    before = _longest_before(joined)
    found = [_phrases(before, *place) for place in zip(begins[order].tolist(), stops.tolist(), strict=True)]
    return np.where(np.cumsum(sizes) > sizes, np.array(found, dtype=np.float64), np.nan)


def _parse(ids: NDArray[np.int32], last: NDArray[np.int32]) -> int:
    """The number of phrases of one text by itself; `last`: -1 for each type, before and after."""
    if len(ids) <= SHORT:
        return int(_phrases_of_few(ids, last))
    text = np.append(ids, np.int32(ids.max(initial=0) + 1))
    return int(_phrases(_longest_before(text), 0, len(ids)))


def _longest_before(text: NDArray[Any]) -> NDArray[Any]:
    """The longest run from each place on that also begins earlier, in words; a word of its own ends `text`."""
    suffixes, rank = suffix_array(text)
    longest: NDArray[Any] = _previous_factors(suffixes, rank, common_prefixes(text, suffixes, rank))
    return longest


@compiled
def _previous_factors(suffixes: Any, rank: Any, common: Any) -> Any:
    """The longest previous factors of a text (Crochemore and Ilie 2008), from the last place to the first."""
    n = len(suffixes)
    shared = np.append(common, np.zeros_like(common[:1]))  # with the suffix before in the list, as it is now
    before, after, longest = np.empty_like(suffixes), np.empty_like(suffixes), np.zeros_like(suffixes)
    for row in range(n):
        before[row], after[row] = row - 1, row + 1
    for place in range(n - 1, -1, -1):
        row = rank[place]
        left, right = before[row], after[row]
        longest[place] = max(shared[row], shared[right])
        shared[right] = min(shared[row], shared[right])
        if left >= 0:
            after[left] = right
        if right < n:
            before[right] = left
    return longest


@compiled
def _phrases(longest: Any, begin: int, end: int) -> int:
    """The number of phrases from `begin` to `end`."""
    count = 0
    while begin < end:
        begin += max(1, longest[begin])
        count += 1
    return count


@compiled
def _phrases_of_few(text: Any, last: Any) -> int:
    """The number of phrases of a short text: each is compared with every earlier place of its first word."""
    before = np.empty(len(text), dtype=np.int32)  # the last place before that has the same word
    for place in range(len(text)):
        before[place] = last[text[place]]
        last[text[place]] = place
    for place in range(len(text)):
        last[text[place]] = -1
    begin = count = 0
    while begin < len(text):
        longest, place = 1, before[begin]
        while place >= 0:
            size = 1
            while begin + size < len(text) and text[place + size] == text[begin + size]:
                size += 1
            longest = max(longest, size)
            place = before[place]
        begin += longest
        count += 1
    return count


def _share(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """`part` / `whole`, NaN where `whole` is 0."""
    quotient: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return quotient
