"""Near repeats: the sentences, paragraphs and documents that share most of their words."""

import hashlib
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis.core.compiled import compiled
from analysis.core.resources import cores
from analysis.redundancy.near_join import Ids, Sets, comparisons, join, sets_of
from analysis.redundancy.near_places import pairs_of_copies
from analysis.redundancy.reuse.borrowing import SIDES, rows_of
from analysis.text.hashes import run_hashes
from analysis.text.lookup import distinct, document_of, word_at
from analysis.text.shards import shards
from analysis.text.shingles import is_first, number_pairs
from analysis.text.tokens import Tokens, offsets_of
from analysis.text.units import Ints, allocate, distinct_spans, release, span_texts, split_by_size, texts, units

WORDS = 6_000_000  # words in the sets of a block: each block is compared with itself and with the later ones
COMPARED = 30_000_000_000  # comparisons that a report makes at most: some minutes
ALIKE = 0.8  # Jaccard coefficient from which two documents are copies
COPIES_COMPARED = 2_000_000_000  # comparisons made at most to find copies: some ten seconds


def near_repeats(
    tokens: Tokens, threshold: float = 0.8, unit: str = "sentence", *, most_comparisons: int | None = None
) -> pd.DataFrame:
    r"""Every pair of sentences or paragraphs (`unit`) with a similarity of at least `threshold`.

    .. math:: J(A, B) = |A \cap B| / |A \cup B|

    (Jaccard 1912, The distribution of the flora in the alpine zone), A and B being the *sets* of types of the two
    units: 0 = no word shared, 1 = the same words, in whatever order and number. No pair is missed, and no similarity is
    an estimate (prefixes of the rarest words: Bayardo, Ma and Srikant 2007, Scaling up all pairs similarity search;
    bounds from length and position: Xiao and others 2011, Efficient similarity joins for near-duplicate detection; from
    bitmaps: Sandes, Teodoro and Melo 2020, Bitmap filter).

    One row a pair of places, in the order of the text: ``a_doc``, ``a_start``, ``a_end`` of the earlier one
    (characters), ``b_doc``, ``b_start``, ``b_end`` of the later one, ``similarity``, ``omitted``.

    - Copies are pairs too. Units of fewer than five words pair only with their copies, equal word by word in order.
    - A unit that is nearly the same as more than 50 earlier ones is listed with the first of them alone; ``omitted`` in
      that row is how many more there are, and 0 in all other rows, so that rows and ``omitted`` add up to all pairs. A
      unit without an earlier match is listed with its first later one, so that every unit with a match is in the table.

    Raises `ValueError` when `threshold` is not above 0 and at most 1, for another `unit`, and when more than
    `most_comparisons` would be needed (None: however many), as where many units share one of their rarest words.

    >>> from analysis import read_text, tokenize
    >>> near_repeats(tokenize(read_text("We will win this war. It rained. We will win that war!")), 0.6)
      a_doc  a_start  a_end b_doc  b_start  b_end  similarity  omitted
    0  text        0     21  text       33     54    0.666667        0
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}: use a share above 0 and at most 1, such as 0.8")
    content, sets = _contents(tokens, lambda shard: units(shard, unit)[0])
    found = pairs_of_copies(content)
    borders = split_by_size(np.diff(sets.begin), WORDS)
    types = len(tokens.vocabulary)
    hits = 0 if most_comparisons is None else comparisons((sets.block(*each) for each in borders), threshold, types)
    if most_comparisons is not None and hits > most_comparisons:
        raise ValueError(
            f"what is nearly the same is not looked for: with {len(content):,} places to compare, of which many share "
            f"their rarest words, it would take {hits:.0e} comparisons, and {most_comparisons:.0e} are made at most"
        )
    for k, own in enumerate(borders):
        others = (sets.block(*each) for each in borders[k:])
        for pairs in join(sets.block(*own), others, threshold, types, threads=cores()):
            found.add(*pairs)
        release(sets.items)
    a, b, similarity, omitted = found.rows()
    places = distinct(np.append(a, b))
    spans = _spans(tokens, unit, places)
    table: dict[str, Any] = {}
    for side, rows in (("a", np.searchsorted(places, a)), ("b", np.searchsorted(places, b))):
        document, start, end = spans[:, rows]
        table |= {f"{side}_doc": tokens.doc_ids[document], f"{side}_start": start, f"{side}_end": end}
    return pd.DataFrame(table | {"similarity": similarity, "omitted": omitted})


def near_texts(tokens: Tokens, found: pd.DataFrame, *, most: int | None = None) -> pd.DataFrame:
    """The pairs of texts in a table of `near_repeats` that differ in their wording, the most similar first.

    One row a pair of texts, `most` of them (None: all): ``similarity``, ``times`` (rows of `found` with these two),
    ``a_doc``, ``a_text``, ``b_doc``, ``b_text`` (where they appear first, white space made one blank).

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("We will win this war now. They said no. We will win that war now."))
    >>> near_texts(tokens, near_repeats(tokens, 0.6))[["similarity", "times", "b_text"]].round(2)
       similarity  times                     b_text
    0        0.71      1  We will win that war now.
    """
    table = found[~_same_wording(tokens, found)].reset_index(drop=True)
    document, start, end = (np.concatenate(column) for column in zip(*_places(tokens, table), strict=True))
    a, b = _text_ids(tokens, document, start, end).reshape(2, -1)
    both = pd.factorize(a * (b.max(initial=0) + 1) + b)[0]
    first = np.flatnonzero(is_first(both))
    order = first[np.argsort(-table["similarity"].to_numpy()[first], kind="stable")][:most]
    shown = table.iloc[order].reset_index(drop=True)
    shown["times"] = np.bincount(both)[both[order]]
    for side in SIDES:
        own = (shown[f"{side}_{column}"] for column in ("doc", "start", "end"))
        shown[f"{side}_text"] = texts(tokens, *own).array
    return shown[["similarity", "times", "a_doc", "a_text", "b_doc", "b_text"]]


def copies(tokens: Tokens, *, threshold: float = ALIKE) -> Ints:
    """(documents,) a number for each document, from 0 in the order of the corpus, the same for copies of one another.

    Two documents are copies when the Jaccard coefficient of their sets of words is at least `threshold`, see
    `near_repeats`; a copy of a copy is one too (connected components). Documents of fewer than five words are copies
    only where they are equal, and so are all where more than `COPIES_COMPARED` pairs would have to be compared.

    >>> from analysis import load_tokens
    >>> texts = ["Rain closed the road to the north.", "It rained.", "On Monday rain closed the road to the north."]
    >>> copies(load_tokens(texts), threshold=0.7).tolist()
    [0, 1, 0]
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}: use a share above 0 and at most 1, such as 0.8")
    content, sets = _contents(tokens, lambda shard: shard.document_offsets)
    size, types = int(content.max(initial=-1)) + 1, len(tokens.vocabulary)
    group = np.arange(size)
    blocks = [sets.block(*each) for each in split_by_size(np.diff(sets.begin), WORDS)]
    if comparisons(blocks, threshold, types) <= COPIES_COMPARED:
        for k, own in enumerate(blocks):
            for a, b, _ in join(own, blocks[k:], threshold, types, threads=cores()):
                first = np.unique(group, return_index=True)[1]
                links = np.stack([np.append(a, np.arange(size)), np.append(b, first[group])])  # and what was linked
                graph = sparse.coo_array((np.ones(links.shape[1]), (links[0], links[1])), (size, size))
                group = connected_components(graph, directed=False)[1].astype(np.int64)
            release(sets.items)
    return pd.factorize(group[content])[0].astype(np.int64)


def _contents(tokens: Tokens, offsets_in: Callable[[Tokens], Ints]) -> tuple[Ids, Sets]:
    """The number of each unit's content, and the distinct sets of words of the long ones, by size: see `sets_of`."""
    counts = np.zeros(len(tokens.vocabulary), dtype=np.int32)
    for shard in shards(tokens):
        counts[shard.types] += np.bincount(shard.tokens.ids, minlength=len(shard.types)).astype(np.int32)
    rank = np.empty(len(counts), dtype=np.int32)  # of each type, the rarest first
    rank[np.argsort(counts, kind="stable")] = np.arange(len(counts), dtype=np.int32)
    items, stop = allocate(tokens, len(tokens), np.int32), 0
    keys, sizes = [np.empty((2, 0), dtype=np.uint64)], [np.empty(0, dtype=np.int32)]
    for shard in shards(tokens):
        own, size, key = sets_of(rank[shard.types[shard.tokens.ids]], offsets_in(shard.tokens))
        items[stop : stop + len(own)] = own
        stop += len(own)
        release(items)
        keys.append(key)
        sizes.append(size)
    halves, size = np.concatenate(keys, axis=1), np.concatenate(sizes)
    bounds = np.cumsum([len(own) for own in sizes]).tolist()
    del keys, sizes
    content = number_pairs(*halves)
    del halves
    kept = np.flatnonzero(is_first(content) & (size > 0)).astype(np.int32)
    kept = kept[np.argsort(size[kept], kind="stable")]
    begin, to = offsets_of(size[kept]), np.full(len(size), -1, dtype=np.int64)
    to[kept] = begin[:-1]
    sets = allocate(tokens, int(begin[-1]), np.int32)
    stop = 0
    for rows in itertools.starmap(slice, itertools.pairwise(bounds)):
        stop += _copy_sets(items[stop:], size[rows], to[rows], sets)
        release(items)
        release(sets)
    return content, Sets(content[kept], begin, sets)


def _spans(tokens: Tokens, unit: str, places: Ids) -> Ids:
    """Document, start and end of the units at `places`, which rise: (3, places)."""
    spans, before = np.empty((3, len(places)), dtype=np.int32), 0
    for shard in shards(tokens):
        offsets, start, end = units(shard.tokens, unit)
        low, high = np.searchsorted(places, (before, before + len(start))).tolist()
        own = places[low:high] - before
        spans[:, low:high] = document_of(shard.tokens, offsets[own]) + shard.document, start[own], end[own]
        before += len(start)
    return spans


def _places(tokens: Tokens, rows: pd.DataFrame) -> list[tuple[Ints, Ints, Ints]]:
    """The document and the characters of either side."""
    return [
        (rows_of(tokens, rows[f"{side}_doc"]), rows[f"{side}_start"].to_numpy(), rows[f"{side}_end"].to_numpy())
        for side in SIDES
    ]


def _same_wording(tokens: Tokens, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows have two units of the same words in the same order, by 128-bit hashes."""
    same = (rows["similarity"] == 1).to_numpy(copy=True)
    chosen = np.flatnonzero(same)
    sides = _places(tokens, rows.iloc[chosen])
    hashes = np.zeros((2, 2, len(chosen)), dtype=np.uint64)
    for shard in shards(tokens):
        types = shard.types[shard.tokens.ids]
        for (document, start, end), found in zip(sides, hashes, strict=True):
            here = np.flatnonzero((document >= shard.document) & (document < shard.document + shard.tokens.n_documents))
            own = document[here] - shard.document
            first, stop = (word_at(shard.tokens, own, character[here]) for character in (start, end))
            found[:, here] = run_hashes(types, first, stop - first)
    same[chosen] = (hashes[0] == hashes[1]).all(axis=0)
    return same


def _text_ids(tokens: Tokens, document: Ints, start: Ints, end: Ints) -> Ints:
    """A number for the text of each span, the same for equal texts, white space made one blank."""
    place, first = distinct_spans(document, start, end)
    hashes = np.empty((len(first), 2), dtype=np.uint64)
    for k, text in span_texts(tokens, document[first], start[first], end[first]):
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        hashes[k] = np.frombuffer(digest, dtype="<u8")
    number: Ints = number_pairs(hashes[:, 0], hashes[:, 1]).astype(np.int64)
    return number[place]


@compiled
def _copy_sets(items: Any, size: Any, to: Any, target: Any) -> int:
    """Copy the consecutive sets in `items` to their places in `target`, but for those at -1; return their end."""
    begin = 0
    for k in range(len(size)):
        if to[k] >= 0:
            target[to[k] : to[k] + size[k]] = items[begin : begin + size[k]]
        begin += size[k]
    return begin
