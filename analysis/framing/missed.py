"""What a lexicon misses: the topics of the sentences without a term."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints
from analysis.framing.counting import counted_shards
from analysis.framing.frames import on_one_line
from analysis.framing.lexicon import Lexicon
from analysis.text.shards import names, shards
from analysis.text.shingles import is_first
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens
from analysis.text.units import equal_units

SHORTEST = 5  # minimum number of words of a sentence
MIN_SENTENCES = 3  # that have a word
MIN_WEIGHT = 0.05  # of a topic's word, as a share of that of its first
PER_TOPIC = 50  # sentences for each topic
SHOWN, WORDS = 3, 8  # listed sentences and words of a topic
ROUNDS = 200  # of updates, after which the topics of news hardly change
TINY = 1e-12  # against division by 0


def missed(
    tokens: Tokens,
    lexicon: Lexicon,
    *,
    stopwords: Iterable[str] | None = None,
    topics: int = 8,
    most: int = 4000,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the topics of the sentences without a term of a lexicon, as proposals for terms and frames.

    The tf-idf of such sentences (five words or more, each once; a random sample of `most`) is factored into `topics`
    by non-negative matrix factorization (Lee and Seung 1999, Learning the parts of objects by non-negative matrix
    factorization) from a random start, or into fewer topics so that each has 50 sentences. A sentence belongs to its
    largest topic. One row a sentence, the three with most of each topic, the topic with most sentences first:

    - ``topic``: from 1; ``sentences``: of the sample that belong to it; ``share``: of the sample (0 to 1);
    - ``words``: its eight leading words without `stopwords`;
    - ``doc_id``, ``start``, ``end`` (characters), ``text`` (on one line).

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("actors")
    >>> said = " ".join(f"The tide rose {n} feet that night. A cat slept for {n} hours." for n in range(50))
    >>> found = missed(tokenize(read_text(said)), lexicon, stopwords={"the", "that", "a", "for"})
    >>> found[["topic", "sentences", "words"]].drop_duplicates(ignore_index=True)
       topic  sentences                 words
    0      1         50       cat hours slept
    1      2         50  feet night rose tide
    """
    new = is_first(equal_units(tokens, "sentence").group)
    taken = np.zeros(len(new), dtype=bool)
    for shard, counted in counted_shards(tokens, lexicon):
        own = slice(shard.sentence, shard.sentence + shard.tokens.n_sentences)
        long = np.diff(shard.tokens.sentence_offsets) >= SHORTEST
        taken[own] = new[own] & long & (np.diff(counted.hits.indptr) == 0)
    line = np.flatnonzero(taken)
    if len(line) > most:
        line = np.sort(np.random.default_rng(seed).choice(line, most, replace=False))
    matrix, vocabulary, spans = _tf_idf(tokens, line, stopwords)
    topics = max(0, min(topics, len(line) // PER_TOPIC, len(vocabulary)))
    of_sentence, of_word = _factors(matrix, topics, seed)
    of_sentence *= np.sqrt((of_word**2).sum(axis=1))
    of_sentence = np.column_stack([np.full(len(line), 1e-9), of_sentence]).round(9)  # first: none
    topic = of_sentence.argmax(axis=1) - 1
    size = np.bincount(topic[topic >= 0], minlength=topics)
    rows = []
    for place, own in enumerate(np.argsort(-size, kind="stable").tolist(), start=1):
        weight = of_word[own].round(9)
        leading = np.argsort(-weight, kind="stable")[:WORDS]
        about = {"topic": place, "sentences": size[own], "share": size[own] / len(line)}
        about["words"] = " ".join(vocabulary[leading[weight[leading] > MIN_WEIGHT * weight.max()]])
        members = np.flatnonzero(topic == own)
        best = members[np.argsort(-of_sentence[members, own + 1], kind="stable")[:SHOWN]]
        rows += [about | spans[sentence] for sentence in best.tolist()]
    return pd.DataFrame(rows, columns=["topic", "sentences", "share", "words", "doc_id", "start", "end", "text"])


def _tf_idf(
    tokens: Tokens, line: Ints, stopwords: Iterable[str] | None
) -> tuple[sparse.csr_array, NDArray[np.object_], list[dict[Any, Any]]]:
    """Return the tf-idf of the sentences in `line`, in rows of length 1; the words of its columns; the spans."""
    rows, types, places = [], [], []
    for shard in shards(tokens):
        own = shard.tokens
        low, high = np.searchsorted(line, [shard.sentence, shard.sentence + own.n_sentences])
        number, row_of = line[low:high] - shard.sentence, np.full(own.n_sentences, -1)
        row_of[number] = np.arange(low, high)
        row = np.repeat(row_of, np.diff(own.sentence_offsets))
        rows.append(row[row >= 0])
        types.append(shard.types[own.ids[row >= 0]])
        document, start, end = own.sentence_document[number], own.sentence_start[number], own.sentence_end[number]
        spans = {"doc_id": own.doc_ids[document], "start": start, "end": end}
        places.append(pd.DataFrame(spans | {"text": on_one_line(own, document, start, end)}))
    used, column = np.unique(np.concatenate(types), return_inverse=True)
    word = names(tokens, used)
    order = np.argsort(word)  # by name, so that it is the same however a corpus is kept
    column = np.argsort(order)[column]
    counts = sparse.csr_array((np.ones(len(column)), (np.concatenate(rows), column)), shape=(len(line), len(used)))
    counts.sum_duplicates()
    having = np.bincount(counts.indices, minlength=len(used))
    kept = (having >= MIN_SENTENCES) & ~stopped(word[order], stopwords)
    counts = counts[:, kept]
    counts.data = (1 + np.log(counts.data)) * np.log(len(line) / having[kept])[counts.indices]
    length = np.sqrt(counts.multiply(counts).sum(axis=1))
    counts.data /= np.repeat(length, np.diff(counts.indptr))
    return counts, word[order][kept], pd.concat(places).to_dict("records")


def _factors(matrix: sparse.csr_array, topics: int, seed: int) -> tuple[Floats, Floats]:
    """Factor `matrix` into non-negative (sentences, topics) and (topics, words) by the updates of Lee and Seung."""
    random = np.random.default_rng(seed)
    left, right = random.random((matrix.shape[0], topics)), random.random((topics, matrix.shape[1]))
    turned = matrix.T.tocsr()
    for _ in range(ROUNDS):  # by einsum, whose order of addition does not depend on the number of cores
        right *= (turned @ left).T / (np.einsum("ij,jk->ik", np.einsum("ji,jk->ik", left, left), right) + TINY)
        left *= (matrix @ right.T) / (np.einsum("ij,jk->ik", left, np.einsum("ij,kj->ik", right, right)) + TINY)
    return left, right
