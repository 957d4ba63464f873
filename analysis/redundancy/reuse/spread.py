"""How shared text spreads: clusters of documents, and families of passages."""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from analysis.redundancy.reuse.borrowing import even, rows_of, spans, tokens_of
from analysis.text.tokens import Tokens
from analysis.text.units import Ints, texts


def clusters(tokens: Tokens, pairs: pd.DataFrame, *, min_link: float = 0.1) -> pd.DataFrame:
    """The documents that are connected by shared text: one row a document of a cluster, the largest cluster first.

    `pairs` is a table of `reuse.document_pairs`. The link of a pair is the larger of its two containments; clusters are
    the connected components of links of `min_link` or more, without single documents. ``cluster`` (from 0),
    ``documents`` (in it), ``doc_id``, ``link`` (the strongest of this document), ``weakest`` (the weakest link that
    holds the cluster together: of its maximum spanning tree), ``weakest_a``, ``weakest_b`` (the two documents of that
    link). Raises `ValueError` for a `min_link` that is not above 0 and at most 1, and for an unknown document.
    """
    if not 0 < min_link <= 1:
        raise ValueError(f"min_link is {min_link}: use a share above 0 and at most 1, such as 0.1")
    size = tokens.n_documents
    ends = np.sort([rows_of(tokens, pairs["a"]), rows_of(tokens, pairs["b"])], axis=0).reshape(2, -1)
    link = pairs[["containment_a", "containment_b"]].max(axis=1).to_numpy()
    order = np.lexsort((ends[1], ends[0], -link))
    order = order[link[order] >= min_link]
    order = order[np.sort(np.unique(ends[0][order] * size + ends[1][order], return_index=True)[1])]
    (first, second), link = ends[:, order], link[order]
    # Weighted by rank, no two links are equal, so that there is one spanning tree.
    weights = sparse.coo_array((np.arange(1.0, len(link) + 1), (first, second)), (size, size))
    tree = minimum_spanning_tree(weights).data.astype(np.int64) - 1
    part = connected_components(weights, directed=False)[1]
    weakest = np.full(size, -1, dtype=np.int64)
    np.maximum.at(weakest, part[first[tree]], tree)
    strongest = np.zeros(size)
    np.maximum.at(strongest, np.concatenate([first, second]), np.concatenate([link, link]))
    members = pd.DataFrame({"part": part, "row": np.arange(size)})[weakest[part] >= 0]
    documents = members.groupby("part")["row"].transform("size")
    members = members.assign(documents=documents, opens=members.groupby("part")["row"].transform("min"))
    members = members.sort_values(["documents", "opens", "row"], ascending=[False, True, True], ignore_index=True)
    table = pd.DataFrame({"cluster": pd.factorize(members["part"])[0], "documents": members["documents"]})
    table["doc_id"], table["link"] = tokens.doc_ids[members["row"]], strongest[members["row"]]
    at = weakest[members["part"]]
    table["weakest"] = link[at]
    table["weakest_a"], table["weakest_b"] = tokens.doc_ids[first[at]], tokens.doc_ids[second[at]]
    return table


def families(tokens: Tokens, found: pd.DataFrame, *, most: int | None = None) -> pd.DataFrame:
    """The passages with all their places: one row a place, the families with the most borrowed words first.

    `found` is a table of `reuse.passages`, without those that have more than twice as many characters on one side as on
    the other, such as summaries. Places of which each lies by more than half in the other are one; a family is a
    connected component of places that passages link. ``family`` (from 0), ``documents`` (in it), ``doc_id``, ``date``,
    ``source``, ``start``, ``end`` (characters), ``words``, ``text`` (white space made one blank); within a family by
    date, undated ones last, then in the order of the corpus. `most` rows at most (None: all).
    """
    sides = spans(tokens, even(found))
    places = sides[["document", "start", "end"]].drop_duplicates().sort_values(["document", "start", "end"])
    number = sides.groupby(["document", "start", "end"]).ngroup().to_numpy()
    one, other = np.hstack((number.reshape(2, -1), _overlapping(*places.to_numpy(dtype=np.int64).T)))
    size = len(places)
    family = connected_components(sparse.coo_array((np.ones(len(one)), (one, other)), (size, size)), directed=False)[1]
    table = places.assign(family=family).sort_values(["family", "document", "start"])
    # Places of a family that overlap in a document are one place, from the first character to the last.
    before = table.groupby(["family", "document"])["end"].cummax().groupby([table["family"], table["document"]]).shift()
    table["place"] = (before.isna() | (table["start"] >= before)).cumsum()
    table = table.groupby("place", as_index=False).agg(
        family=("family", "first"), document=("document", "first"), start=("start", "min"), end=("end", "max")
    )
    documents = tokens.corpus.documents
    table["doc_id"] = tokens.doc_ids[table["document"]]
    table["date"], table["source"] = (documents[name].to_numpy()[table["document"]] for name in ("date", "source"))
    first, stop = tokens_of(tokens, table)
    table["words"] = stop - first
    table["documents"] = table.groupby("family")["document"].transform("nunique")
    longest, total = (table.groupby("family")["words"].transform(how) for how in ("max", "sum"))
    table = table.assign(weight=total - longest, opens=table.groupby("family")["document"].transform("min"))
    order = ["weight", "opens", "family", "date", "document", "start"]
    table = table.sort_values(order, ascending=[False, True, True, True, True, True], ignore_index=True)
    table["family"] = pd.factorize(table["family"])[0]
    table = table.iloc[:most].copy()
    table["text"] = texts(tokens, table["doc_id"], table["start"], table["end"])
    return table[["family", "documents", "doc_id", "date", "source", "start", "end", "words", "text"]]


def _overlapping(document: Ints, start: Ints, end: Ints) -> Ints:
    """The pairs of places, sorted by document and start, of which each lies by more than half in the other."""
    found = [np.empty((2, 0), dtype=np.int64)]
    rows, step = np.arange(len(document) - 1), 1
    while len(rows):  # each with the one `step` places behind it, as long as half of it or more is left there
        others = rows + step
        beside = (document[others] == document[rows]) & (2 * start[others] < start[rows] + end[rows])
        rows, others = rows[beside], others[beside]
        both = np.minimum(end[rows], end[others]) - start[others]
        longer = np.maximum(end[rows] - start[rows], end[others] - start[others])
        found.append(np.stack((rows, others))[:, 2 * both > longer])
        step += 1
        rows = rows[rows + step < len(document)]
    return np.hstack(found)
