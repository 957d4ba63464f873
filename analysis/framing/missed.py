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

SHORTEST = 5  # words of a sentence that is taken
RARE = 3  # sentences that have a word, below which it says nothing of others
SLIGHT = 0.05  # of the weight of a topic's first word, below which another is none of it
PER_TOPIC = 50  # sentences that a topic is to have for there to be one more
SHOWN, WORDS = 3, 8  # sentences of a topic, and words of it, that are listed
ROUNDS = 200  # of updates, after which the topics of news hardly change
TINY = 1e-12  # so that nothing is divided by 0


def missed(
    tokens: Tokens,
    lexicon: Lexicon,
    *,
    stopwords: Iterable[str] | None = None,
    topics: int = 8,
    most: int = 4000,
    seed: int = 0,
) -> pd.DataFrame:
    """The topics of the sentences in which no term of a lexicon occurs, as proposals for terms and frames.

    The tf-idf of such sentences (five words or more, each once; `most` drawn at random of more) is approximated by
    `topics` times words, none below 0 (Lee and Seung 1999, Learning the parts of objects by non-negative matrix
    factorization), beginning at random; of fewer topics where there are fewer than 50 sentences for each. A sentence
    belongs to the topic that it has most of. One row a sentence, three of each topic, those with most of it, the
    topic with most sentences first:

    - ``topic``: from 1; ``sentences``: how many of those looked at belong to it, ``share`` of them (0 to 1);
    - ``words``: its eight leading words, `stopwords` left out, a blank between;
    - ``doc_id``, ``start``, ``end`` (characters), ``text``: the sentence, on one line.

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
    matrix, vocabulary, spans = _weighed(tokens, line, stopwords)
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
        about["words"] = " ".join(vocabulary[leading[weight[leading] > SLIGHT * weight.max()]])
        members = np.flatnonzero(topic == own)
        best = members[np.argsort(-of_sentence[members, own + 1], kind="stable")[:SHOWN]]
        rows += [about | spans[sentence] for sentence in best.tolist()]
    return pd.DataFrame(rows, columns=["topic", "sentences", "share", "words", "doc_id", "start", "end", "text"])


def _weighed(
    tokens: Tokens, line: Ints, stopwords: Iterable[str] | None
) -> tuple[sparse.csr_array, NDArray[np.object_], list[dict[Any, Any]]]:
    """The tf-idf of the sentences in `line`, each of length 1; the words of its columns; where the sentences are."""
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
    kept = (having >= RARE) & ~stopped(word[order], stopwords)
    counts = counts[:, kept]
    counts.data = (1 + np.log(counts.data)) * np.log(len(line) / having[kept])[counts.indices]
    length = np.sqrt(counts.multiply(counts).sum(axis=1))
    counts.data /= np.repeat(length, np.diff(counts.indptr))
    return counts, word[order][kept], pd.concat(places).to_dict("records")


def _factors(matrix: sparse.csr_array, topics: int, seed: int) -> tuple[Floats, Floats]:
    """(sentences, topics) and (topics, words), none below 0, whose product is near to `matrix`, by Lee and Seung."""
    random = np.random.default_rng(seed)
    left, right = random.random((matrix.shape[0], topics)), random.random((topics, matrix.shape[1]))
    turned = matrix.T.tocsr()
    for _ in range(ROUNDS):  # by einsum, which adds up in an order that no number of cores changes
        right *= (turned @ left).T / (np.einsum("ij,jk->ik", np.einsum("ji,jk->ik", left, left), right) + TINY)
        left *= (matrix @ right.T) / (np.einsum("ij,jk->ik", left, np.einsum("ij,kj->ik", right, right)) + TINY)
    return left, right
