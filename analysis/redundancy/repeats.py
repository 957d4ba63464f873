"""What is repeated: sentences, paragraphs and passages, within one document and across documents."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.hashes import run_hashes
from analysis.redundancy.maximal import Passages, maximal_repeats, one_text, passage_spans, passages_of
from analysis.redundancy.near import near_repeats
from analysis.redundancy.shingles import numbered
from analysis.redundancy.units import UNITS, Ints, groups, texts, units
from analysis.text.buckets import Buckets
from analysis.text.long_tables import AnyTable, LongTable, table_parts
from analysis.text.lookup import document_of
from analysis.text.parted import LISTED, AnyTokens, Parted, parts
from analysis.text.tokens import Tokens

__all__ = ["exact_repeats", "map_of_repeats", "near_repeats", "repeat_groups", "shares", "weights"]

PASSAGE = 8  # words from which a passage counts when nothing else is asked for: shorter ones are mostly set phrases
KINDS = {"within": "again in the same document", "across": "also in another document"}
ROWS = 200_000  # of a piece of the table, and as many more as its last group needs
GRAMS = 1_500_000  # n-grams that are compared with one another at a time
MOST = 8_000_000  # words that stand again: some thirty bytes each are in memory at once
BUCKET = 500_000  # units that are compared with one another at a time


@overload
def exact_repeats(tokens: Tokens, unit: str = ..., *, min_words: int | None = ...) -> pd.DataFrame: ...
@overload
def exact_repeats(tokens: AnyTokens, unit: str = ..., *, min_words: int | None = ...) -> AnyTable: ...
def exact_repeats(tokens: AnyTokens, unit: str = "sentence", *, min_words: int | None = None) -> AnyTable:
    """Every place of every sentence, paragraph or passage (`unit`) that stands at least twice.

    Two units are equal when their words are, as types and in order: case, punctuation, and the kinds of apostrophe and
    hyphen don't matter. One row an occurrence, in the order of the text, the groups in the order of their first
    place: ``group`` (from 0), ``count`` (how often it appears in the corpus), ``documents`` (in how many documents),
    ``words`` (in it), ``doc_id``, ``start``, ``end`` (characters). A paragraph is any segment that was tokenized. A
    passage is as long as its places allow and may begin and end within a sentence and go on over sentences and
    paragraphs, but not documents: `maximal.maximal_repeats` says exactly what counts. One passage may stand within
    another that appears less often. Units of fewer than `min_words` words are not looked at: 1 when it is not given, 8
    for passages. Raises `ValueError` for another unit, when `min_words` is below 1, and for passages of a corpus in
    parts where what is repeated is too long to be sorted in memory.

    >>> from analysis import read_text, tokenize
    >>> exact_repeats(tokenize(read_text("We will win. They said: no. “We will WIN”!")))
       group  count  documents  words doc_id  start  end
    0      0      2          1      3   text      0   12
    1      0      2          1      3   text     28   42
    """
    if min_words is not None and min_words < 1:
        raise ValueError(f"min_words is {min_words}: use the fewest words that count, 1 or more")
    if unit == "passage":
        least = PASSAGE if min_words is None else min_words
        if isinstance(tokens, Parted):
            return _long_passages(tokens, least)
        group, first, words = maximal_repeats(tokens, least)
        start, end = passage_spans(tokens, first, words)
    elif unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}: use {', '.join(map(repr, UNITS))} or 'passage'")
    elif isinstance(tokens, Parted):
        return _long_repeats(tokens, unit, 1 if min_words is None else min_words)
    else:
        group, first, words, start, end = _equal_units(tokens, unit, 1 if min_words is None else min_words)
    return _place_table(tokens.doc_ids, group, document_of(tokens, first), words, start, end)


def repeat_groups(tokens: AnyTokens, repeats: AnyTable) -> pd.DataFrame:
    """A table of repeats with one row a group, the longest times the most often first.

    ``text`` (as written at its first place), ``words``, ``count``, ``documents``, ``first`` (the document it stands
    in first, in the order of the corpus) and ``again`` (those it stands in again, each once).
    """
    listed = _listed_groups(repeats) if isinstance(repeats, LongTable) else None
    pieces: list[pd.DataFrame] = []
    for piece in table_parts(repeats):
        kept = piece if listed is None else piece[piece["group"].isin(listed)]
        if not pieces or len(kept):
            pieces.append(_one_row_a_group(kept))
    table = pd.concat(pieces[1:] if len(pieces) > 1 and pieces[0].empty else pieces)
    weight = (table["words"] * (table["count"] - 1)).to_numpy()
    table = table.iloc[np.argsort(-weight, kind="stable")].reset_index(drop=True)
    table.insert(0, "text", texts(tokens, table["first"], table["start"], table["end"]))
    return table.drop(columns=["start", "end"])


def _one_row_a_group(repeats: pd.DataFrame) -> pd.DataFrame:
    places = repeats.sort_values("group", kind="stable")
    first = places.drop_duplicates("group")
    later = places[places["group"].duplicated()].drop_duplicates(["group", "doc_id"])
    again = later.groupby("group")["doc_id"].agg(", ".join)
    table = first[["words", "count", "documents", "start", "end"]]
    return table.assign(first=first["doc_id"], again=first["group"].map(again))


def map_of_repeats(tokens: AnyTokens, repeats: AnyTable, *, most: int = 40) -> tuple[pd.DataFrame, pd.Series]:
    """Where the places of a table of repeats stand, and how long their documents are, for drawing.

    The places as doc_id, start, end and ``kind``: "across" where another document has the same, else "within". The
    documents by doc_id with their characters, in the order of the corpus; where more than `most` have a repeat, those
    with the most repeated characters.
    """
    sums = [(piece["end"] - piece["start"]).groupby(piece["doc_id"]).sum() for piece in table_parts(repeats)]
    size = pd.concat(sums).groupby(level=0).sum()
    chosen = set(size.sort_values(ascending=False, kind="stable").head(most).index)
    documents = tokens.corpus.documents
    lengths = documents[documents["doc_id"].isin(chosen)].set_index("doc_id")["n_chars"]
    pieces = []
    for piece in table_parts(repeats):
        own = piece[piece["doc_id"].isin(chosen)]
        kind = np.where(own["documents"] > 1, "across", "within")
        pieces.append(own[["doc_id", "start", "end"]].assign(kind=kind))
    return pd.concat(pieces, ignore_index=True), lengths


def weights(tokens: AnyTokens) -> NDArray[np.float64]:
    """One weight a token: 1/n in a sentence or paragraph that appears n times in the corpus, 1 elsewhere.

    With these weights a count is what it would be had everything that was said n times been said once. Shorter phrases
    are not discounted. Of a corpus in parts it is one weight a sentence, which all its tokens have.

    >>> from analysis import read_text, tokenize
    >>> weights(tokenize(read_text("We will win. They said no. We will win."))).tolist()
    [0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5]
    """
    # A paragraph that appears n times is made of sentences that appear n times or more, so sentences say it all.
    share = 1.0 / equal_units(tokens, "sentence").times
    return share if isinstance(tokens, Parted) else np.repeat(share, np.diff(tokens.sentence_offsets))


def shares(tokens: AnyTokens, *, min_words: int = 1) -> pd.DataFrame:
    """How much of each document is repeated: one row a document, in the order of the corpus.

    ``words``: running words; ``within``: those in sentences that stand more than once in the document; ``across``:
    those in sentences that stand in another document too; ``repeated``: those in either; ``repeated_share``:
    ``repeated / words`` (0 = nothing, 1 = everything). Sentences of fewer than `min_words` words count as said once.
    """
    group, times = equal_units(tokens, "sentence")
    found: list[NDArray[np.int64]] = [np.empty((3, 0), dtype=np.int64)]
    for part in parts(tokens):
        own, document = part.tokens, part.tokens.sentence_document
        rows = slice(part.sentence, part.sentence + own.n_sentences)
        places = pd.DataFrame({"group": group[rows], "document": document})
        here = places.groupby(["group", "document"])["group"].transform("size").to_numpy()
        length = np.diff(own.sentence_offsets)
        long = length >= min_words
        within, across = long & (here > 1), long & (times[rows] > here)
        words = [
            np.bincount(document, np.where(chosen, length, 0), minlength=own.n_documents)
            for chosen in (within, across, within | across)
        ]
        found.append(np.array(words, dtype=np.int64))
    table = pd.DataFrame({"doc_id": tokens.doc_ids, "words": np.diff(tokens.document_offsets)})
    table["within"], table["across"], table["repeated"] = np.concatenate(found, axis=1)
    table["repeated_share"] = table["repeated"] / table["words"].clip(lower=1)
    return table


def _equal_units(tokens: Tokens, unit: str, min_words: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Of each place of a unit that is repeated: its group, first token, words, first and last character."""
    offsets, start, end = units(tokens, unit)
    words, (group, times) = np.diff(offsets), equal_units(tokens, unit)
    rows = np.flatnonzero((times > 1) & (words >= min_words))
    rows = rows[np.argsort(group[rows], kind="stable")]
    group = np.unique(group[rows], return_inverse=True)[1]
    return group, offsets[rows], words[rows], start[rows], end[rows]


def _long_repeats(tokens: Parted, unit: str, min_words: int) -> LongTable:
    """The table of `repeats.exact_repeats` of sentences or paragraphs; all rows of a group are in one of its pieces."""
    group, times = equal_units(tokens, unit)
    # In the table a group begins behind the places of those met before, and by that its piece is known.
    begin = np.empty(len(group), dtype=np.int32)
    number = int(np.count_nonzero(times > 1)) // ROWS + 1
    buckets = Buckets(tokens.folder, [np.int32] * 6, number=number, spread=False)
    seen = before = 0
    for part in parts(tokens):
        offsets, start, end = units(part.tokens, unit)
        words = np.diff(offsets)
        here = slice(seen, seen + len(words))
        seen += len(words)
        rows = np.flatnonzero((times[here] > 1) & (words >= min_words))
        own = group[here][rows]
        new = own[own == rows + here.start]
        sizes = times[new]
        begin[new] = before + np.cumsum(sizes) - sizes
        before += int(sizes.sum())
        document = document_of(part.tokens, offsets[rows]) + part.document
        at = begin[own]
        buckets.add(at // ROWS, at, document, words[rows], start[rows], end[rows])
    return LongTable(_pieces(buckets, tokens), tokens.folder)


def _pieces(buckets: Buckets, tokens: Parted) -> Iterator[pd.DataFrame]:
    doc_ids, groups = tokens.doc_ids, 0
    for k in range(len(buckets)):
        _, begin, document, words, start, end = buckets.read(k)
        if k and not len(begin):  # a group before goes on so far
            continue
        order = np.argsort(begin, kind="stable")
        group = np.unique(begin[order], return_inverse=True)[1] + groups
        columns = (column[order].astype(np.int64) for column in (document, words, start, end))
        yield _place_table(doc_ids, group, *columns)
        groups = int(group.max(initial=groups - 1)) + 1


def _place_table(
    doc_ids: NDArray[np.object_], group: Ints, document: Ints, words: Ints, start: Ints, end: Ints
) -> pd.DataFrame:
    """The columns of `repeats.exact_repeats`, of whole groups, the places of each in the order of the text."""
    own = group - group[0] if len(group) else group
    first_in_document = np.ones(len(group), dtype=np.int64)
    first_in_document[1:] = (np.diff(own) != 0) | (np.diff(document) != 0)
    documents = np.bincount(own[first_in_document > 0])
    return pd.DataFrame(
        {
            "group": group,
            "count": np.bincount(own)[own],
            "documents": documents[own],
            "words": words,
            "doc_id": doc_ids[document],
            "start": start,
            "end": end,
        }
    )


def _listed_groups(repeats: LongTable) -> Ints:
    """The first groups of `repeats.repeat_groups`: so many as a table lists."""
    found = [piece.drop_duplicates("group")[["group", "words", "count"]] for piece in repeats.parts()]
    table = pd.concat(found, ignore_index=True)
    weight = (table["words"] * (table["count"] - 1)).to_numpy()
    rows: Ints = table["group"].to_numpy()[np.argsort(-weight, kind="stable")[:LISTED]]
    return rows


def _long_passages(tokens: Parted, min_words: int) -> LongTable:
    """The table of `repeats.exact_repeats` for passages; the rows of a group are in one of its pieces."""
    begins = _repeated(tokens, min_words)
    texts, places, gaps = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int64)], 0
    for part in parts(tokens):
        own = part.tokens
        low, high = np.searchsorted(begins, (part.word, part.word + len(own)))
        if low == high:
            continue
        # Words are within a run where more runs have begun than have ended.
        change = np.zeros(len(own) + 1, dtype=np.int32)
        np.add.at(change, begins[low:high] - part.word, 1)
        np.add.at(change, begins[low:high] - part.word + min_words, -1)
        inside = np.flatnonzero(np.cumsum(change[:-1]) > 0)
        document_end = np.repeat(own.document_offsets[1:], np.diff(own.document_offsets))
        text, place = one_text(part.types[own.ids], inside, document_end, len(tokens.vocabulary) + gaps)
        gaps += int(np.count_nonzero(place < 0))
        texts.append(text)
        places.append(np.where(place < 0, -1, place + part.word))
    _check(sum(map(len, texts)) - gaps, min_words)
    del begins
    found = passages_of(np.concatenate(texts), np.concatenate(places), min_words)
    return LongTable(_passage_pieces(found, tokens), tokens.folder)


def _repeated(tokens: Parted, n: int) -> Ints:
    """The first words of all n-grams that appear twice in documents, and a few more where hashes agree by chance."""
    buckets = Buckets(tokens.folder, [np.uint64, np.int64], number=len(tokens) // GRAMS + 1)
    for part in parts(tokens):
        own = part.tokens
        counts = np.maximum(np.diff(own.document_offsets) - n + 1, 0)
        begins = np.arange(counts.sum()) + np.repeat(own.document_offsets[:-1] - (np.cumsum(counts) - counts), counts)
        one, _ = run_hashes(part.types[own.ids], begins, np.full(len(begins), n))
        buckets.add(one, begins + part.word)
    found = [np.empty(0, dtype=np.int64)]
    for k in range(len(buckets)):
        code, place = buckets.read(k)
        number = numbered(code, code)
        found.append(place[np.bincount(number)[number] > 1])
        _check(sum(map(len, found)), n)
    return np.sort(np.concatenate(found))


def _check(words: int, n: int) -> None:
    if words > MOST:
        raise ValueError(
            f"more than {MOST:,} words stand again in passages of {n} words or more: too many to be sorted in memory"
        )


def _passage_pieces(found: Passages, tokens: Parted) -> Iterator[pd.DataFrame]:
    """The rows of the table, some `ROWS` of whole groups at a time."""
    document, start, end = _located(found, tokens)
    ends = np.flatnonzero(np.diff(found.group, append=-1)) + 1  # of groups
    cuts = ends[np.searchsorted(ends, np.arange(ROWS, len(found.group), ROWS))]
    for low, high in pairwise(np.unique([0, *cuts, len(found.group)]).tolist() if len(ends) else [0, 0]):
        rows = slice(low, high)
        columns = (column[rows] for column in (document, found.words, start, end))
        yield _place_table(tokens.doc_ids, found.group[rows], *columns)


def _located(found: Passages, tokens: Parted) -> NDArray[np.int64]:
    """The document of each place, and its first and last character."""
    located = np.empty((3, len(found.first)), dtype=np.int64)
    order = np.argsort(found.first, kind="stable")
    for part in parts(tokens):
        low, high = np.searchsorted(found.first, (part.word, part.word + len(part.tokens)), sorter=order)
        rows = order[low:high]
        first = found.first[rows] - part.word
        located[0, rows] = document_of(part.tokens, first) + part.document
        located[1:, rows] = passage_spans(part.tokens, first, found.words[rows])
    return located


class Equal(NamedTuple):
    """Of each sentence or paragraph of a corpus ``group``, a number that those with the same words in the same order
    share, and ``times``, how many they are. In a corpus in parts the number is the place of the first, from 0."""

    group: NDArray[Any]
    times: NDArray[Any]


def equal_units(tokens: AnyTokens, unit: str) -> Equal:
    """Which sentences or paragraphs (`unit`) are equal; raises `ValueError` for another unit.

    >>> from analysis import read_text, tokenize
    >>> group, times = equal_units(tokenize(read_text("We will. They left. We will!")), "sentence")
    >>> group.tolist(), times.tolist()
    ([0, 1, 0], [2, 1, 2])
    """
    if isinstance(tokens, Parted):
        return _equal_in_parts(tokens, unit)
    group = groups(tokens.ids, units(tokens, unit)[0])
    return Equal(group, np.bincount(group, minlength=1)[group])


def _equal_in_parts(tokens: Parted, unit: str) -> Equal:
    """By two hashes of the words of each unit, those of one first hash together: the words themselves stay on disk."""
    buckets = Buckets(tokens.folder, [np.uint64, np.uint64, np.int32], number=tokens.n_sentences // BUCKET + 1)
    seen = 0
    for part in parts(tokens):
        offsets = units(part.tokens, unit)[0]
        one, two = run_hashes(part.types[part.tokens.ids], offsets[:-1], np.diff(offsets))
        buckets.add(one, two, np.arange(seen, seen + len(one), dtype=np.int32))
        seen += len(one)
    group, times = np.empty(seen, dtype=np.int32), np.zeros(seen, dtype=np.int32)
    for k in range(len(buckets)):
        one, two, place = buckets.read(k)
        number = numbered(one, two)
        first = np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1) > 0)
        group[place], times[place] = place[first][number], np.bincount(number)[number]
    return Equal(group, times)
