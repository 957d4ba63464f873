"""What is repeated almost word for word: all pairs of sentences or paragraphs that share most of their words."""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import compiled
from analysis.redundancy.hashes import Hashes, run_hashes
from analysis.redundancy.near_join import FEWEST, Ids, alike, bits_of, first_words, index, join
from analysis.redundancy.near_places import Listed, of_contents
from analysis.redundancy.reuse.pasting import SIDES, rows_of
from analysis.redundancy.shingles import numbered
from analysis.redundancy.units import Ints, groups, texts, units
from analysis.text.buckets import Buckets
from analysis.text.long_tables import AnyTable, Columns, LongTable, table_parts
from analysis.text.lookup import document_of, word_at
from analysis.text.parted import LISTED, AnyTokens, Parted, parts
from analysis.text.tokens import Tokens, offsets_of

IN_A_PASS = 1_000_000  # rows of the long table that are looked at in one pass over the corpus
CONTENTS = 1_000_000  # units whose contents are told apart at a time
WORDS = 6_000_000  # words in all the sets of a block: each is compared with itself and with the later ones
ROWS = 250_000  # rows of a table that are made at a time
MOST = 30_000_000_000  # pairs that share one of their rarest words: so many take some minutes


@overload
def near_repeats(tokens: Tokens, threshold: float = ..., unit: str = ...) -> pd.DataFrame: ...
@overload
def near_repeats(tokens: AnyTokens, threshold: float = ..., unit: str = ...) -> AnyTable: ...
def near_repeats(tokens: AnyTokens, threshold: float = 0.8, unit: str = "sentence") -> AnyTable:
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
    ``similarity``, ``omitted``.

    - Units of fewer than five words are too short to be nearly the same: two of them make a pair, of similarity 1,
      where they are equal word by word in order, and they make none with a longer unit.
    - Copies are pairs too.
    - A unit that is nearly the same as more than 50 earlier ones is listed with the first of these alone, and
      ``omitted`` in that row tells how many more there are; it is 0 in all other rows. So 10,000 bulletins that differ
      in a name make 11,224 rows, not 50 million, and the rows and ``omitted`` come to all pairs together. A unit that
      no earlier one is like is always listed with the first later one that is, so that every unit with a near repeat
      is in the table.

    Raises `ValueError` when `threshold` is not above 0 and at most 1, and for another `unit`.

    >>> from analysis import read_text, tokenize
    >>> near_repeats(tokenize(read_text("We will win this war. It rained. We will win that war!")), 0.6)
      a_doc  a_start  a_end b_doc  b_start  b_end  similarity  omitted
    0  text        0     21  text       33     54    0.666667        0
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}: use a share above 0 and at most 1, such as 0.8")
    if isinstance(tokens, Parted):
        return _near_in_parts(tokens, float(threshold), unit)
    offsets, start, end = units(tokens, unit)
    content, begin, items = _contents(tokens, offsets)
    by_size = np.argsort(np.diff(begin), kind="stable")
    sizes = np.diff(begin)[by_size]
    found = of_contents(content)
    for first, second, shared in join(offsets_of(sizes), _gathered(begin, items, by_size), float(threshold)):
        found.add(by_size[first], by_size[second], shared / (sizes[first] + sizes[second] - shared))
    a, b, similarity, omitted = found.rows()
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
            "similarity": similarity,
            "omitted": omitted,
        }
    )


def _contents(tokens: Tokens, offsets: Ints) -> tuple[Ints, Ints, Ids]:
    """Each unit's content as a number, and each content's set of words, rarest first; a short unit's set is empty."""
    wording = groups(tokens.ids, offsets)
    rows = np.unique(wording, return_index=True)[1]
    length = np.diff(offsets)[rows]
    by_count = np.argsort(np.bincount(tokens.ids, minlength=len(tokens.vocabulary)), kind="stable")
    rank = np.empty(len(by_count), dtype=np.int32)
    rank[by_count] = np.arange(len(by_count), dtype=np.int32)
    long, short = np.flatnonzero(length >= FEWEST), np.flatnonzero(length < FEWEST)
    words = rank[_gathered(offsets, tokens.ids, rows[long])]
    shape = (len(long), len(rank))
    sets = sparse.csr_array((np.ones(len(words), dtype=np.int8), words, offsets_of(length[long])), shape=shape)
    sets.sum_duplicates()
    set_of_long = groups(sets.indices, sets.indptr.astype(np.int64))
    kept = np.unique(set_of_long, return_index=True)[1]
    content = np.empty(len(rows), dtype=np.int64)
    content[long] = set_of_long
    content[short] = len(kept) + np.arange(len(short))
    sizes = np.append(np.diff(sets.indptr)[kept], np.zeros(len(short), dtype=np.int64))
    return content[wording], offsets_of(sizes), _gathered(sets.indptr, sets.indices, kept)


def _gathered(begin: NDArray[Any], items: Ids, rows: Ints) -> Ids:
    """The runs of `items` that are called for by `rows`, one after another."""
    length = np.diff(begin)[rows]
    shift = begin[rows] - offsets_of(length)[:-1]
    return items.take(np.repeat(shift, length) + np.arange(length.sum()))


def near_texts(tokens: AnyTokens, found: AnyTable) -> pd.DataFrame:
    """The texts behind a table of `near_repeats` that are not the same word for word, the most alike first.

    One row for each pair of texts: ``similarity``, ``times`` (how many rows of `found` have these
    two), ``a_doc``, ``a_text``, ``b_doc``, ``b_text`` (where they stand first, white space made one blank). Of a corpus
    in parts there are the first `LISTED` rows.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("We will win this war now. They said no. We will win that war now."))
    >>> near_texts(tokens, near_repeats(tokens, 0.6))[["similarity", "times", "b_text"]].round(2)
       similarity  times                     b_text
    0        0.71      1  We will win that war now.
    """
    most = LISTED if isinstance(tokens, Parted) or isinstance(found, LongTable) else None
    table = pd.concat([rows[~_same_wording(tokens, rows)] for rows in _stretches(found)], ignore_index=True)
    document, start, end = (np.concatenate(column) for column in zip(*_places(tokens, table), strict=True))
    a, b = _numbers_of_texts(tokens, document, start, end).reshape(2, -1)
    both = pd.factorize(a * (b.max(initial=0) + 1) + b)[0]
    first = np.flatnonzero(np.diff(np.maximum.accumulate(both), prepend=-1) > 0)
    order = first[np.argsort(-table["similarity"].to_numpy()[first], kind="stable")][:most]
    shown = table.iloc[order].reset_index(drop=True)
    shown["times"] = np.bincount(both)[both[order]]
    for side in SIDES:
        own = (shown[f"{side}_{column}"] for column in ("doc", "start", "end"))
        shown[f"{side}_text"] = texts(tokens, *own).array
    return shown[["similarity", "times", "a_doc", "a_text", "b_doc", "b_text"]]


def _stretches(found: AnyTable) -> Iterator[pd.DataFrame]:
    """The table in stretches of about `IN_A_PASS` rows, one at least."""
    waiting: list[pd.DataFrame] = []
    for piece in table_parts(found):
        if waiting and sum(map(len, waiting)) + len(piece) > IN_A_PASS:
            yield pd.concat(waiting, ignore_index=True)
            waiting = []
        waiting.append(piece)
    yield pd.concat(waiting, ignore_index=True)


def _places(tokens: AnyTokens, rows: pd.DataFrame) -> list[tuple[Ints, Ints, Ints]]:
    """The document and the characters of either side."""
    return [
        (rows_of(tokens, rows[f"{side}_doc"]), rows[f"{side}_start"].to_numpy(), rows[f"{side}_end"].to_numpy())
        for side in SIDES
    ]


def _same_wording(tokens: AnyTokens, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows have two units of the same words in the same order: by their hashes."""
    same = (rows["similarity"] == 1).to_numpy(copy=True)
    chosen = np.flatnonzero(same)
    sides = _places(tokens, rows.iloc[chosen])
    hashes = np.zeros((2, 2, len(chosen)), dtype=np.uint64)
    for part in parts(tokens):
        types = part.types[part.tokens.ids]
        for (document, start, end), found in zip(sides, hashes, strict=True):
            here = np.flatnonzero((document >= part.document) & (document < part.document + part.tokens.n_documents))
            own = document[here] - part.document
            first, stop = (word_at(part.tokens, own, character[here]) for character in (start, end))
            found[:, here] = run_hashes(types, first, stop - first)
    same[chosen] = (hashes[0] == hashes[1]).all(axis=0)
    return same


def _numbers_of_texts(tokens: AnyTokens, document: Ints, start: Ints, end: Ints) -> Ints:
    """A number for the text of each span, the same for the same text with white space made one blank."""
    opens = pd.factorize(document * (start.max(initial=0) + 1) + start)[0]
    place = pd.factorize(opens * (end.max(initial=0) + 1) + end)[0]
    first = np.flatnonzero(np.diff(np.maximum.accumulate(place), prepend=-1) > 0)
    hashes = np.empty((len(first), 2), dtype=np.uint64)
    for k in np.argsort(document[first], kind="stable").tolist():  # a text that is on disk is read once
        row = first[k]
        text = " ".join(tokens.corpus.texts[document[row]][start[row] : end[row]].split())
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        hashes[k] = np.frombuffer(digest, dtype="<u8")
    number: Ints = numbered(hashes[:, 0], hashes[:, 1]).astype(np.int64)
    return number[place]


class _Block(NamedTuple):
    """Sets of words by size: the first unit with each, where each begins in ``items``, the least and the most words."""

    unit: Ids
    begin: Ints
    items: Ids
    least: int
    most: int


def _near_in_parts(tokens: Parted, threshold: float, unit: str) -> LongTable:
    """The table of `near.near_repeats`, on disk."""
    columns = Columns(tokens.folder)
    content, sizes = _contents_in_parts(tokens, unit, columns)
    found = of_contents(content)
    _compare(found, columns, content, sizes, threshold, len(tokens.vocabulary))
    a, b, similarity, omitted = found.rows()
    places = np.unique(np.append(a, b))
    sides = {"a": np.searchsorted(places, a), "b": np.searchsorted(places, b)}
    spans = _spans(tokens, unit, places)
    names = pd.Series(tokens.doc_ids, dtype="str").array

    def rows(chosen: slice) -> pd.DataFrame:
        table: dict[str, Any] = {}
        for side, place in sides.items():
            document, start, end = spans[:, place[chosen]]
            table |= {f"{side}_doc": names.take(document), f"{side}_start": start, f"{side}_end": end}
        return pd.DataFrame(table | {"similarity": similarity[chosen], "omitted": omitted[chosen]})

    return LongTable((rows(slice(low, low + ROWS)) for low in range(0, max(len(a), 1), ROWS)), tokens.folder)


def _contents_in_parts(tokens: Parted, unit: str, columns: Columns) -> tuple[Ids, list[int]]:
    """The first unit with the content of each unit, and the sizes of the sets of words that are in `columns`."""
    rank = _rank(tokens)
    buckets = Buckets(tokens.folder, [np.uint64, np.uint64, np.int32], number=tokens.n_sentences // CONTENTS + 1)
    sizes: set[int] = set()
    before = 0
    for part in parts(tokens):
        offsets = units(part.tokens, unit)[0]
        ranks = rank[part.types[part.tokens.ids]]
        items, size = _sets(ranks, offsets, FEWEST)
        buckets.add(*_keys(ranks, offsets, items, size), np.arange(before, before + len(size)))
        begin = offsets_of(size)
        for one in np.unique(size[size > 0]).tolist():
            rows = np.flatnonzero(size == one)
            columns.add(f"{one}", items[begin[rows][:, np.newaxis] + np.arange(one)])
            columns.add(f"{one} units", (rows + before).astype(np.int32))
            sizes.add(one)
        before += len(size)
    content = np.empty(before, dtype=np.int32)
    for k in range(len(buckets)):
        high, low, own = buckets.read(k)
        number = numbered(high, low)
        first = np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1) > 0)
        content[own] = own[first][number]
    return content, sorted(sizes)


def _rank(tokens: Parted) -> Ids:
    """The place of each type among all, the rarest first."""
    counts = np.zeros(len(tokens.vocabulary), dtype=np.int32)
    for part in parts(tokens):
        counts[part.types] += np.bincount(part.tokens.ids, minlength=len(part.types)).astype(np.int32)
    rank = np.empty(len(counts), dtype=np.int32)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(counts), dtype=np.int32)
    return rank


def _compare(found: Listed, columns: Columns, content: Ids, sizes: list[int], threshold: float, types: int) -> None:
    """Add the pairs of contents that are alike, each as its first unit, and how similar they are."""
    blocks = list(_cut(columns, sizes))
    room = np.zeros(types + 1, dtype=np.int64)
    for pieces in blocks:
        own = _block(columns, content, pieces)
        room += first_words(own.begin, own.items, threshold, types)[1]
    if (hits := int((room**2).sum()) // 2) > MOST:
        raise ValueError(
            f"what is nearly the same is not looked for: with {len(content):,} places to compare, of which many share "
            f"their rarest words, it would take {hits:.0e} comparisons, and {MOST:.0e} are made at most"
        )
    del room
    for k, pieces in enumerate(blocks):
        own = _block(columns, content, pieces)
        indexed = index(own.begin, own.items, threshold, types)
        number = 0
        for later, others in enumerate(blocks[k:]):
            other = own if later == 0 else _block(columns, content, others)
            if threshold * other.least > own.most + 1:
                break
            bits = indexed.bits if later == 0 else bits_of(other.begin, other.items)
            for one, two, shared in alike(indexed, other.begin, other.items, bits, number, threshold, later == 0):
                total = np.diff(own.begin)[one] + np.diff(other.begin)[two]
                found.add(own.unit[one], other.unit[two], shared / (total - shared))
            number += len(other.unit)


def _cut(columns: Columns, sizes: list[int]) -> Iterator[list[tuple[int, int, int]]]:
    """The sets in blocks of about `WORDS` words: sizes, the first and the last one of each size."""
    waiting: list[tuple[int, int, int]] = []
    room = WORDS
    for size in sizes:
        rows = len(columns.array(f"{size} units", np.int32))
        low = 0
        while low < rows:
            high = min(rows, low + max(1, room // size))
            waiting.append((size, low, high))
            room -= size * (high - low)
            low = high
            if room < size:
                yield waiting
                waiting, room = [], WORDS
    if waiting:
        yield waiting


def _block(columns: Columns, content: Ids, pieces: list[tuple[int, int, int]]) -> _Block:
    """The different sets of a block."""
    unit, items, lengths = [], [], []
    for size, low, high in pieces:
        own = columns.array(f"{size} units", np.int32)[low:high]
        first = content[own] == own
        unit.append(own[first])
        items.append(columns.array(f"{size}", np.int32)[low * size : high * size].reshape(-1, size)[first].ravel())
        lengths.append(np.full(len(unit[-1]), size))
    columns.release()
    begin = offsets_of(np.concatenate(lengths))
    return _Block(np.concatenate(unit), begin, np.concatenate(items), pieces[0][0], pieces[-1][0])


def _spans(tokens: Parted, unit: str, places: Ids) -> NDArray[np.int64]:
    """Document, first and last character of the units that are `places`, in rising order: (3, places)."""
    spans = np.empty((3, len(places)), dtype=np.int64)
    before = 0
    for part in parts(tokens):
        offsets, start, end = units(part.tokens, unit)
        low, high = np.searchsorted(places, (before, before + len(start))).tolist()
        own = places[low:high] - before
        spans[:, low:high] = document_of(part.tokens, offsets[own]) + part.document, start[own], end[own]
        before += len(start)
    return spans


def _keys(ranks: Ids, offsets: Ints, items: Ids, size: Ints) -> tuple[Hashes, Hashes]:
    """Two numbers for the content of each unit: its set of words, where it has one, else its words in order."""
    in_order = run_hashes(ranks, offsets[:-1], np.diff(offsets))
    sets = run_hashes(items, offsets_of(size)[:-1], size)
    one, two = (np.where(size > 0, of_set + np.uint64(1), own) for of_set, own in zip(sets, in_order, strict=True))
    return one, two


@compiled
def _sets(ranks: Any, offsets: Any, few: int) -> Any:
    """The set of words of each unit, rising, one after another, and its size; empty for fewer than `few` words."""
    units_ = len(offsets) - 1
    items, size = np.empty(len(ranks), dtype=np.int32), np.zeros(units_, dtype=np.int64)
    n = 0
    for k in range(units_):
        if offsets[k + 1] - offsets[k] < few:
            continue
        words = np.sort(ranks[offsets[k] : offsets[k + 1]])
        for place in range(len(words)):
            if place == 0 or words[place] != words[place - 1]:
                items[n] = words[place]
                n += 1
                size[k] += 1
    return items[:n], size
