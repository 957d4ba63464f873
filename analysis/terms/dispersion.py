"""How evenly words are spread over the parts of a corpus, or over one running text."""

from collections.abc import Iterable, Iterator
from itertools import pairwise, starmap
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Ints, compiled
from analysis.terms.cells import count_cells, type_counts
from analysis.terms.keys import alphabetical
from analysis.text.buckets import Buckets
from analysis.text.shards import folder_of, names, shards, types_of
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens, offsets_of

EVENNESS = ["juilland_d", "carroll_d2", "rosengren_s", "da", "dkl"]  # 1 = even
DEVIATION = ["dp", "dp_norm", "dp_adjusted"]  # 0 = even
COLUMNS = ["term", "count", "range", "range_share", *EVENNESS, *DEVIATION, "arf"]

STRETCHES = 5_000  # of a long text, of each of which a strip of its words need not show more than one mark
AT_ONCE = 1_000_000  # cells in memory at a time, about


def dispersion(
    tokens: Tokens,
    *,
    parts: int | None = None,
    stopwords: Iterable[str] | None = None,
    min_count: int = 1,
    most: int | None = None,
) -> pd.DataFrame:
    r"""How evenly each word is spread over the documents, or over `parts` equal stretches of the running words.

    One row a word, the most frequent first: ``term``, the measures of `dispersion_of`, and

    - ``arf``, the average reduced frequency: :math:`\frac{f}{N} \sum_i \min(d_i, N / f)`, for N running words and a
      word at f places that are :math:`d_1 \dots d_f` words apart, from the last place on to the first (Savický and
      Hlaváčová 2002, Measures of word commonness, Journal of Quantitative Linguistics 9). It is ``count`` when evenly
      spaced, about 1 when all occurrences are side by side, and needs no parts.

    With one part, as for a single text without `parts`, all measures of evenness but ``arf`` are NaN. Words in
    `stopwords`, and those that occur less than `min_count` times, have no row but count as running words. With `most`
    the table has its first `most` rows. Raises `ValueError` for parts < 2 or more parts than words, or when
    `stopwords` is one string.

    >>> from analysis import read_text, tokenize
    >>> table = dispersion(tokenize(read_text("Rain, rain, go away. Come again, come some other day.")), parts=2)
    >>> table[["term", "count", "range", "juilland_d", "dp", "arf"]].head(3)
        term  count  range  juilland_d   dp  arf
    0   come      2      2         1.0  0.0  1.4
    1   rain      2      1         0.0  0.5  1.2
    2  again      1      1         0.0  0.5  1.0
    """
    allowed = ~stopped(tokens.vocabulary, stopwords)
    sizes, count, types = _sizes(tokens, parts), type_counts(tokens), alphabetical(tokens)
    types = types[(allowed & (count >= max(min_count, 1)))[types]]
    types = types[np.argsort(-count[types], kind="stable")][:most]
    tables = []
    for own, counts, reduced in _blocks(tokens, types, count[types], sizes):
        table = dispersion_of(counts, sizes)
        table.insert(0, "term", names(tokens, types[own]))
        tables.append(table.assign(arf=reduced))
    return pd.concat(tables, ignore_index=True)


def places(tokens: Tokens, terms: Iterable[str], *, most: int | None = None) -> pd.DataFrame:
    """Where each of `terms` occurs: one row an occurrence, by term in the order given, then in the order of the text.

    ``term``; ``doc_id``; ``place``, the number of running words before it in the corpus. If there are more than `most`
    occurrences, the words are divided into `STRETCHES` equal stretches, and those of a term in one stretch share a row:
    the first of them, and ``times``, their number.

    >>> from analysis import read_text, tokenize
    >>> places(tokenize(read_text("War is war.")), ["war", "peace"])
      term doc_id  place
    0  war   text      0
    1  war   text      2
    """
    sought = list(dict.fromkeys(terms))
    types = types_of(tokens, sought)
    which = np.full(len(tokens.vocabulary), -1)
    which[types[types >= 0]] = np.flatnonzero(types >= 0)
    found, total = np.empty((3, 0), dtype=np.int64), 0
    for shard in shards(tokens):
        order = which[shard.types][shard.tokens.ids]
        own = np.flatnonzero(order >= 0)
        total += len(own)
        found = np.concatenate([found, [order[own], own + shard.word, np.ones_like(own)]], axis=1)
        if most is not None and found.shape[1] > 2 * most:
            found = _thinned(found, len(tokens))  # now and then, so that not all places are held at once
    many = most is not None and total > most
    order, place, times = _thinned(found, len(tokens)) if many else found[:, np.argsort(found[0], kind="stable")]
    document = np.searchsorted(tokens.document_offsets, place, side="right") - 1
    term = np.array(sought, dtype=object)[order]
    table = pd.DataFrame({"term": term, "doc_id": tokens.doc_ids[document], "place": place})
    return table.assign(times=times) if many else table


def _thinned(found: Ints, size: int) -> Ints:
    """(3, rows) by term: number, place of the first occurrence in each stretch of `size` words in all, occurrences."""
    order, place, times = found[:, np.argsort(found[0], kind="stable")]
    stretch = order * STRETCHES + place * STRETCHES // size
    first = np.flatnonzero(np.diff(stretch, prepend=-1))
    return np.stack([order[first], place[first], np.add.reduceat(times, first)])


def dispersion_of(counts: sparse.sparray | NDArray[Any], sizes: NDArray[Any]) -> pd.DataFrame:
    r"""Measures of how evenly each column of `counts` is spread over its rows.

    `counts` is (parts, terms), sparse or not, and `sizes` (parts,): all running words of each part. One row a term, in
    the order of the columns. With k parts, f occurrences in all, :math:`x_i` of them in part i, :math:`s_i` the part's
    share of all words, :math:`v_i = x_i / f`, :math:`r_i` the rate (occurrences a word of the part), and
    :math:`p_i = r_i / \sum r`:

    - ``count``: f; ``range``: the parts with the term; ``range_share``: their share (Keniston 1920, Common words in
      Spanish, Hispania 3);
    - ``juilland_d``: :math:`1 - V / \sqrt{k - 1}`, V the standard deviation (of all k) of the rates over their mean
      (Juilland and Chang-Rodríguez 1964, Frequency Dictionary of Spanish Words);
    - ``carroll_d2``: :math:`-\sum p_i \ln p_i / \ln k` (Carroll 1970, An alternative to Juilland's usage coefficient,
      p. 13);
    - ``rosengren_s``: :math:`(\sum \sqrt{s_i x_i})^2 / f` (Rosengren 1971, The quantitative concept of language);
    - ``da``: 1 - the mean of :math:`|r_i - r_j|` over all pairs of parts, divided by twice the mean rate (Burch, Egbert
      and Biber 2017, Measuring and interpreting lexical dispersion in corpus linguistics, p. 194), computed exactly as
      :math:`2 (\sum i p_{(i)} - 1) / (k - 1)` with the largest :math:`p` first;
    - ``dkl``: :math:`1 / (1 + \sum v_i \log_2 (v_i / s_i))` (Gries 2024, Frequency, Dispersion, Association, and
      Keyness, p. 90);
    - ``dp``: :math:`\frac12 \sum |v_i - s_i|` (Gries 2008, Dispersions and adjusted frequencies in corpora, p. 415);
    - ``dp_norm``: :math:`DP / (1 - \min s_i)` (Lijffijt and Gries 2012, Correction to Gries' "Dispersions and adjusted
      frequencies in corpora", p. 148);
    - ``dp_adjusted``: DP on a scale from the least to the greatest that it can be for f occurrences in these parts, so
      that rare words can be compared with frequent ones (after Gries 2022, What do (most of) our dispersion measures
      measure (most)?, p. 184). Least: occurrences in proportion to size, in whole numbers; greatest: the smallest parts
      filled up first. Beyond this greatest, where parts differ much in size, it is 1. NaN for f = 1, and where only one
      distribution is possible.

    Direction: 1 = even and 0 = uneven for ``juilland_d carroll_d2 rosengren_s da dkl``; the reverse for ``dp dp_norm
    dp_adjusted`` (some programs, tlda for R among them, print 1 - DP). ``rosengren_s`` and ``dkl`` never reach 0, nor
    does ``dp`` reach 1.

    Parts without words are left out. All measures of evenness are NaN for a term that does not occur, and with fewer
    than two parts. Raises `ValueError` when `counts` and `sizes` do not go together.

    >>> counts = np.array([[2, 3, 1], [1, 3, 0], [0, 3, 0]])
    >>> table = dispersion_of(counts, np.array([100, 100, 100]))
    >>> table[["count", "range", "carroll_d2", "da", "dp", "dp_norm"]].round(3)
       count  range  carroll_d2     da     dp  dp_norm
    0      3      2       0.579  0.333  0.333      0.5
    1      9      3       1.000  1.000  0.000      0.0
    2      1      1       0.000  0.000  0.667      1.0
    """
    counts, sizes = sparse.csc_array(counts, copy=True), np.asarray(sizes).astype(np.int64)
    counts.eliminate_zeros()
    if sizes.shape != counts.shape[:1]:
        raise ValueError(f"{len(sizes)} sizes for {counts.shape[0]} parts: give the number of words of each row")
    if not sizes.all():
        if counts[sizes == 0].nnz:
            raise ValueError("a part of 0 words holds a term: sizes are all running words of each part")
        counts, sizes = counts[sizes > 0], sizes[sizes > 0]
    parts, terms = counts.shape
    f = counts.sum(axis=0).astype(np.int64)
    width = np.diff(counts.indptr)
    table = pd.DataFrame({"count": f, "range": width.astype(np.int64)})
    if parts < 2:
        return table.assign(**dict.fromkeys(["range_share", *EVENNESS, *DEVIATION], np.nan))

    part, term, x = counts.indices, np.repeat(np.arange(terms), width), counts.data.astype(np.float64)
    share = sizes / sizes.sum()
    s = share[part]
    with np.errstate(divide="ignore", invalid="ignore"):  # a term without an occurrence
        rate = x / sizes[part]
        mean = _sums(rate, term, terms) / parts
        # Deviations from the mean, not a difference of squares: nothing is left of an even term but rounding.
        variance = (_sums((rate - mean[term]) ** 2, term, terms) + (parts - width) * mean**2) / parts
        p = rate / (parts * mean[term])
        v = x / f[term]
        dp = _sums(np.maximum(v - s, 0), term, terms)  # what is above weighs as much as what is below
        table["range_share"] = width / parts
        table["juilland_d"] = 1 - np.sqrt(variance) / mean / np.sqrt(parts - 1)
        table["carroll_d2"] = 0 - _sums(p * np.log(p), term, terms) / np.log(parts)
        table["rosengren_s"] = _sums(np.sqrt(s * x), term, terms) ** 2 / f
        # Largest first in each term. Complex numbers sort by real, then imaginary part, faster than by `np.lexsort`.
        falling = -np.sort(term - 1j * p).imag
        rank = np.arange(1, len(p) + 1) - counts.indptr[term]
        table["da"] = 2 * (_sums(rank * falling, term, terms) - 1) / (parts - 1)
        table["dkl"] = 1 / (1 + np.maximum(_sums(v * np.log2(v / s), term, terms), 0))
        table["dp"] = dp
        table["dp_norm"] = dp / (1 - share.min())
        table["dp_adjusted"] = _adjusted(dp, f, sizes)
    bounded = EVENNESS + DEVIATION
    table[bounded] = table[bounded].clip(0, 1)  # rounding may step over an end by a last bit
    table.loc[f == 0, bounded] = np.nan
    return table


def _sizes(tokens: Tokens, parts: int | None) -> Ints:
    """The number of words in each part."""
    if parts is None:
        return np.diff(tokens.document_offsets)
    if parts < 2:
        raise ValueError(f"parts is {parts}: use 2 or more equal stretches, or None for the documents")
    if 0 < len(tokens) < parts:
        raise ValueError(f"parts is {parts}, but there are {len(tokens)} words: use no more parts than words")
    return np.diff(-(-np.arange(parts + 1) * len(tokens) // parts))  # word i is in part i * parts // words


def _sums(values: NDArray[np.float64], term: Ints, terms: int) -> NDArray[np.float64]:
    """The sum of `values` for each term."""
    return np.bincount(term, values, minlength=terms).astype(np.float64)


def _adjusted(dp: NDArray[np.float64], count: Ints, sizes: Ints) -> NDArray[np.float64]:
    """DP on a scale from the least (0) to the greatest (1) that each count can have."""
    distinct, inverse = np.unique(count, return_inverse=True)
    even, uneven = (bound[inverse] for bound in _extremes(distinct, sizes))
    scaled = (dp * sizes.sum() * count - even) / (uneven - even)
    return np.where((count > 1) & (uneven > even), scaled, np.nan)


def _extremes(count: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """The least and the greatest DP of each count, both times N · count, as integers."""
    words = sizes.sum()
    size, times = np.unique(sizes, return_counts=True)
    even = np.empty_like(count)
    batch = max(1, 500_000 // len(size))
    for first in range(0, len(count), batch):
        # Each part gets the whole number in its fair share; what is left over goes to the largest remainders.
        rest = count[first : first + batch, None] * size % words
        order = np.argsort(-rest, axis=1)
        rest, alike = np.take_along_axis(rest, order, axis=1), times[order]
        left = (rest * alike).sum(axis=1, keepdims=True) // words
        given = np.clip(left - (np.cumsum(alike, axis=1) - alike), 0, alike)
        even[first : first + batch] = (given * (words - rest)).sum(axis=1)

    ascending = np.append(np.sort(sizes), 0)
    filled = np.concatenate([[0], np.cumsum(ascending[:-1])])
    full = np.searchsorted(filled, count, side="right") - 1
    held = filled[full]
    shared = held * count + np.minimum((count - held) * words, ascending[full] * count)
    return even, words * count - shared


def _blocks(
    tokens: Tokens, types: NDArray[Any], count: Ints, sizes: Ints
) -> Iterator[tuple[slice, sparse.csc_array, NDArray[np.float64]]]:
    """Yield some of the `types` at a time: which, (parts, types) counts, (types,) ARF."""
    block = np.unique(np.cumsum(np.minimum(count, len(sizes))) // AT_ONCE, return_inverse=True)[1]
    number = int(block.max(initial=0)) + 1
    place = np.full(len(tokens.vocabulary), -1, dtype=np.int32)
    place[types] = np.arange(len(types), dtype=np.int32)
    begin, last, near = np.full(len(types), -1), np.zeros(len(types), np.int64), np.zeros(len(types), np.int64)
    edges = offsets_of(sizes)
    buckets = Buckets(folder_of(tokens), [np.int32, np.int32, np.int32, np.int32], number=number, spread=False)
    for shard in shards(tokens):
        term = place[shard.types][shard.tokens.ids]
        first = np.searchsorted(edges, shard.word, side="right") - 1
        stop = np.searchsorted(edges, shard.word + len(term))
        bounds = np.clip(edges[first : stop + 1] - shard.word, 0, len(term))  # of the rows that the shard has words of
        rows = np.arange(stop - first)
        one = np.zeros(len(rows), dtype=np.int32)
        _, which, cell, times, _, ends = count_cells(term, np.empty(0), bounds, rows, one, len(types))
        which = which[cell]
        buckets.add(block[which], which, np.repeat(rows + first, np.diff(ends)), times)
        _add_places(term, shard.word, len(tokens), count, begin, last, near)
    reduced = (near + np.minimum((begin + len(tokens) - last) * count, len(tokens))) / max(len(tokens), 1)
    bounds = np.searchsorted(block, np.arange(number + 1))
    for k, own in enumerate(starmap(slice, pairwise(bounds.tolist()))):
        _, which, at, times = buckets.read(k)
        shape = (len(sizes), own.stop - own.start)
        yield own, sparse.csc_array((times, (at, which - own.start)), shape=shape), reduced[own]


@compiled
def _add_places(term: Any, before: Any, words: Any, count: Any, begin: Any, last: Any, near: Any) -> None:
    """Update the first and the last place of each chosen type, and the sum of its ARF, by the places of a shard."""
    for place, k in enumerate(term):
        if k < 0:
            continue
        if begin[k] < 0:
            begin[k] = before + place
        else:
            near[k] += min((before + place - last[k]) * count[k], words)
        last[k] = before + place
