"""What stands again word for word: sentences and paragraphs, within one document and across documents."""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.tokens import Tokens

UNITS = ("sentence", "paragraph")
KINDS = {"within": "again in the same document", "across": "also in another document"}

Ints = NDArray[np.int64]


def exact_repeats(tokens: Tokens, unit: str = "sentence", *, min_words: int = 1) -> pd.DataFrame:
    """Every place of every sentence or paragraph (`unit`) that stands at least twice.

    Two units are equal when their words are, as types and in order: case, punctuation, and the kinds of apostrophe and
    hyphen don't matter. One row an occurrence, in the order of the text, the groups in the order of their first
    place: ``group`` (from 0), ``count`` (how often it stands in the corpus), ``documents`` (in how many documents),
    ``words`` (in it), ``doc_id``, ``start``, ``end`` (characters). A paragraph is any segment that was tokenized. Units
    of fewer than `min_words` words are not looked at. Raises `ValueError` for another unit.

    >>> from analysis import read_text, tokenize
    >>> exact_repeats(tokenize(read_text("We will win. They said: no. “We will WIN”!")))
       group  count  documents  words doc_id  start  end
    0      0      2          1      3   text      0   12
    1      0      2          1      3   text     28   42
    """
    offsets, start, end = _units(tokens, unit)
    group = _groups(tokens.ids, offsets)
    counts = np.bincount(group, minlength=1)
    rows = np.flatnonzero((counts[group] > 1) & (np.diff(offsets) >= min_words))
    order = rows[np.argsort(group[rows], kind="stable")]
    document = tokens.document[offsets[order]]
    spread = pd.DataFrame({"group": group[order], "document": document}).groupby("group")["document"]
    return pd.DataFrame(
        {
            "group": np.unique(group[order], return_inverse=True)[1],
            "count": counts[group[order]],
            "documents": spread.transform("nunique").to_numpy(),
            "words": np.diff(offsets)[order],
            "doc_id": tokens.doc_ids[document],
            "start": start[order],
            "end": end[order],
        }
    )


def repeat_groups(tokens: Tokens, repeats: pd.DataFrame) -> pd.DataFrame:
    """A table of repeats with one row a group, the longest times the most often first.

    ``text`` (as it stands at its first place), ``words``, ``count``, ``documents``, ``first`` (the document it stands
    in first, in the order of the corpus) and ``again`` (those it stands in again, each once).
    """
    texts = dict(zip(tokens.doc_ids, tokens.corpus.texts, strict=True))
    rows = []
    for _, places in repeats.groupby("group", sort=True):
        doc_id, start, end = places[["doc_id", "start", "end"]].iloc[0]
        others = list(dict.fromkeys(places["doc_id"].iloc[1:]))
        text = " ".join(texts[doc_id][start:end].split())
        words, count, documents = places[["words", "count", "documents"]].iloc[0].tolist()
        rows.append((text, words, count, documents, doc_id, ", ".join(others)))
    table = pd.DataFrame(rows, columns=["text", "words", "count", "documents", "first", "again"])
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
    group = _groups(tokens.ids, tokens.sentence_offsets)
    share = 1.0 / np.bincount(group, minlength=1)[group]
    return np.repeat(share, np.diff(tokens.sentence_offsets))


def shares(tokens: Tokens, *, min_words: int = 1) -> pd.DataFrame:
    """How much of each document stands again: one row a document, in the order of the corpus.

    ``words``: running words; ``within``: those in sentences that stand more than once in the document; ``across``:
    those in sentences that stand in another document too; ``repeated``: those in either; ``repeated_share``:
    ``repeated / words`` (0 = nothing, 1 = everything). Sentences of fewer than `min_words` words count as said once.
    """
    offsets = tokens.sentence_offsets
    group, document, length = _groups(tokens.ids, offsets), tokens.sentence_document, np.diff(offsets)
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


def _units(tokens: Tokens, unit: str) -> tuple[Ints, Ints, Ints]:
    """Where each unit's tokens begin (and the last ends), and its first and last character."""
    if unit == "sentence":
        return tokens.sentence_offsets, tokens.sentence_start.astype(np.int64), tokens.sentence_end.astype(np.int64)
    if unit != "paragraph":
        raise ValueError(f"unknown unit {unit!r}: use {' or '.join(map(repr, UNITS))}")
    segment, first = np.unique(tokens.sentence_segment, return_index=True)
    offsets = np.append(tokens.sentence_offsets[first], len(tokens))
    rows = tokens.corpus.segments.iloc[segment]
    return offsets, rows["start"].to_numpy(), rows["end"].to_numpy()


def _groups(ids: NDArray[np.int32], offsets: Ints) -> Ints:
    """A number for each unit, the same for units of the same words in the same order."""
    known: dict[bytes, int] = {}
    data, width = ids.tobytes(), ids.itemsize
    bounds = (offsets * width).tolist()
    pieces = (data[first:last] for first, last in pairwise(bounds))
    return np.array([known.setdefault(piece, len(known)) for piece in pieces], dtype=np.int64)
