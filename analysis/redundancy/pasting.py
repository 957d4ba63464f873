"""What documents have from earlier ones: who is dated first, and how much of each document is pasted."""

import numpy as np
import pandas as pd

from analysis.redundancy.units import Ints
from analysis.text.tokens import Tokens

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
    dates = tokens.corpus.documents.set_index("doc_id")["date"]
    a, b = (found[name].map(dates) for name in _documents(found))
    earlier = np.select([(a < b).to_numpy(), (b < a).to_numpy()], list(SIDES), "unknown")
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
    sides = spans(tokens, even(found[found["kind"] != "reworded"]))
    earlier = sides[sides["earlier"]]
    chosen = {"shared": sides, "pasted": earlier, "dated": sides[sides["earlier"] | sides["later"]]}
    words = {name: covered(tokens, rows) for name, rows in chosen.items()}
    table = pd.DataFrame({"doc_id": tokens.doc_ids, "words": np.diff(tokens.document_offsets)})
    table["shared"], table["pasted"] = words["shared"], words["pasted"]
    table["pasted_share"] = table["pasted"] / table["words"].clip(lower=1)
    table["undated"] = words["shared"] - words["dated"]
    origin = np.full(tokens.n_documents, None, dtype=object)
    most = np.zeros(tokens.n_documents, dtype=np.int64)
    for other in np.unique(earlier["other"]).tolist():
        taken = covered(tokens, earlier[earlier["other"] == other])
        more = taken > most
        origin[more], most[more] = tokens.doc_ids[other], taken[more]
    table["origin"] = pd.Series(origin, dtype=object)
    return table


def pasted_between(tokens: Tokens, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """How much of what each group wrote stands in earlier documents of each group, itself included.

    `found` is a table of `reuse.passages`, counted as `pasted` does. One row a pair of values of the column `by` of
    which one has pasted from the other: ``taker``, ``origin``, ``words`` (of the taker's documents), ``pasted``
    (those shared with a document of the origin of an earlier day), ``share`` = ``pasted / words``. A word that two
    origins have counts for both, so the shares of a taker may add up to more than all that it pasted. Most pasted
    words first. Raises `ValueError` for an unknown column.
    """
    groups = tokens.groups(by).to_numpy(dtype=object)
    earlier = spans(tokens, even(found[found["kind"] != "reworded"])).query("earlier")
    sizes = np.diff(tokens.document_offsets)
    rows = []
    for origin in sorted(set(groups[earlier["other"]])):
        taken = covered(tokens, earlier[groups[earlier["other"]] == origin])
        for taker in sorted(set(groups[taken > 0])):
            own = groups == taker
            rows.append((taker, origin, sizes[own].sum(), taken[own].sum(), taken[own].sum() / sizes[own].sum()))
    table = pd.DataFrame(rows, columns=["taker", "origin", "words", "pasted", "share"])
    return table.sort_values(["pasted", "taker", "origin"], ascending=[False, True, True], ignore_index=True)


def even(found: pd.DataFrame) -> pd.DataFrame:
    """The passages that have at most twice as many characters on one side as on the other."""
    a, b = (found[f"{side}_end"] - found[f"{side}_start"] for side in SIDES)
    return found[(a <= 2 * b) & (b <= 2 * a)]


def spans(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """Both sides of each passage, those of a first: document, other, start, end; is the other earlier, later."""
    place = pd.Index(tokens.doc_ids)
    row = {side: place.get_indexer(pd.Index(found[f"{side}_doc"], dtype=object)) for side in SIDES}
    first = directions(tokens, found).to_numpy()
    parts = [
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
    return pd.concat(parts, ignore_index=True)


def tokens_of(tokens: Tokens, spans: pd.DataFrame) -> tuple[Ints, Ints]:
    """The first token of each span (document, start, end), and the one behind its last."""
    lengths = np.array([len(text) + 1 for text in tokens.corpus.texts], dtype=np.int64)
    base = np.cumsum(lengths) - lengths
    place = base[tokens.document] + tokens.start
    document = spans["document"].to_numpy(dtype=np.int64)
    first, stop = (np.searchsorted(place, base[document] + spans[side].to_numpy()) for side in ("start", "end"))
    return first, stop


def covered(tokens: Tokens, spans: pd.DataFrame) -> Ints:
    """How many words of each document lie in a span."""
    first, stop = tokens_of(tokens, spans)
    size = len(tokens) + 1
    depth = np.cumsum(np.bincount(first, minlength=size) - np.bincount(stop, minlength=size))
    return np.bincount(tokens.document[depth[:-1] > 0], minlength=tokens.n_documents).astype(np.int64)


def _documents(found: pd.DataFrame) -> list[str]:
    """The names of the columns that hold the two documents."""
    return ["a_doc", "b_doc"] if "a_doc" in found.columns else ["a", "b"]
