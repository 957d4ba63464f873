"""How shared text spreads: which documents hang together by it, and a passage's way from one to the next."""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis.redundancy.pasting import even, spans, tokens_of
from analysis.redundancy.units import texts
from analysis.text.tokens import Tokens


def clusters(tokens: Tokens, pairs: pd.DataFrame, *, min_link: float = 0.1) -> pd.DataFrame:
    """The documents that hang together by shared text: one row a document of a cluster, the largest cluster first.

    `pairs` is a table of `reuse.document_pairs`. A link is the larger of the two containments of a pair; documents that
    links of `min_link` or more join, directly or over others, are a cluster (connected components), and a chain is cut
    where its link is weaker. ``cluster`` (from 0), ``documents`` (in it), ``doc_id``, ``link`` (the strongest of this
    document's links), ``weakest`` (the weakest link without which the cluster would fall apart, that is, of its maximum
    spanning tree), ``weakest_a`` and ``weakest_b`` (the two documents that it joins). Documents by themselves are left
    out. Raises `ValueError` for a `min_link` that is not above 0 and at most 1.
    """
    if not 0 < min_link <= 1:
        raise ValueError(f"min_link is {min_link}: use a share above 0 and at most 1, such as 0.1")
    place = pd.Index(tokens.doc_ids)
    first, second = place.get_indexer(pd.Index(pairs["a"])), place.get_indexer(pd.Index(pairs["b"]))
    link = pairs[["containment_a", "containment_b"]].max(axis=1).to_numpy()
    kept = link >= min_link
    first, second, link = first[kept], second[kept], link[kept]
    size = tokens.n_documents
    # Links in falling order, each taken if it joins two parts: Kruskal 1956, by a stable order, so the tree is one.
    part = np.arange(size)
    weakest: dict[int, tuple[float, int, int]] = {}
    for row in np.lexsort((second, first, -link)).tolist():
        one, other = int(part[first[row]]), int(part[second[row]])
        if one != other:
            part[part == other] = one
            weakest.pop(other, None)
            weakest[one] = (float(link[row]), int(first[row]), int(second[row]))
    strongest = np.zeros(size)
    np.maximum.at(strongest, np.concatenate([first, second]), np.concatenate([link, link]))
    members = pd.DataFrame({"part": part, "row": np.arange(size)}).query("part in @weakest")
    documents = members.groupby("part")["row"].transform("size")
    members = members.assign(documents=documents, opens=members.groupby("part")["row"].transform("min"))
    members = members.sort_values(["documents", "opens", "row"], ascending=[False, True, True], ignore_index=True)
    table = pd.DataFrame({"cluster": pd.factorize(members["part"])[0], "documents": members["documents"]})
    table["doc_id"], table["link"] = tokens.doc_ids[members["row"]], strongest[members["row"]]
    table["weakest"] = [weakest[part][0] for part in members["part"]]
    table["weakest_a"] = [tokens.doc_ids[weakest[part][1]] for part in members["part"]]
    table["weakest_b"] = [tokens.doc_ids[weakest[part][2]] for part in members["part"]]
    return table


def families(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """Each passage with all places where it stands: one row a place, the families with the most pasted words first.

    `found` is a table of `reuse.passages`, of which those are left out that have more than twice as many characters on
    one side as on the other: a text and its summary are no one passage. Two places in one document are one when
    each lies by more than half in the other; places that passages join, directly or over others, are a family.
    ``family`` (from 0), ``documents`` (in it), ``doc_id``, ``date``, ``source``, ``start``, ``end`` (characters),
    ``words``, ``text`` (white space made one blank); within a family by date, undated ones last, then in the order
    of the corpus.
    """
    sides = spans(tokens, even(found))
    places = sides[["document", "start", "end"]].drop_duplicates().sort_values(["document", "start", "end"])
    row = {key: number for number, key in enumerate(places.itertuples(index=False, name=None))}
    ends = [row[key] for key in sides[["document", "start", "end"]].itertuples(index=False, name=None)]
    half = len(ends) // 2
    joined = list(zip(ends[:half], ends[half:], strict=True)) + _overlapping(places)
    size = len(places)
    matrix = sparse.coo_array(
        (np.ones(len(joined)), tuple(np.array(joined, dtype=np.int64).reshape(-1, 2).T)), (size, size)
    )
    family = connected_components(matrix, directed=False)[1]
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
    table["text"] = texts(tokens, table["doc_id"], table["start"], table["end"])
    return table[["family", "documents", "doc_id", "date", "source", "start", "end", "words", "text"]]


def _overlapping(places: pd.DataFrame) -> list[tuple[int, int]]:
    """The pairs of places (sorted by document and start) of which each lies by more than half in the other."""
    rows = list(places.itertuples(index=False, name=None))
    found = []
    for row, (document, start, end) in enumerate(rows):
        for other in range(row + 1, len(rows)):
            other_document, other_start, other_end = rows[other]
            if other_document != document or 2 * other_start >= start + end:  # less than half of the first is left
                break
            if 2 * (min(end, other_end) - other_start) > max(end - start, other_end - other_start):
                found.append((row, other))
    return found
