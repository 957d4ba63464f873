"""What stands again almost word for word: all pairs of sentences or paragraphs that share most of their words."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.redundancy.pasting import tokens_of
from analysis.redundancy.units import Ints, distinct_texts, groups, units
from analysis.text.compiled import compiled
from analysis.text.lookup import document_of
from analysis.text.tokens import Tokens

FEWEST = 5  # words of a unit from which shared words say something: one word of four changed is a quarter
FULL = 2500  # pairs of places that the same two contents are listed with, about what fifty copies of each make

Ids = NDArray[np.int32]


def near_repeats(tokens: Tokens, threshold: float = 0.8, unit: str = "sentence") -> pd.DataFrame:
    r"""Every pair of sentences or paragraphs (`unit`) whose words are the same to a share of at least `threshold`.

    .. math:: J(A, B) = |A \cap B| / |A \cup B|

    (Jaccard 1912, The distribution of the flora in the alpine zone), A and B being the *sets* of types of the two
    units: 0 = no word shared, 1 = the same words, in whatever order and number. No pair is missed: the search leaves
    out only what an upper bound of its similarity rules out, and what it finds is counted word by word (prefixes of
    the rarest words, Bayardo, Ma and Srikant 2007, Scaling up all pairs similarity search; bounds from length and
    position, Xiao and others 2011, Efficient similarity joins for near-duplicate detection; from bitmaps, Sandes,
    Teodoro and Melo 2020, Bitmap filter).

    One row a pair of places, in the order of the text: ``a_doc``, ``a_start``, ``a_end`` of the earlier one
    (characters; documents in the order of the corpus), ``b_doc``, ``b_start``, ``b_end`` of the later one,
    ``similarity``.

    - Units of fewer than five words are too short to be nearly the same: two of them make a pair, of similarity 1,
      where they are equal word by word in order, and they make none with a longer unit.
    - Copies are pairs too. But where the same two sets of words would make more than 2,500 pairs of places, as 51
      copies of one sentence do, each place is listed with the first place of the other set alone (with the first
      place of all where the two sets are one). So every place is in the table, and 10,000 copies make 9,999 rows,
      not 50 million.

    Raises `ValueError` when `threshold` is not above 0 and at most 1, and for another `unit`.

    >>> from analysis import read_text, tokenize
    >>> near_repeats(tokenize(read_text("We will win this war. It rained. We will win that war!")), 0.6)
      a_doc  a_start  a_end b_doc  b_start  b_end  similarity
    0  text        0     21  text       33     54    0.666667
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}: use a share above 0 and at most 1, such as 0.8")
    offsets, start, end = units(tokens, unit)
    content, begin, items = _contents(tokens, offsets)
    by_size = np.argsort(np.diff(begin), kind="stable")
    sizes = np.diff(begin)[by_size]
    first, second, shared = _join(_starts(sizes), _gathered(begin, items, by_size), float(threshold))
    similarity = shared / (sizes[first] + sizes[second] - shared)
    again = np.flatnonzero(np.bincount(content) > 1)
    first, second = np.append(by_size[first], again), np.append(by_size[second], again)
    similarity = np.append(similarity, np.ones(len(again)))
    a, b, pair = _places(first, second, _starts(np.bincount(content)), np.argsort(content, kind="stable"), FULL)
    order = np.argsort(a.astype(np.int64) * len(start) + b)
    a, b = a[order], b[order]
    document = document_of(tokens, offsets[:-1])
    names = pd.Series(tokens.doc_ids, dtype="str").array
    return pd.DataFrame(
        {
            "a_doc": names.take(document[a]),
            "a_start": start[a],
            "a_end": end[a],
            "b_doc": names.take(document[b]),
            "b_start": start[b],
            "b_end": end[b],
            "similarity": similarity[pair[order]],
        }
    )


def _contents(tokens: Tokens, offsets: Ints) -> tuple[Ints, Ints, Ids]:
    """The content of each unit, as a number, and the set of words of each content, the rarest word first.

    The content of a long unit is its set of words, that of a short one its words in order. A set is ``items[begin[k] :
    begin[k + 1]]``; that of a short one is empty, since it is compared with nothing.
    """
    wording = groups(tokens.ids, offsets)
    rows = np.unique(wording, return_index=True)[1]
    length = np.diff(offsets)[rows]
    by_count = np.argsort(np.bincount(tokens.ids, minlength=len(tokens.vocabulary)), kind="stable")
    rank = np.empty(len(by_count), dtype=np.int32)
    rank[by_count] = np.arange(len(by_count), dtype=np.int32)
    long, short = np.flatnonzero(length >= FEWEST), np.flatnonzero(length < FEWEST)
    words = rank[_gathered(offsets, tokens.ids, rows[long])]
    shape = (len(long), len(rank))
    sets = sparse.csr_array((np.ones(len(words), dtype=np.int8), words, _starts(length[long])), shape=shape)
    sets.sum_duplicates()
    set_of_long = groups(sets.indices, sets.indptr.astype(np.int64))
    kept = np.unique(set_of_long, return_index=True)[1]
    content = np.empty(len(rows), dtype=np.int64)
    content[long] = set_of_long
    content[short] = len(kept) + np.arange(len(short))
    sizes = np.append(np.diff(sets.indptr)[kept], np.zeros(len(short), dtype=np.int64))
    return content[wording], _starts(sizes), _gathered(sets.indptr, sets.indices, kept)


def _gathered(begin: NDArray[Any], items: Ids, rows: Ints) -> Ids:
    """The runs of `items` that are called for by `rows`, one behind the other."""
    length = np.diff(begin)[rows]
    shift = begin[rows] - _starts(length)[:-1]
    return items.take(np.repeat(shift, length) + np.arange(length.sum()))


def _starts(lengths: NDArray[Any]) -> Ints:
    """Where runs of these lengths begin when they stand one behind the other, and where the last ends."""
    return np.append(0, np.cumsum(lengths)).astype(np.int64)


@compiled
def _places(first: Any, second: Any, begin: Any, places: Any, full: int) -> Any:
    """The units that pairs of contents stand for, the earlier and the later one, and the pair they come from.

    The units of content k are ``places[begin[k] : begin[k + 1]]``. All of one with all of the other or, where these are
    more than `full`, the first of either with all of the other.
    """
    rows = 0
    for pair in range(len(first)):
        m, n = begin[first[pair] + 1] - begin[first[pair]], begin[second[pair] + 1] - begin[second[pair]]
        if first[pair] == second[pair]:
            rows += m * (m - 1) // 2 if m * m <= full else m - 1
        else:
            rows += m * n if m * n <= full else m + n - 1
    earlier, later = np.empty(rows, dtype=np.int32), np.empty(rows, dtype=np.int32)
    origin = np.empty(rows, dtype=np.int32)
    row = 0
    for pair in range(len(first)):
        one, other = begin[first[pair]], begin[second[pair]]
        m, n = begin[first[pair] + 1] - one, begin[second[pair] + 1] - other
        same = one == other
        for i in range(m):
            last = n if i == 0 or m * n <= full else 1
            for j in range(i + 1 if same else 0, last):
                a, b = places[one + i], places[other + j]
                earlier[row], later[row], origin[row] = min(a, b), max(a, b), pair
                row += 1
    return earlier, later, origin


@compiled
def _needed(x: int, y: int, threshold: float) -> int:
    """How many words sets of x and y words must share: the smallest number whose similarity reaches the threshold."""
    shared = int(threshold / (1.0 + threshold) * (x + y))
    while shared > 0 and shared / (x + y - shared) >= threshold:  # rounding may have put it on either side
        shared -= 1
    while shared / (x + y - shared) < threshold:
        shared += 1
    return shared


@compiled
def _bits(items: Any, first: int, last: int) -> Any:
    """64 bits, one set for each word: two sets differ in at least as many words as their bits do."""
    bits = np.uint64(0)
    for k in range(first, last):
        bits |= np.uint64(1) << ((np.uint64(items[k]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(58))
    return bits


@compiled
def _ones(bits: Any) -> Any:
    """How many of 64 bits are set."""
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def _shared(items: Any, i: int, i_end: int, j: int, j_end: int, shared: int, needed: int) -> int:
    """`shared` and the common words of two rising runs; -1 as soon as `needed` is out of reach."""
    while i < i_end and j < j_end:
        if shared + min(i_end - i, j_end - j) < needed:
            return -1
        a, b = items[i], items[j]
        if a == b:
            shared += 1
        i += a <= b
        j += b <= a
    return shared if shared >= needed else -1


@compiled
def _join(begin: Any, items: Any, threshold: float) -> Any:
    """The pairs of sets of a similarity of at least `threshold`, and how many words they share.

    The sets ``items[begin[k] : begin[k + 1]]`` stand in the order of their sizes, their words in that of their numbers.
    Two that share enough words share one of the first few of either, else too few are left: so each set looks only for
    those met before that have one of its first words among theirs. Where both have met such a word for the first time,
    they share it and at most what stands behind it on either side.
    """
    n = len(begin) - 1
    bits = np.empty(n, dtype=np.uint64)
    # How many first words of a set suffice to find it, for sets of its size and more.
    kept = np.zeros(n, dtype=np.int64)
    room = np.zeros(items.max() + 2 if len(items) else 1, dtype=np.int64)
    for x in range(n):
        size = begin[x + 1] - begin[x]
        bits[x] = _bits(items, begin[x], begin[x + 1])
        if size > 0:
            kept[x] = size - _needed(size, size, threshold) + 1
        for i in range(begin[x], begin[x] + kept[x]):
            room[items[i] + 1] += 1
    head = np.cumsum(room)  # of each word, those that have it: from `head`, where they are large enough, to `tail`
    tail = head.copy()
    owner, position = np.empty(head[-1], dtype=np.int32), np.empty(head[-1], dtype=np.int32)
    last = np.full(n, -1, dtype=np.int32)
    found = np.empty((1024, 3), dtype=np.int32)
    pairs = 0
    for x in range(n):
        x_end = begin[x + 1]
        size = x_end - begin[x]
        smallest = max(int(threshold * size) - 1, 1)  # words of a set that can be alike; one less: products are rounded
        while smallest < size and smallest / size < threshold:
            smallest += 1
        for i in range(begin[x], x_end - smallest + 1):
            word = items[i]
            while head[word] < tail[word] and begin[owner[head[word]] + 1] - begin[owner[head[word]]] < smallest:
                head[word] += 1
            for at in range(head[word], tail[word]):
                y = owner[at]
                if last[y] == x:
                    continue
                last[y] = x
                j, y_end = position[at], begin[y + 1]
                total = size + y_end - begin[y]
                needed = _needed(size, y_end - begin[y], threshold)
                if min(x_end - i, y_end - j) < needed or _ones(bits[x] ^ bits[y]) > total - 2 * needed:
                    continue
                shared = _shared(items, i + 1, x_end, j + 1, y_end, 1, needed)
                if shared < 0:
                    continue
                if pairs == len(found):
                    longer = np.empty((2 * pairs, 3), dtype=np.int32)
                    longer[:pairs] = found
                    found = longer
                found[pairs, 0], found[pairs, 1], found[pairs, 2] = y, x, shared
                pairs += 1
        for i in range(begin[x], begin[x] + kept[x]):
            owner[tail[items[i]]], position[tail[items[i]]] = x, i
            tail[items[i]] += 1
    return found[:pairs, 0], found[:pairs, 1], found[:pairs, 2]


def near_texts(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """The texts behind a table of `near_repeats` that are not the same word for word, the most alike first.

    One row for each two texts that stand side by side: ``similarity``, ``times`` (how many rows of `found` have these
    two), ``a_doc``, ``a_text``, ``b_doc``, ``b_text`` (where they stand first, white space made one blank).

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("We will win this war now. They said no. We will win that war now."))
    >>> near_texts(tokens, near_repeats(tokens, 0.6))[["similarity", "times", "b_text"]].round(2)
       similarity  times                     b_text
    0        0.71      1  We will win that war now.
    """
    table = found[~_same_wording(tokens, found)].reset_index(drop=True)
    sides = [distinct_texts(tokens, *(table[f"{side}_{part}"] for part in ("doc", "start", "end"))) for side in "ab"]
    (a_texts, a), (b_texts, b) = sides
    both = pd.factorize(a * max(len(b_texts), 1) + b)[0]
    first = np.flatnonzero(np.diff(np.maximum.accumulate(both), prepend=-1) > 0)
    order = first[np.argsort(-table["similarity"].to_numpy()[first], kind="stable")]
    shown = table.iloc[order].reset_index(drop=True)
    shown["times"] = np.bincount(both)[both[order]]
    shown["a_text"], shown["b_text"] = a_texts.take(a[order]).array, b_texts.take(b[order]).array
    return shown[["similarity", "times", "a_doc", "a_text", "b_doc", "b_text"]]


def _same_wording(tokens: Tokens, found: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows of `near_repeats` have two units of the same words in the same order."""
    same = (found["similarity"] == 1).to_numpy(copy=True)
    rows = np.flatnonzero(same)
    sides = []
    for side in ("a", "b"):
        own = found.iloc[rows].rename(columns={f"{side}_{part}": part for part in ("doc", "start", "end")})
        document = pd.Index(tokens.doc_ids).get_indexer(pd.Index(own["doc"], dtype=object))
        sides.append(tokens_of(tokens, own[["start", "end"]].assign(document=document)))
    (a, a_stop), (b, b_stop) = sides
    equal = a_stop - a == b_stop - b
    length = np.where(equal, a_stop - a, 0)
    owner = np.repeat(np.arange(len(rows)), length)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    differs = tokens.ids[a[owner] + step] != tokens.ids[b[owner] + step]
    same[rows] = equal & (np.bincount(owner, differs, minlength=len(rows)) == 0)
    return same
