"""What is repeated: sentences, paragraphs and passages, within one document and across documents."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.maximal import Passages, maximal_repeats
from analysis.redundancy.near import near_repeats
from analysis.redundancy.near_join import Ids
from analysis.text.lookup import document_of, sentence_of
from analysis.text.shards import shards
from analysis.text.tokens import Tokens
from analysis.text.units import UNITS, equal_units, texts, units, weights

__all__ = ["exact_repeats", "map_of_repeats", "near_repeats", "repeat_groups", "shares", "weights"]

PASSAGE = 8  # words from which a passage counts when nothing else is asked for: shorter ones are mostly set phrases
KINDS = {"within": "again in the same document", "across": "also in another document"}


def exact_repeats(
    tokens: Tokens, unit: str = "sentence", *, min_words: int | None = None, most_words: int | None = None
) -> pd.DataFrame:
    """Every occurrence of every sentence, paragraph or passage (`unit`) that appears at least twice.

    Two units are equal when their words are, as types and in order: case, punctuation, and the kinds of apostrophe and
    hyphen don't matter. One row an occurrence, grouped, the groups in the order of their first place: ``group`` (from
    0), ``count`` (occurrences in the corpus), ``documents`` (that have it), ``words`` (in it), ``doc_id``, ``start``,
    ``end`` (characters). A paragraph is any segment that was tokenized. A passage is as long as its places allow; it
    may cross sentences and paragraphs, not documents, and may lie within another that appears less often: see
    `maximal.maximal_repeats`. Units of fewer than `min_words` words (default 1, of passages 8) are left out.

    Raises `ValueError` for another unit, for `min_words` below 1, and for passages when more than `most_words` words
    are repeated (None: however many), since they are sorted in memory, in some thirty bytes each.

    >>> from analysis import read_text, tokenize
    >>> exact_repeats(tokenize(read_text("We will win. They said: no. “We will WIN”!")))
       group  count  documents  words doc_id  start  end
    0      0      2          1      3   text      0   12
    1      0      2          1      3   text     28   42
    """
    if min_words is not None and min_words < 1:
        raise ValueError(f"min_words is {min_words}: use the fewest words that count, 1 or more")
    if unit == "passage":
        found = maximal_repeats(tokens, PASSAGE if min_words is None else min_words, most=most_words)
        return _place_table(tokens.doc_ids, found.group, *_locate(tokens, found))
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}: use {', '.join(map(repr, UNITS))} or 'passage'")
    group, times = equal_units(tokens, unit)
    pieces, first = [np.empty((5, 0), dtype=np.int32)], 0
    for shard in shards(tokens):
        offsets, start, end = units(shard.tokens, unit)
        words, here = np.diff(offsets), slice(first, first + len(start))
        first = here.stop
        rows = np.flatnonzero((times[here] > 1) & (words >= (min_words or 1)))
        document = document_of(shard.tokens, offsets[rows]) + shard.document
        pieces.append(np.array([group[here][rows], document, words[rows], start[rows], end[rows]], dtype=np.int32))
    columns = np.concatenate(pieces, axis=1)
    return _place_table(tokens.doc_ids, *columns[:, np.argsort(columns[0], kind="stable")])


def repeat_groups(tokens: Tokens, repeats: pd.DataFrame, *, most: int | None = None) -> pd.DataFrame:
    """One row a group of `exact_repeats`, sorted by the words that its later occurrences repeat; `most` rows at most.

    ``text`` (as written at its first place), ``words``, ``count``, ``documents``, ``first`` (the first document that
    has it, in the order of the corpus) and ``again`` (the documents it appears in again, each once).
    """
    places = repeats.sort_values("group", kind="stable")
    later = places["group"].duplicated()
    first = places[~later]
    weight = first["words"].to_numpy(np.int64) * (first["count"].to_numpy(np.int64) - 1)
    first = first.iloc[np.argsort(-weight, kind="stable")[:most]]
    others = places[later & places["group"].isin(first["group"])].drop_duplicates(["group", "doc_id"])
    ids, bounds = others["doc_id"].tolist(), np.flatnonzero(np.diff(others["group"], prepend=-1, append=-1))
    again = pd.Series(
        [", ".join(ids[begin:end]) for begin, end in pairwise(bounds.tolist())],
        index=others["group"].to_numpy()[bounds[:-1]],
        dtype="str",
    )
    table = first[["words", "count", "documents"]].assign(first=first["doc_id"], again=first["group"].map(again))
    table.insert(0, "text", texts(tokens, first["doc_id"], first["start"], first["end"]))
    return table.reset_index(drop=True)


def map_of_repeats(tokens: Tokens, repeats: pd.DataFrame, *, most: int = 40) -> tuple[pd.DataFrame, pd.Series]:
    """The places of a table of repeats, and the lengths of their documents in characters, to be drawn.

    The places: doc_id, start, end and ``kind``, "across" where another document has the same, else "within". The
    lengths are indexed by doc_id, in the order of the corpus; where more than `most` documents have a repeat, they are
    those with the most repeated characters.
    """
    size = (repeats["end"] - repeats["start"]).groupby(repeats["doc_id"]).sum()
    chosen = size.sort_values(ascending=False, kind="stable").head(most).index
    documents = tokens.corpus.documents
    lengths = documents[documents["doc_id"].isin(chosen)].set_index("doc_id")["n_chars"]
    own = repeats[repeats["doc_id"].isin(chosen)].reset_index(drop=True)
    kind = np.where(own["documents"] > 1, "across", "within")
    return own[["doc_id", "start", "end"]].assign(kind=kind), lengths


def shares(tokens: Tokens, *, min_words: int = 1) -> pd.DataFrame:
    """How much of each document is repeated: one row a document, in the order of the corpus.

    ``words``: running words; ``within``: those in sentences that appear more than once in the document; ``across``:
    those in sentences that appear in another document too; ``repeated``: those in either; ``repeated_share`` =
    ``repeated / words`` (0 = nothing, 1 = everything). Sentences of fewer than `min_words` words do not count.
    """
    group, times = equal_units(tokens, "sentence")
    found: list[NDArray[np.int64]] = [np.empty((3, 0), dtype=np.int64)]
    for shard in shards(tokens):
        own, document = shard.tokens, shard.tokens.sentence_document
        rows = slice(shard.sentence, shard.sentence + own.n_sentences)
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


def _place_table(
    doc_ids: NDArray[np.object_], group: NDArray[Any], document: Ids, words: Ids, start: Ids, end: Ids
) -> pd.DataFrame:
    """The table of `exact_repeats`, from places sorted by group and then in the order of the text."""
    new = np.diff(group, prepend=-1) != 0
    own = np.cumsum(new, dtype=np.int32) - np.int32(1)
    in_another = new | (np.diff(document, prepend=-1) != 0)
    return pd.DataFrame(
        {
            "group": own,
            "count": np.bincount(own).astype(np.int32)[own],
            "documents": np.bincount(own[in_another]).astype(np.int32)[own],
            "words": words,
            "doc_id": doc_ids[document],
            "start": start,
            "end": end,
        }
    )


def _locate(tokens: Tokens, found: Passages) -> NDArray[np.int32]:
    """Document, words, start and end of each passage; whole sentences keep the marks around them. (4, places)."""
    located = np.empty((4, len(found.first)), dtype=np.int32)
    located[1] = found.words
    order = np.argsort(found.first, kind="stable")
    for shard in shards(tokens):
        low, high = np.searchsorted(found.first, (shard.word, shard.word + len(shard.tokens)), sorter=order)
        own, rows = shard.tokens, order[low:high]
        first = found.first[rows] - shard.word
        last = first + found.words[rows] - 1
        begins, ends = sentence_of(own, first), sentence_of(own, last)
        opens, closes = first == own.sentence_offsets[begins], last + 1 == own.sentence_offsets[ends + 1]
        located[0, rows] = document_of(own, first) + shard.document
        located[2, rows] = np.where(opens, own.sentence_start[begins], own.start[first])
        located[3, rows] = np.where(closes, own.sentence_end[ends], own.end[last])
    return located
