"""How much shorter a document can be told by pointing back."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Floats, compiled
from analysis.redundancy.maximal import common_prefixes, suffix_array
from analysis.text.parted import parts
from analysis.text.tokens import Tokens
from analysis.text.units import Ints

SHORT = 2000  # words up to which a text is parsed the faster without its suffixes in order


def compression(tokens: Tokens, *, shuffles: int = 5, seed: int = 0, most_words: int | None = None) -> pd.DataFrame:
    """How much shorter each document can be told by pointing back: one row a document, in reading order (`novelty`).

    A document is cut, from left to right, into phrases, each the longest run of words that began earlier, or one word
    that is new (Lempel and Ziv 1976; Ziv and Lempel 1977: what gzip and xz look for, here in words). The fewer
    phrases, the more stood before. No bytes are written: their number differs between builds of zlib, and from version
    to version of xz, gzip looks no further back than 32 KB, and short texts are mostly header. Phrases are the same
    on every machine, know all that was read, and there is no n to choose.

    - ``doc_id``, ``date``, ``words``, ``phrases``;
    - ``ratio``: ``phrases / words``, from 1 (no word appears twice) down to 0;
    - ``shuffled``: the same ratio for the document's words in random order, the mean of `shuffles` orders drawn from
      `seed`. It falls with length much as ``ratio`` does, so that a text is not called redundant for being long;
    - ``redundancy``: ``1 - ratio / shuffled``: 0 where the order holds no repetition beyond chance, above 0.5 where
      all is said twice. Grammar and set phrases alone make some 0.05 in English news and speeches of 1,000 words and
      0.015 more with each doubling of length: 0.10 at 8,000, 0.17 at 130,000. Compare texts of like length. It is
      about order: a text of one word over and over has ratio near 0 and redundancy 0;
    - ``given``: its phrases when those of all documents read earlier may be pointed to as well, in which parsing is
      that of Ziv and Merhav (1993) with the document's own past beside the other text;
    - ``known``: ``1 - given / phrases``: what is saved by having read the earlier documents, as the conditional
      compression of Cilibrasi and Vitanyi (2005), C(earlier + document) - C(earlier), is in bytes. It grows with what
      was read: a text that copies nothing has about 0.1 by one other text on its subject, 0.2 by 10,000 earlier words
      and 0.3 by 100,000.

    A document without words has NaN for all but ``words`` and ``phrases``; ``given`` and ``known`` are NaN where no
    words were read earlier, and in a corpus of more than `most_words` words (None: however many), since all of it is
    sorted in memory for them, in some thirty bytes a word. Raises `ValueError` when `shuffles` is below 1.

    >>> from analysis import read_text, tokenize
    >>> once = "the plan will be carried out by all of them in due time "
    >>> compression(tokenize(read_text(once * 2)))[["words", "phrases", "ratio"]].round(3)
       words  phrases  ratio
    0     26       14  0.538
    """
    if shuffles < 1:
        raise ValueError(f"shuffles is {shuffles}: use how many random orders to take the mean of, 1 or more")
    phrases, mixed = np.zeros((2, tokens.n_documents))
    for part in parts(tokens):
        last = np.full(len(part.tokens.vocabulary), -1, dtype=np.int32)
        offsets = part.tokens.document_offsets.tolist()
        for row, (first, stop) in enumerate(pairwise(offsets), part.document):
            if first == stop:
                continue
            # A generator for each document: its figures don't depend on the others.
            random, ids = np.random.default_rng(seed), part.tokens.ids[first:stop]
            phrases[row] = _parse(ids, last)
            mixed[row] = sum(_parse(random.permutation(ids), last) for _ in range(shuffles)) / shuffles
    order = reading_order(tokens)
    phrases, mixed, sizes = phrases[order], mixed[order], np.diff(tokens.document_offsets)[order]
    few = most_words is None or len(tokens) <= most_words
    given = _given(tokens, order, sizes) if few else np.full(len(order), np.nan)
    table = pd.DataFrame({"doc_id": tokens.doc_ids[order], "date": tokens.corpus.documents["date"].to_numpy()[order]})
    table["words"], table["phrases"] = sizes, phrases.astype(np.int64)
    table["ratio"], table["shuffled"] = share(phrases, sizes), share(mixed, sizes)
    table["redundancy"] = 1 - share(phrases, mixed)
    table["given"] = np.where(sizes > 0, given, np.nan)
    table["known"] = 1 - share(given, phrases)
    return table


def _given(tokens: Tokens, order: Ints, sizes: Ints) -> Floats:
    """The phrases of the documents in the `order` of reading when those before may be pointed to; NaN for the first.

    ``sizes``: their words, in the same order.
    """
    # One text of all documents, each with a word of its own behind it, so that no phrase crosses into the next.
    stops = np.cumsum(sizes + 1) - 1
    joined = np.empty(int(sizes.sum()) + len(order), dtype=np.int32)
    joined[stops] = len(tokens.vocabulary) + np.arange(len(order))
    begins = np.empty_like(stops)
    begins[order] = stops - sizes
    for part in parts(tokens):
        types = part.types[part.tokens.ids]
        for row, (first, stop) in enumerate(pairwise(part.tokens.document_offsets.tolist()), part.document):
            joined[begins[row] : begins[row] + stop - first] = types[first:stop]
    before = _longest_before(joined)
    found = [_phrases(before, *place) for place in zip(begins[order].tolist(), stops.tolist(), strict=True)]
    return np.where(np.cumsum(sizes) > sizes, np.array(found, dtype=np.float64), np.nan)


def _parse(ids: NDArray[np.int32], last: NDArray[np.int32]) -> int:
    """The phrases of one text by itself; `last`: -1 for each type, which is there again afterwards."""
    if len(ids) <= SHORT:
        return int(_phrases_of_few(ids, last))
    text = np.append(ids, np.int32(ids.max(initial=0) + 1))
    return int(_phrases(_longest_before(text), 0, len(ids)))


def _longest_before(text: NDArray[Any]) -> NDArray[Any]:
    """How many words from each place on also stand in a row from an earlier place on; a word of its own ends `text`."""
    suffixes, rank = suffix_array(text)
    longest: NDArray[Any] = _previous_factors(suffixes, rank, common_prefixes(text, suffixes))
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
    """How many phrases make the words from `begin` to `end`."""
    count = 0
    while begin < end:
        begin += max(1, longest[begin])
        count += 1
    return count


@compiled
def _phrases_of_few(text: Any, last: Any) -> int:
    """How many phrases make a short text: what begins at one is compared at each earlier place of its first word."""
    before = np.empty(len(text), dtype=np.int32)  # the place before at which the same word stands
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


def reading_order(tokens: Tokens) -> Ints:
    """The documents by date, undated ones last; those of one day, and the undated, in the order of the corpus.

    >>> from analysis import read_text, tokenize
    >>> reading_order(tokenize(read_text("War is near."))).tolist()
    [0]
    """
    dates = tokens.corpus.documents["date"].reset_index(drop=True)
    return dates.sort_values(kind="stable", na_position="last").index.to_numpy(dtype=np.int64)


def share(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """`part` / `whole`, NaN where `whole` is 0."""
    quotient: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return quotient
