"""Features of texts for a linear model: words, character n-grams, lexicon frames and sentence vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats
from analysis.framing.counting import count_documents
from analysis.framing.lexicon import Lexicon
from analysis.text import embeddings
from analysis.text.corpus import read_texts
from analysis.text.tokens import Tokens, tokenize

KINDS = ("word", "characters", "frame", "embedding")  # in the order of the columns
PIECES = (3, 4, 5)  # characters of an n-gram, with a blank for each edge of the word
MIN_TEXTS = 2  # minimum document frequency

Names = NDArray[np.object_]
Matrix = sparse.csr_array


@dataclass(frozen=True)
class Features:
    """What turns a text into a row of numbers, learnt from the training texts."""

    words: tuple[str, ...]  # words and bigrams, "gun", "gun control", in alphabetical order
    word_idf: Floats
    pieces: tuple[str, ...]  # character n-grams of words, " gun", in alphabetical order
    piece_idf: Floats
    lexicons: tuple[Lexicon, ...]
    frame_weights: Floats  # one a frame
    embedded: bool  # whether the row ends with the sentence vector

    def names(self) -> pd.DataFrame:
        """Return one row a column of the matrix: ``kind`` (of `KINDS`), ``feature`` (a frame as lexicon/frame)."""
        frames = [f"{lexicon.name}/{frame}" for lexicon in self.lexicons for frame in lexicon.frames["frame"]]
        dimensions = [f"dimension {number}" for number in range(embeddings.SIZE if self.embedded else 0)]
        columns = (self.words, self.pieces, frames, dimensions)
        kinds = np.repeat(np.array(KINDS, dtype=object), [len(names) for names in columns])
        return pd.DataFrame({"kind": kinds, "feature": [name for names in columns for name in names]}, dtype=object)


def fit(texts: Sequence[str], labels: NDArray[np.object_], lexicons: Sequence[Lexicon]) -> tuple[Features, Matrix]:
    """Learn the features of coded `texts`; return them and the matrix, (texts, features).

    Words, bigrams within a sentence and character n-grams of 3 to 5 characters weigh ``(1 + ln tf) * idf``, ``idf = 1 +
    ln((1 + n) / (1 + df))``, with df of at least 2; the words of a text, and its n-grams, are scaled to length 1
    (Salton and Buckley 1988, Term-weighting approaches in automatic text retrieval, smoothed as in scikit-learn). A
    frame is ``ln(1 + w)``, w being the weight of its matches, times the correlation ratio of that with the labels
    (Kelley 1935), which mutes lexicons on other matters. The sentence vector is `analysis.text.embeddings.embed`, of
    length 1, if that extra is installed.
    """
    tokens = tokenize(read_texts(texts), boilerplate=True)
    words, word_idf = _vocabulary(*_word_counts(tokens))
    pieces, piece_idf = _vocabulary(*_piece_counts(tokens))
    frame_weights = _correlation_ratios(_frame_counts(tokens, lexicons), labels)
    embedded = embeddings.available()
    features = Features(words, word_idf, pieces, piece_idf, tuple(lexicons), frame_weights, embedded)
    return features, _rows(features, texts, tokens)


def transform(features: Features, texts: Sequence[str]) -> Matrix:
    """Return the matrix of `texts`, (texts, features); a row depends on its own text only."""
    return _rows(features, texts, tokenize(read_texts(texts), boilerplate=True))


def _rows(features: Features, texts: Sequence[str], tokens: Tokens) -> Matrix:
    blocks = [
        _tf_idf(*_word_counts(tokens), features.words, features.word_idf),
        _tf_idf(*_piece_counts(tokens), features.pieces, features.piece_idf),
        _frame_counts(tokens, features.lexicons) * features.frame_weights,
    ]
    if features.embedded:
        blocks.append(sparse.csr_array(embeddings.embed(texts).astype(np.float64)))
    return sparse.csr_array(sparse.hstack(blocks, format="csr"))


def _word_counts(tokens: Tokens) -> tuple[Matrix, Names]:
    """Count words and bigrams in each text: (texts, names), and the names."""
    counts, _, vocabulary = tokens.document_term_matrix()
    first = np.flatnonzero(tokens.sentence[1:] == tokens.sentence[:-1])
    pair = tokens.ids[first].astype(np.int64) * len(vocabulary) + tokens.ids[first + 1]
    pairs, column = np.unique(pair, return_inverse=True)
    shape = (tokens.n_documents, len(pairs))
    pair_counts = sparse.csr_array((np.ones(len(first)), (tokens.document[first], column)), shape=shape)
    left, right = np.divmod(pairs, max(len(vocabulary), 1))
    names = np.concatenate([vocabulary, vocabulary[left] + " " + vocabulary[right]])
    return sparse.csr_array(sparse.hstack([counts, pair_counts], format="csr")), names


def _piece_counts(tokens: Tokens) -> tuple[Matrix, Names]:
    """Count character n-grams in each text: (texts, names), and the names."""
    counts, _, vocabulary = tokens.document_term_matrix()
    codes: dict[str, int] = {}
    column, offsets = [], [0]
    for word in vocabulary:  # each is cut once, however often it occurs
        padded = f" {word} "
        pieces = (padded[at : at + size] for size in PIECES for at in range(len(padded) - size + 1))
        column += [codes.setdefault(piece, len(codes)) for piece in pieces]
        offsets.append(len(column))
    of_words = sparse.csr_array((np.ones(len(column)), column, offsets), shape=(len(vocabulary), len(codes)))
    return sparse.csr_array(counts @ of_words), np.array(list(codes), dtype=object)


def _vocabulary(counts: Matrix, names: Names) -> tuple[tuple[str, ...], Floats]:
    """Return the names with enough texts, in alphabetical order, and their idf."""
    texts = np.bincount(counts.nonzero()[1], minlength=len(names))
    kept = np.flatnonzero(texts >= MIN_TEXTS)
    kept = kept[np.argsort(names[kept])]
    idf: Floats = (1 + np.log((1 + counts.shape[0]) / (1 + texts[kept]))).round(6)
    return tuple(names[kept].tolist()), idf


def _tf_idf(counts: Matrix, names: Names, vocabulary: Sequence[str], idf: Floats) -> Matrix:
    """Return tf-idf over the columns of `vocabulary`, in rows of length 1 (or 0)."""
    wanted = pd.Index(np.array(vocabulary, dtype=object), dtype=object)
    column = wanted.get_indexer(pd.Index(names, dtype=object))
    known = np.flatnonzero(column >= 0)
    shape = len(names), len(vocabulary)
    rows = counts @ sparse.csr_array((np.ones(len(known)), (known, column[known])), shape=shape)
    rows.sort_indices()  # so that sums do not depend on the words of other texts
    rows.data = (1 + np.log(rows.data)) * idf[rows.indices]
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    rows.data /= np.sqrt(np.bincount(row, rows.data**2, minlength=rows.shape[0]))[row]
    return rows


def _frame_counts(tokens: Tokens, lexicons: Sequence[Lexicon]) -> Matrix:
    """Return ``ln(1 + w)`` of the weight of each frame's matches: (texts, frames of all lexicons)."""
    blocks: list[Matrix] = [sparse.csr_array((tokens.n_documents, 0), dtype=np.float64)]
    blocks += [count_documents(tokens, lexicon).scores.log1p() for lexicon in lexicons]
    return sparse.csr_array(sparse.hstack(blocks, format="csr"))


def _correlation_ratios(columns: Matrix, labels: NDArray[np.object_]) -> Floats:
    """Return the correlation ratio of each column with the labels: the root of Kelley's (1935) epsilon squared."""
    _, code, size = np.unique(labels, return_inverse=True, return_counts=True)
    values = columns.toarray()
    values -= values.mean(axis=0)
    sums = np.zeros((len(size), values.shape[1]))
    np.add.at(sums, code, values)
    total, between = (values**2).sum(axis=0), (sums**2 / size[:, None]).sum(axis=0)
    within = np.divide(total - between, total, out=np.ones_like(total), where=total > 1e-12)
    freedom = (len(labels) - 1) / max(len(labels) - len(size), 1)
    ratios: Floats = np.sqrt(np.clip(1 - within * freedom, 0, 1)).round(6)
    return ratios
