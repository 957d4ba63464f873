"""What stands again: sentences, paragraphs and passages, within one document and across documents."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.maximal import maximal_repeats
from analysis.redundancy.near import near_repeats
from analysis.redundancy.units import UNITS, Ints, groups, texts, units
from analysis.text.lookup import document_of, sentence_of
from analysis.text.tokens import Tokens

__all__ = ["exact_repeats", "map_of_repeats", "near_repeats", "repeat_groups", "shares", "weights"]

PASSAGE = 8  # words from which a passage counts when nothing else is asked for: shorter ones are mostly set phrases
KINDS = {"within": "again in the same document", "across": "also in another document"}


def exact_repeats(tokens: Tokens, unit: str = "sentence", *, min_words: int | None = None) -> pd.DataFrame:
    """Every place of every sentence, paragraph or passage (`unit`) that stands at least twice.

    Two units are equal when their words are, as types and in order: case, punctuation, and the kinds of apostrophe and
    hyphen don't matter. One row an occurrence, in the order of the text, the groups in the order of their first
    place: ``group`` (from 0), ``count`` (how often it stands in the corpus), ``documents`` (in how many documents),
    ``words`` (in it), ``doc_id``, ``start``, ``end`` (characters). A paragraph is any segment that was tokenized. A
    passage is as long as its places allow and may begin and end within a sentence and go on over sentences and
    paragraphs, but not documents: `maximal.maximal_repeats` says exactly what counts. One passage may stand within
    another that stands less often. Units of fewer than `min_words` words are not looked at: 1 when it is not given, 8
    for passages. Raises `ValueError` for another unit, or when `min_words` is below 1.

    >>> from analysis import read_text, tokenize
    >>> exact_repeats(tokenize(read_text("We will win. They said: no. “We will WIN”!")))
       group  count  documents  words doc_id  start  end
    0      0      2          1      3   text      0   12
    1      0      2          1      3   text     28   42
    """
    if min_words is not None and min_words < 1:
        raise ValueError(f"min_words is {min_words}: use the fewest words that count, 1 or more")
    if unit == "passage":
        group, first, words = maximal_repeats(tokens, PASSAGE if min_words is None else min_words)
        start, end = _characters(tokens, first, words)
    elif unit in UNITS:
        group, first, words, start, end = _equal_units(tokens, unit, 1 if min_words is None else min_words)
    else:
        raise ValueError(f"unknown unit {unit!r}: use {', '.join(map(repr, UNITS))} or 'passage'")
    document = document_of(tokens, first)
    spread = pd.DataFrame({"group": group, "document": document}).groupby("group")["document"]
    return pd.DataFrame(
        {
            "group": group,
            "count": np.bincount(group)[group],
            "documents": spread.transform("nunique").to_numpy(),
            "words": words,
            "doc_id": tokens.doc_ids[document],
            "start": start,
            "end": end,
        }
    )


def repeat_groups(tokens: Tokens, repeats: pd.DataFrame) -> pd.DataFrame:
    """A table of repeats with one row a group, the longest times the most often first.

    ``text`` (as it stands at its first place), ``words``, ``count``, ``documents``, ``first`` (the document it stands
    in first, in the order of the corpus) and ``again`` (those it stands in again, each once).
    """
    places = repeats.sort_values("group", kind="stable")
    first = places.drop_duplicates("group")
    later = places[places["group"].duplicated()].drop_duplicates(["group", "doc_id"])
    again = later.groupby("group")["doc_id"].agg(", ".join)
    table = first[["words", "count", "documents"]].assign(first=first["doc_id"], again=first["group"].map(again))
    table.insert(0, "text", texts(tokens, first["doc_id"], first["start"], first["end"]))
    weight = (table["words"] * (table["count"] - 1)).to_numpy()
    return table.iloc[np.argsort(-weight, kind="stable")].reset_index(drop=True)


def map_of_repeats(tokens: Tokens, repeats: pd.DataFrame, *, most: int = 40) -> tuple[pd.DataFrame, pd.Series]:
    """Where the places of a table of repeats stand, and how long their documents are, for drawing.

    The places as doc_id, start, end and ``kind``: "across" where another document has the same, else "within". The
    documents by doc_id with their characters, in the order of the corpus; where more than `most` have a repeat, those
    with the most repeated characters.
    """
    spans = repeats[["doc_id", "start", "end"]].assign(kind=np.where(repeats["documents"] > 1, "across", "within"))
    size = (spans["end"] - spans["start"]).groupby(spans["doc_id"]).sum().sort_index()
    chosen = set(size.sort_values(ascending=False, kind="stable").head(most).index)
    documents = tokens.corpus.documents
    lengths = documents[documents["doc_id"].isin(chosen)].set_index("doc_id")["n_chars"]
    return spans[spans["doc_id"].isin(chosen)].reset_index(drop=True), lengths


def weights(tokens: Tokens) -> NDArray[np.float64]:
    """One weight a token: 1/n in a sentence or paragraph that stands n times in the corpus, 1 elsewhere.

    With these weights a count is what it would be had everything that was said n times been said once. Shorter phrases
    are not discounted.

    >>> from analysis import read_text, tokenize
    >>> weights(tokenize(read_text("We will win. They said no. We will win."))).tolist()
    [0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5]
    """
    # A paragraph that stands n times is made of sentences that stand n times or more, so sentences say it all.
    group = groups(tokens.ids, tokens.sentence_offsets)
    share = 1.0 / np.bincount(group, minlength=1)[group]
    return np.repeat(share, np.diff(tokens.sentence_offsets))


def shares(tokens: Tokens, *, min_words: int = 1) -> pd.DataFrame:
    """How much of each document stands again: one row a document, in the order of the corpus.

    ``words``: running words; ``within``: those in sentences that stand more than once in the document; ``across``:
    those in sentences that stand in another document too; ``repeated``: those in either; ``repeated_share``:
    ``repeated / words`` (0 = nothing, 1 = everything). Sentences of fewer than `min_words` words count as said once.
    """
    offsets = tokens.sentence_offsets
    group, document, length = groups(tokens.ids, offsets), tokens.sentence_document, np.diff(offsets)
    places = pd.DataFrame({"group": group, "document": document})
    here = places.groupby(["group", "document"])["group"].transform("size").to_numpy()
    everywhere = np.bincount(group, minlength=1)[group]
    long = length >= min_words
    within, across = long & (here > 1), long & (everywhere > here)

    def words(chosen: NDArray[np.bool_]) -> Ints:
        return np.bincount(document, np.where(chosen, length, 0), minlength=tokens.n_documents).astype(np.int64)

    table = pd.DataFrame({"doc_id": tokens.doc_ids, "words": np.diff(tokens.document_offsets)})
    table["within"], table["across"], table["repeated"] = words(within), words(across), words(within | across)
    table["repeated_share"] = table["repeated"] / table["words"].clip(lower=1)
    return table


def _equal_units(tokens: Tokens, unit: str, min_words: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Of each place of a unit that stands again: its group, first token, words, first and last character."""
    offsets, start, end = units(tokens, unit)
    words, group = np.diff(offsets), groups(tokens.ids, offsets)
    again = np.bincount(group, minlength=1)[group] > 1
    rows = np.flatnonzero(again & (words >= min_words))
    rows = rows[np.argsort(group[rows], kind="stable")]
    group = np.unique(group[rows], return_inverse=True)[1]
    return group, offsets[rows], words[rows], start[rows], end[rows]


def _characters(tokens: Tokens, first: Ints, words: Ints) -> tuple[Ints, Ints]:
    """Where passages begin and end in their documents, with the marks around whole sentences at their ends."""
    last = first + words - 1
    begins, ends = sentence_of(tokens, first), sentence_of(tokens, last)
    whole_first = first == tokens.sentence_offsets[begins]
    whole_last = last + 1 == tokens.sentence_offsets[ends + 1]
    start = np.where(whole_first, tokens.sentence_start[begins], tokens.start[first])
    end = np.where(whole_last, tokens.sentence_end[ends], tokens.end[last])
    return start.astype(np.int64), end.astype(np.int64)
