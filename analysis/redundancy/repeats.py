"""What stands again: sentences, paragraphs and passages, within one document and across documents."""

from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.equal import equal_units
from analysis.redundancy.long_passages import long_passages
from analysis.redundancy.long_repeats import listed_groups, long_repeats, place_table
from analysis.redundancy.maximal import maximal_repeats, passage_spans
from analysis.redundancy.near import near_repeats
from analysis.redundancy.units import UNITS, Ints, texts, units
from analysis.text.long_tables import AnyTable, LongTable, table_parts
from analysis.text.lookup import document_of
from analysis.text.parted import AnyTokens, Parted, parts
from analysis.text.tokens import Tokens

__all__ = ["exact_repeats", "map_of_repeats", "near_repeats", "repeat_groups", "shares", "weights"]

PASSAGE = 8  # words from which a passage counts when nothing else is asked for: shorter ones are mostly set phrases
KINDS = {"within": "again in the same document", "across": "also in another document"}


@overload
def exact_repeats(tokens: Tokens, unit: str = ..., *, min_words: int | None = ...) -> pd.DataFrame: ...
@overload
def exact_repeats(tokens: AnyTokens, unit: str = ..., *, min_words: int | None = ...) -> AnyTable: ...
def exact_repeats(tokens: AnyTokens, unit: str = "sentence", *, min_words: int | None = None) -> AnyTable:
    """Every place of every sentence, paragraph or passage (`unit`) that stands at least twice.

    Two units are equal when their words are, as types and in order: case, punctuation, and the kinds of apostrophe and
    hyphen don't matter. One row an occurrence, in the order of the text, the groups in the order of their first
    place: ``group`` (from 0), ``count`` (how often it stands in the corpus), ``documents`` (in how many documents),
    ``words`` (in it), ``doc_id``, ``start``, ``end`` (characters). A paragraph is any segment that was tokenized. A
    passage is as long as its places allow and may begin and end within a sentence and go on over sentences and
    paragraphs, but not documents: `maximal.maximal_repeats` says exactly what counts. One passage may stand within
    another that stands less often. Units of fewer than `min_words` words are not looked at: 1 when it is not given, 8
    for passages. Raises `ValueError` for another unit, when `min_words` is below 1, and for passages of a corpus in
    parts where what stands again is too long to be sorted in memory.

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
            return long_passages(tokens, least)
        group, first, words = maximal_repeats(tokens, least)
        start, end = passage_spans(tokens, first, words)
    elif unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}: use {', '.join(map(repr, UNITS))} or 'passage'")
    elif isinstance(tokens, Parted):
        return long_repeats(tokens, unit, 1 if min_words is None else min_words)
    else:
        group, first, words, start, end = _equal_units(tokens, unit, 1 if min_words is None else min_words)
    return place_table(tokens.doc_ids, group, document_of(tokens, first), words, start, end)


def repeat_groups(tokens: AnyTokens, repeats: AnyTable) -> pd.DataFrame:
    """A table of repeats with one row a group, the longest times the most often first.

    ``text`` (as it stands at its first place), ``words``, ``count``, ``documents``, ``first`` (the document it stands
    in first, in the order of the corpus) and ``again`` (those it stands in again, each once).
    """
    listed = listed_groups(repeats) if isinstance(repeats, LongTable) else None
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
    """One weight a token: 1/n in a sentence or paragraph that stands n times in the corpus, 1 elsewhere.

    With these weights a count is what it would be had everything that was said n times been said once. Shorter phrases
    are not discounted. Of a corpus in parts it is one weight a sentence, which all its tokens have.

    >>> from analysis import read_text, tokenize
    >>> weights(tokenize(read_text("We will win. They said no. We will win."))).tolist()
    [0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5]
    """
    # A paragraph that stands n times is made of sentences that stand n times or more, so sentences say it all.
    share = 1.0 / equal_units(tokens, "sentence").times
    return share if isinstance(tokens, Parted) else np.repeat(share, np.diff(tokens.sentence_offsets))


def shares(tokens: AnyTokens, *, min_words: int = 1) -> pd.DataFrame:
    """How much of each document stands again: one row a document, in the order of the corpus.

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
    """Of each place of a unit that stands again: its group, first token, words, first and last character."""
    offsets, start, end = units(tokens, unit)
    words, (group, times) = np.diff(offsets), equal_units(tokens, unit)
    rows = np.flatnonzero((times > 1) & (words >= min_words))
    rows = rows[np.argsort(group[rows], kind="stable")]
    group = np.unique(group[rows], return_inverse=True)[1]
    return group, offsets[rows], words[rows], start[rows], end[rows]
