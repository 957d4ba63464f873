"""A map of documents by their vocabulary: similar ones lie near one another."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.core.compiled import Floats
from analysis.text.shards import shards
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens

MOST = 500  # documents: a map of more cannot be read, and all pairs are compared


def document_map(tokens: Tokens, *, stopwords: Iterable[str] | None = None) -> pd.DataFrame:
    r"""Two coordinates for each document, by the words it uses: one row a document in the order of the corpus.

    ``x``, ``y``: classical scaling (Torgerson 1952, Multidimensional scaling: I. Theory and method) of tf-idf vectors
    of length 1, without `stopwords`, whose distance is :math:`\sqrt{2 - 2 \cos}`. ``nearest``: the document with the
    highest cosine (Salton, Wong and Yang 1975, A vector space model for automatic indexing), the first of equals;
    ``similarity``: that cosine, 0 = no word in common, 1 = the same words in the same shares. ``attrs["kept"]``: the
    share of the variance that the plane shows, 0 to 1.

    .. math:: w_{td} = f_{td} \left( \ln \frac{1 + N}{1 + d_t} + 1 \right)

    Raises `ValueError` for fewer than three documents or more than `MOST`.

    >>> from analysis import load_tokens
    >>> table = document_map(load_tokens(["War and law.", "Law and war.", "Tea."]))
    >>> table[["doc_id", "nearest", "similarity"]], table.attrs["kept"]
    (  doc_id nearest  similarity
    0      0       1         1.0
    1      1       0         1.0
    2      2       0         0.0, 1.0)
    """
    if not 3 <= tokens.n_documents <= MOST:
        raise ValueError(f"a map takes 3 to {MOST} documents, and there are {tokens.n_documents:,}")
    vectors = _vectors(tokens, stopwords)
    alike = (vectors @ vectors.T).toarray().clip(0, 1)
    centred = alike - alike.mean(axis=0)
    centred -= centred.mean(axis=1, keepdims=True)
    values, axes = np.linalg.eigh((centred + centred.T) / 2)
    places = axes[:, [-1, -2]] * np.sqrt(values[[-1, -2]].clip(0))
    # The sign of an axis is arbitrary: the document farthest out is on the right, and above.
    places *= np.sign(places[np.abs(places).argmax(axis=0), [0, 1]] + (places == 0).all(axis=0))
    np.fill_diagonal(alike, -1)
    nearest = alike.argmax(axis=1)
    places = places.round(9) + 0.0
    table = pd.DataFrame({"doc_id": tokens.doc_ids, "x": places[:, 0], "y": places[:, 1]})
    table = table.assign(nearest=tokens.doc_ids[nearest], similarity=alike.max(axis=1).round(9))
    table.attrs["kept"] = float(np.round(values[-2:].clip(0).sum() / max(values.clip(0).sum(), 1e-12), 9))
    return table


def _vectors(tokens: Tokens, stopwords: Iterable[str] | None) -> sparse.csr_array:
    """(documents, types) tf-idf, each row of length 1, or 0 where a document has no word."""
    pieces = []
    for shard in shards(tokens):
        counts = shard.tokens.document_term_matrix()[0].tocoo()
        pieces.append(np.stack([counts.row + shard.document, shard.types[counts.col], counts.data]))
    row, column, count = np.concatenate(pieces, axis=1)
    kept = ~stopped(tokens.vocabulary, stopwords)[column]
    row, column, count = row[kept], column[kept], count[kept]
    holding = np.bincount(column, minlength=len(tokens.vocabulary))
    weight: Floats = count * (np.log((1 + tokens.n_documents) / (1 + holding[column])) + 1)
    length = np.sqrt(np.bincount(row, weight**2, minlength=tokens.n_documents))
    return sparse.csr_array((weight / length[row], (row, column)), shape=(tokens.n_documents, len(tokens.vocabulary)))
