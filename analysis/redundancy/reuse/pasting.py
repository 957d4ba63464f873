"""What documents have from earlier ones: who is dated first, and how much of each document is pasted."""

import numpy as np
import pandas as pd

from analysis.text.lookup import word_at
from analysis.text.parted import parts
from analysis.text.tokens import Tokens
from analysis.text.units import Ints

SIDES = ("a", "b")


def directions(tokens: Tokens, found: pd.DataFrame) -> pd.Series:
    """Which side of each row of `passages` or `document_pairs` is dated earlier: "a", "b", or "unknown".

    Unknown where a date is missing or both are of one day. That a document is dated earlier does not show that the
    other was copied from it: both may follow a third.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("War is near."))
    >>> directions(tokens, pd.DataFrame({"a": ["text"], "b": ["text"]})).tolist()
    ['unknown']
    """
    dates = tokens.corpus.documents["date"]
    places = (places_of(tokens, found[name]) for name in _documents(found))
    a, b = (dates.take(rows).where(rows >= 0).to_numpy() for rows in places)
    earlier = np.select([a < b, b < a], list(SIDES), "unknown")
    return pd.Series(earlier, index=found.index, dtype=object)


def pasted(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """How much of each document stands in a document dated earlier: one row a document, in the order of the corpus.

    `found` is a table of `reuse.passages`. Of these, "reworded" ones are not counted, nor those that have more than
    twice as many characters on one side as on the other: telling again in other or fewer words is no pasting.
    ``words``: running words; ``shared``: those in passages shared with any other document; ``pasted``: those shared
    with a document of an earlier day; ``pasted_share``: ``pasted / words`` (0 to 1; the churnalism share, after the
    Media Standards Trust's churnalism.com, 2011); ``undated``: words shared only where the dates don't tell who was
    first; ``origin``: the earlier document that has most of the pasted words, None without one (of two that have as
    many the earlier in the corpus).
    """
    sides = _with_tokens(tokens, spans(tokens, even(found[found["kind"] != "reworded"])))
    earlier = sides[sides["earlier"]]
    size = tokens.n_documents
    shared, taken, dated = (
        _covered(tokens, rows, rows["document"].to_numpy(), size)
        for rows in (sides, earlier, sides[sides["earlier"] | sides["later"]])
    )
    table = pd.DataFrame({"doc_id": tokens.doc_ids, "words": np.diff(tokens.document_offsets)})
    table["shared"], table["pasted"] = shared, taken
    table["pasted_share"] = table["pasted"] / table["words"].clip(lower=1)
    table["undated"] = shared - dated
    table["origin"] = _most_from(tokens, earlier)
    return table


def pasted_between(tokens: Tokens, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """How much of what each group wrote stands in earlier documents of each group, itself included.

    `found` is a table of `reuse.passages`, counted as `pasted` does. One row a pair of values of the column `by` of
    which one has pasted from the other: ``taker``, ``origin``, ``words`` (of the taker's documents), ``pasted``
    (those shared with a document of the origin of an earlier day), ``share`` = ``pasted / words``. A word that two
    origins have counts for both, so the shares of a taker may add up to more than all that it pasted. Most pasted
    words first. Raises `ValueError` for an unknown column.
    """
    group, names = pd.factorize(tokens.groups(by), sort=True)
    earlier = _with_tokens(tokens, spans(tokens, even(found[found["kind"] != "reworded"])).query("earlier"))
    # A word of a document counts once for each group that had it; the documents of a taker are then added up.
    key = earlier["document"].to_numpy() * len(names) + group[earlier["other"]]
    pairs, number = np.unique(key, return_inverse=True)
    document, origin = np.divmod(pairs, len(names))
    links = pd.DataFrame({"taker": group[document], "origin": origin})
    links["pasted"] = _covered(tokens, earlier, number, len(pairs))
    table = links[links["pasted"] > 0].groupby(["taker", "origin"])["pasted"].sum().reset_index()
    sizes = np.bincount(group, np.diff(tokens.document_offsets), minlength=len(names)).astype(np.int64)
    table.insert(2, "words", sizes[table["taker"]])
    table["share"] = table["pasted"] / table["words"]
    table["taker"], table["origin"] = (pd.Series(names[table[side]], dtype="str") for side in ("taker", "origin"))
    return table.sort_values(["pasted", "taker", "origin"], ascending=[False, True, True], ignore_index=True)


def even(found: pd.DataFrame) -> pd.DataFrame:
    """The passages that have at most twice as many characters on one side as on the other."""
    a, b = (found[f"{side}_end"] - found[f"{side}_start"] for side in SIDES)
    return found[(a <= 2 * b) & (b <= 2 * a)]


def spans(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """Both sides of each passage, those of a first: document, other, start, end; is the other earlier, later."""
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
    """The place in the corpus of each document. Raises `ValueError` for one that is not there."""
    rows = places_of(tokens, doc_ids)
    if (rows < 0).any():
        unknown = doc_ids.iloc[int(np.argmin(rows))]
        raise ValueError(f"no document {unknown!r}: `tokens.doc_ids` lists all {tokens.n_documents}")
    return rows


def places_of(tokens: Tokens, doc_ids: pd.Series) -> Ints:
    """The place in the corpus of each document, -1 for one that is not there.

    >>> from analysis import read_text, tokenize
    >>> places_of(tokenize(read_text("War is near.")), pd.Series(["text", "z", "text"])).tolist()
    [0, -1, 0]
    """
    number, known = pd.factorize(doc_ids)  # each name once, for a name as an object takes more than its place
    places = np.append(pd.Index(tokens.doc_ids).get_indexer(pd.Index(known, dtype=object)), -1)
    return places[number].astype(np.int64)


def tokens_of(tokens: Tokens, spans: pd.DataFrame) -> tuple[Ints, Ints]:
    """The first token of each span (document, start, end), and the one behind its last."""
    document = spans["document"].to_numpy(dtype=np.int64)
    first, stop = np.empty((2, len(spans)), dtype=np.int64)
    for part in parts(tokens):
        rows = np.flatnonzero((document >= part.document) & (document < part.document + part.tokens.n_documents))
        for place, side in ((first, "start"), (stop, "end")):
            character = spans[side].to_numpy()[rows]
            place[rows] = word_at(part.tokens, document[rows] - part.document, character) + part.word
    return first, stop


def _with_tokens(tokens: Tokens, spans: pd.DataFrame) -> pd.DataFrame:
    """Spans with the columns ``first`` and ``stop``, as `tokens_of` gives them."""
    first, stop = tokens_of(tokens, spans)
    return spans.assign(first=first, stop=stop)


def _covered(tokens: Tokens, spans: pd.DataFrame, key: Ints, size: int) -> Ints:
    """(size,) how many words lie in the spans (``first``, ``stop``) of each `key`, each word once for a key."""
    first, stop = spans["first"].to_numpy(), spans["stop"].to_numpy()
    order = np.lexsort((first, key))
    key, first, stop = key[order], first[order], stop[order]
    # Each key has the tokens for itself, so that what the spans before it cover is one running maximum for all keys.
    apart = key * (len(tokens) + 1)
    reached = np.maximum.accumulate(stop + apart)
    before = np.append(0, reached[:-1])
    words = np.maximum(reached - np.maximum(first + apart, before), 0)
    return np.bincount(key, words, minlength=size).astype(np.int64)


def _most_from(tokens: Tokens, earlier: pd.DataFrame) -> pd.Series:
    """Of each document the other one that has most of its words, of those with as many the first; None without one."""
    pairs, number = np.unique(
        earlier["document"].to_numpy() * tokens.n_documents + earlier["other"], return_inverse=True
    )
    taken = _covered(tokens, earlier, number, len(pairs))
    document, other = np.divmod(pairs[taken > 0], tokens.n_documents)
    best = np.lexsort((other, -taken[taken > 0], document))
    own, first = np.unique(document[best], return_index=True)
    origin = np.full(tokens.n_documents, None, dtype=object)
    origin[own] = tokens.doc_ids[other[best][first]]
    return pd.Series(origin, dtype=object)


def _documents(found: pd.DataFrame) -> list[str]:
    """The names of the columns that hold the two documents."""
    return ["a_doc", "b_doc"] if "a_doc" in found.columns else ["a", "b"]
