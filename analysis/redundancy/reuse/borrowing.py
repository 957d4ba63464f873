"""Borrowing: which document is dated first, and how much of each one comes from earlier ones."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.core.compiled import compiled
from analysis.text.lookup import word_at
from analysis.text.shards import shards
from analysis.text.tokens import Tokens
from analysis.text.units import Ints

SIDES = ("a", "b")


def directions(tokens: Tokens, found: pd.DataFrame) -> pd.Series:
    """Which side of each row of `passages` or `document_pairs` is dated earlier: "a", "b", or "unknown".

    Unknown where a date is missing or both are of one day. An earlier date does not prove that the other document was
    copied from this one: both may follow a third.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("War is near."))
    >>> directions(tokens, pd.DataFrame({"a": ["text"], "b": ["text"]})).tolist()
    ['unknown']
    """
    dates = tokens.corpus.documents["date"]
    names = ("a_doc", "b_doc") if "a_doc" in found.columns else SIDES
    places = (places_of(tokens, found[name]) for name in names)
    a, b = (dates.take(rows).where(rows >= 0).to_numpy() for rows in places)
    earlier = np.select([a < b, b < a], list(SIDES), "unknown")
    return pd.Series(earlier, index=found.index, dtype=object)


def borrowed(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """How much of each document appears in a document dated earlier: one row a document, in the order of the corpus.

    `found` is a table of `reuse.passages`. Passages that are "reworded" do not count, nor does a side with more than
    twice as many characters as the other. ``words``: running words; ``shared``: those in passages shared with any other
    document; ``borrowed``: those shared with a document of an earlier day; ``borrowed_share`` = ``borrowed / words`` (0
    to 1; the churnalism share, after the Media Standards Trust's churnalism.com, 2011); ``undated``: words shared only
    with documents of unknown or equal date; ``origin``: the document that most of the borrowed words come from, or
    None. A word comes from the earliest document that shares it, of one day the first in the corpus; and so for two
    origins of as many words.
    """
    sides = _copied(tokens, found)
    earlier = _from_earliest(tokens, sides)
    size = tokens.n_documents
    shared, dated = (
        np.bincount(rows["document"], _claimed_words(tokens, rows), minlength=size).astype(np.int64)
        for rows in (sides, sides[sides["earlier"] | sides["later"]])
    )
    table = pd.DataFrame({"doc_id": tokens.doc_ids, "words": np.diff(tokens.document_offsets)})
    table["shared"] = shared
    table["borrowed"] = np.bincount(earlier["document"], earlier["claimed"], minlength=size).astype(np.int64)
    table["borrowed_share"] = table["borrowed"] / table["words"].clip(lower=1)
    table["undated"] = shared - dated
    table["origin"] = _most_from(tokens, earlier)
    return table


def borrowed_between(tokens: Tokens, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """How much each group borrowed from earlier documents of each group, itself included.

    `found` is a table of `reuse.passages`, counted as in `borrowed`. One row a pair of values of the column `by`, most
    borrowed words first: ``taker``, ``origin``, ``words`` (of the taker's documents), ``borrowed`` (those that come
    from a document of the origin), ``share`` = ``borrowed / words``. Raises `ValueError` for an unknown column.
    """
    group, names = pd.factorize(tokens.groups(by), sort=True)
    earlier = _from_earliest(tokens, _copied(tokens, found))
    links = pd.DataFrame({"taker": group[earlier["document"]], "origin": group[earlier["other"]]})
    links["borrowed"] = earlier["claimed"].to_numpy()
    table = links[links["borrowed"] > 0].groupby(["taker", "origin"])["borrowed"].sum().reset_index()
    sizes = np.bincount(group, np.diff(tokens.document_offsets), minlength=len(names)).astype(np.int64)
    table.insert(2, "words", sizes[table["taker"]])
    table["share"] = table["borrowed"] / table["words"]
    table["taker"], table["origin"] = (pd.Series(names[table[side]], dtype="str") for side in ("taker", "origin"))
    return table.sort_values(["borrowed", "taker", "origin"], ascending=[False, True, True], ignore_index=True)


def even(found: pd.DataFrame) -> pd.DataFrame:
    """The passages that have at most twice as many characters on one side as on the other."""
    a, b = (found[f"{side}_end"] - found[f"{side}_start"] for side in SIDES)
    return found[(a <= 2 * b) & (b <= 2 * a)]


def spans(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """Both sides of each passage, all a sides first: document, other, start, end, and is the other earlier, later."""
    row = {side: rows_of(tokens, found[f"{side}_doc"]) for side in SIDES}
    first = directions(tokens, found).to_numpy()
    sides = [
        pd.DataFrame(
            {
                "document": row[side],
                "other": row[other],
                "start": found[f"{side}_start"].to_numpy(dtype=np.int64),
                "end": found[f"{side}_end"].to_numpy(dtype=np.int64),
                "earlier": first == other,
                "later": first == side,
            }
        )
        for side, other in (SIDES, SIDES[::-1])
    ]
    return pd.concat(sides, ignore_index=True)


def rows_of(tokens: Tokens, doc_ids: pd.Series) -> Ints:
    """The row of each document in the corpus. Raises `ValueError` for one that is not there."""
    rows = places_of(tokens, doc_ids)
    if (rows < 0).any():
        unknown = doc_ids.iloc[int(np.argmin(rows))]
        raise ValueError(f"no document {unknown!r}: `tokens.doc_ids` lists all {tokens.n_documents}")
    return rows


def places_of(tokens: Tokens, doc_ids: pd.Series) -> Ints:
    """The row of each document in the corpus, -1 for one that is not there."""
    number, known = pd.factorize(doc_ids)  # each name once, to save memory
    places = np.append(pd.Index(tokens.doc_ids).get_indexer(pd.Index(known, dtype=object)), -1)
    return places[number].astype(np.int64)


def tokens_of(tokens: Tokens, spans: pd.DataFrame) -> tuple[Ints, Ints]:
    """The first token of each span (document, start, end), and the one after its last."""
    document = spans["document"].to_numpy(dtype=np.int64)
    first, stop = np.empty((2, len(spans)), dtype=np.int64)
    for shard in shards(tokens):
        rows = np.flatnonzero((document >= shard.document) & (document < shard.document + shard.tokens.n_documents))
        for place, side in ((first, "start"), (stop, "end")):
            character = spans[side].to_numpy()[rows]
            place[rows] = word_at(shard.tokens, document[rows] - shard.document, character) + shard.word
    return first, stop


def _copied(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """The `spans` whose words count as copied, with their tokens in the columns ``first`` and ``stop``."""
    kept = found[found["kind"] != "reworded"]
    sides = spans(tokens, kept)
    length = (sides["end"] - sides["start"]).to_numpy()
    sides = sides[length <= 2 * np.roll(length, len(kept))]  # the other side of each
    first, stop = tokens_of(tokens, sides)
    return sides.assign(first=first, stop=stop)


def _from_earliest(tokens: Tokens, sides: pd.DataFrame) -> pd.DataFrame:
    """The sides whose other is dated earlier, sorted by document and that date, and the words each claims."""
    earlier = sides[sides["earlier"]]
    date = tokens.corpus.documents["date"].to_numpy()[earlier["other"]]
    earlier = earlier.iloc[np.lexsort((earlier["other"], date, earlier["document"]))]
    return earlier.assign(claimed=_claimed_words(tokens, earlier))


def _claimed_words(tokens: Tokens, sides: pd.DataFrame) -> Ints:
    """The number of words of each side that no earlier row of the same document has."""
    columns = (sides[name].to_numpy(dtype=np.int64) for name in ("document", "first", "stop"))
    words: Ints = _claimed(*columns, tokens.document_offsets)
    return words


@compiled
def _claimed(document: Any, first: Any, stop: Any, offsets: Any) -> Any:
    """The number of words of each span of its document's tokens that no earlier span has."""
    claimed = np.zeros(len(first), dtype=np.int64)
    order = np.argsort(document, kind="mergesort")
    taken, last = np.zeros(0, dtype=np.bool_), -1
    for row in order:
        begin = offsets[document[row]]
        if document[row] != last:
            last = document[row]
            taken = np.zeros(offsets[last + 1] - begin, dtype=np.bool_)
        for word in range(first[row] - begin, stop[row] - begin):
            if not taken[word]:
                taken[word] = True
                claimed[row] += 1
    return claimed


def _most_from(tokens: Tokens, earlier: pd.DataFrame) -> pd.Series:
    """The document that most words of each document come from, of equal ones the earliest; None without one."""
    words = earlier.groupby(["document", "other"], sort=False)["claimed"].sum()  # the earliest first
    table = words[words > 0].to_frame().reset_index().sort_values("claimed", ascending=False, kind="stable")
    best = table.drop_duplicates("document")
    origin = np.full(tokens.n_documents, None, dtype=object)
    origin[best["document"]] = tokens.doc_ids[best["other"]]
    return pd.Series(origin, dtype=object)
