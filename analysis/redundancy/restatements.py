"""Restatements: pairs of sentences that mean the same and are no copies. Exploratory."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Bools, Floats
from analysis.text.embeddings import embed, means, tells
from analysis.text.kernels import Words, find_words
from analysis.text.lookup import document_of
from analysis.text.shards import load_documents
from analysis.text.shingles import is_first
from analysis.text.tokens import Tokens
from analysis.text.units import Ints, groups, units

MOST = 1_000_000  # sentences of a corpus, at most
FEWEST = 5  # words of a unit, as in `near_repeats`
COPY = 0.8  # Jaccard coefficient of the words from which a pair is a near repeat and no restatement
NEAREST = 0.5  # cosine from which two units are about the same thing
# Two random units both have a word of frequency p with probability p squared. So n units hold less than one pair that
# shares some words by chance where -log p, summed over them, is log n or more. Words are not independent: twice that.
CHANCE = 2.0
COVERED = 0.4  # share of the information of a unit's words (the sum of -log p) that the other one has too
COMMON_LEAST, COMMON_SHARE = 20, 0.1  # words in more units than both are the subject of all, and carry no information
BLOCK = 512  # units that are compared with all others at once

LETTERS = 6  # words that agree in their first letters are one content word
NEGATIONS = frozenset("no not never none nobody nothing nor neither without cannot hardly".split())

# The weights of a logistic regression, fit on the 3,576 training pairs of the Microsoft Research Paraphrase Corpus
# (Dolan and Brockett 2005, Automatically constructing a corpus of sentential paraphrases), penalty 1 on standardised
# features. `_features` describes each one.
FEATURES = {
    "overlap": 3.06,
    "order": 6.64,
    "runs": -3.40,
    "alone": -0.071,
    "numbers": -0.383,
    "longer": -0.107,
    "negation": -1.17,
    "cosine": 1.93,
    "rest": 2.42,
}
INTERCEPT = -4.60


def restatements(tokens: Tokens, *, threshold: float = 0.3, unit: str = "sentence") -> pd.DataFrame:
    """Pairs of sentences or paragraphs (`unit`) that say the same in other words. Exploratory: read before you count.

    One row a pair, in the order of the text: ``a_doc``, ``a_start``, ``a_end`` of the earlier one (characters),
    ``b_doc``, ``b_start``, ``b_end`` of the later one, and ``similarity``: `same_meaning`, from `threshold` to 1.

    - Only English documents are compared.
    - Repeats are no restatements: of equal wordings (as types, in order) only the first is compared, and pairs whose
      sets of words have a Jaccard coefficient of 0.8 or more are left out, as are units of fewer than five words.
    - Most pairs of a corpus are unrelated, so similarity alone would bring more false pairs than true ones. A pair must
      share words too rare to be shared by chance in a corpus of this size, and two fifths of the information of the
      words of either unit (`CHANCE`, `COVERED`); have a cosine of 0.5 or more; and not each a number that the other
      lacks.

    Of 33 pairs in a corpus of 500 sentences on one matter, told by several outlets, its coder held 32 to be reuse; of
    40 pairs picked from the 15,000 sentences of a year of rural news (ABC 2006) with a similarity of 0.5 or more, about
    28 told of the same. Sentences that have hardly a word in common are not found.

    Raises `ValueError` for a `threshold` that is not above 0 and at most 1, another `unit`, no English document, or
    more than `MOST` sentences; `ModuleNotFoundError` without the extra "embeddings".

    >>> from analysis import read_text, tokenize
    >>> text = "The minister resigned on Monday after the vote. It rained all day in the north. Wheat is "
    >>> text += "cheap this year. Few men were out there. After the vote on Monday the minister stepped down."
    >>> restatements(tokenize(read_text(text)))[["a_start", "b_start", "similarity"]].round(2)
       a_start  b_start  similarity
    0        0      130         0.9
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}: use a share above 0 and at most 1, such as 0.3")
    if tokens.n_sentences > MOST:
        raise ValueError(f"{tokens.n_sentences:,} sentences are too many to compare each with all: {MOST:,} can be")
    english = np.flatnonzero(tokens.languages == "en")
    if not len(english):
        known = ", ".join(sorted(set(tokens.languages)))
        raise ValueError(f"the documents are in {known}: restatements are found in 'en'")
    tokens = load_documents(tokens, english)
    offsets, start, end = units(tokens, unit)
    document = document_of(tokens, offsets[:-1])
    rows = np.flatnonzero(is_first(groups(tokens.ids, offsets)) & (np.diff(offsets) >= FEWEST))
    wordings = [tokens.corpus.texts[d][s:e] for d, s, e in zip(document[rows], start[rows], end[rows], strict=True)]
    first, second = _candidates(tokens, offsets, rows)
    kept = _jaccard(tokens, offsets, rows, first, second) < COPY
    first, second = first[kept], second[kept]
    found = _features(wordings, embed(wordings), first, second)
    similarity = _scores(found)
    good = (similarity >= threshold) & (found["cosine"].to_numpy() >= NEAREST) & (found["clash"].to_numpy() == 0)
    a, b = rows[first[good]], rows[second[good]]
    return pd.DataFrame(
        {
            "a_doc": tokens.doc_ids[document[a]],
            "a_start": start[a],
            "a_end": end[a],
            "b_doc": tokens.doc_ids[document[b]],
            "b_start": start[b],
            "b_end": end[b],
            "similarity": similarity[good],
        }
    )


def _candidates(tokens: Tokens, offsets: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The pairs of `rows`, sorted, the earlier one first, that share enough information by their words."""
    n = len(rows)
    codes, names = pd.factorize(pd.Series(tokens.vocabulary, dtype="str").str.slice(0, LETTERS))
    ids = [codes[tokens.ids[offsets[row] : offsets[row + 1]]] for row in rows.tolist()]
    begin = np.append(0, np.cumsum([len(shard) for shard in ids])).astype(np.int64)
    flat = np.concatenate([np.empty(0, dtype=np.int64), *ids])
    has = sparse.csr_array((np.ones(len(flat)), flat, begin), shape=(n, len(names)))
    has.sum_duplicates()
    times = np.bincount(has.indices, minlength=len(names))
    information = np.log(max(n, 1) / np.maximum(times, 1))
    information[times > max(COMMON_LEAST, COMMON_SHARE * n)] = 0
    has.data[:] = np.sqrt(information[has.indices])
    has.eliminate_zeros()
    transposed = has.T.tocsr()
    total = np.asarray((has * has).sum(axis=1)).ravel()
    found = [np.empty((2, 0), dtype=np.int64)]
    for low in range(0, n, BLOCK):
        shared = (has[low : low + BLOCK] @ transposed).tocoo()
        first, second, amount = shared.row + low, shared.col, shared.data.round(9)
        enough = (
            (first < second)
            & (amount >= CHANCE * np.log(max(n, 1)))
            & (amount >= COVERED * np.maximum(total[first], total[second]))
        )
        pairs = np.array([first[enough], second[enough]], dtype=np.int64)
        found.append(pairs[:, np.lexsort((pairs[1], pairs[0]))])
    first, second = np.concatenate(found, axis=1)
    return first, second


def _jaccard(tokens: Tokens, offsets: Ints, rows: Ints, first: Ints, second: Ints) -> Floats:
    """The Jaccard coefficient of the words of the units at `first` and at `second` of `rows`, as in `near_repeats`."""
    sets = [frozenset(tokens.ids[offsets[row] : offsets[row + 1]].tolist()) for row in rows.tolist()]
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    return np.array([len(sets[i] & sets[j]) / len(sets[i] | sets[j]) for i, j in pairs], dtype=np.float64)


def same_meaning(a_texts: Sequence[str], b_texts: Sequence[str]) -> Floats:
    r"""Probability, for each pair of texts at the same place in the two lists, that they mean the same.

    .. math:: 1 / (1 + e^{-(w_0 + \sum_k w_k x_k)})

    over nine features x of the two wordings, with the weights in `FEATURES`. For one meaning speak the share of words
    in common, and in common in the same order, the cosine of the two texts, and that of the words that either has
    alone (`analysis.text.embeddings`). Against it: content words, numbers or a negation on one side alone, more words
    on one side, and (where as many words are shared) that they are one run, since what is left is then an addition.
    Symmetric. Fit on sentences of news on the same event, of which two thirds mean the same, with .5 between those that
    do and those that do not. Empty texts score 0.

    Raises `ValueError` where the two lists are not of one length, `ModuleNotFoundError` without the extra
    "embeddings".

    >>> a = ["The minister resigned on Monday after the vote.", "The minister resigned on Monday after the vote."]
    >>> b = ["After the vote on Monday the minister stepped down.", "Wheat prices fell in the north."]
    >>> (same_meaning(a, b) > 0.5).tolist()
    [True, False]
    """
    if len(a_texts) != len(b_texts):
        raise ValueError(f"{len(a_texts)} texts and {len(b_texts)} to compare them with: give two lists of one length")
    both = [*a_texts, *b_texts]
    places = np.arange(len(a_texts))
    return _scores(_features(both, embed(both), places, places + len(a_texts)))


def _scores(found: pd.DataFrame) -> Floats:
    """`same_meaning` of pairs, by their features."""
    total = INTERCEPT + sum(weight * found[name].to_numpy() for name, weight in FEATURES.items())
    return np.where(found["overlap"] + found["cosine"] > 0, 1 / (1 + np.exp(-total)), 0.0).round(6)


def _features(wordings: Sequence[str], vectors: NDArray[np.float32], first: Ints, second: Ints) -> pd.DataFrame:
    """The features of each pair of texts.

    ``overlap``: distinct words of both / those of the side with more. ``order``: words in common in the same order /
    words of the longer side. ``runs``: Dice coefficient of the runs of three words. ``cosine``: of the two texts.
    ``rest``: cosine of the words that one side alone has with those that the other alone has; 1 where neither has any,
    0.5 where one has none. ``alone``: content words that one side alone has, of the side with fewer. ``numbers``:
    numbers that one side alone has, of the side with more. ``negation``: 1 where one side alone has a negation.
    ``longer``: words that the longer side has more. ``clash``: whether each side has a number that the other lacks.
    """
    words = find_words(wordings)
    telling = tells(words.vocabulary.tolist())
    profiles = [_profile(words, row, telling) for row in range(len(wordings))]
    rows, only = [], []
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        a, b = profiles[i], profiles[j]
        size, longest = max(len(a.words), len(b.words), 1), max(len(a.order), len(b.order), 1)
        alone = sorted((len(a.content - b.content), len(b.content - a.content)))
        numbers = max(len(a.numbers - b.numbers), len(b.numbers - a.numbers))
        runs = 2 * len(a.runs & b.runs) / max(len(a.runs) + len(b.runs), 1)
        order = _in_order(a.order, b.order)
        clash = bool(a.numbers - b.numbers) and bool(b.numbers - a.numbers)
        longer = abs(len(a.order) - len(b.order))
        rows.append((len(a.words & b.words) / size, order / longest, runs, alone[0], numbers, longer, clash))
        only += [sorted(a.words - b.words), sorted(b.words - a.words)]
    table = pd.DataFrame(rows, columns=["overlap", "order", "runs", "alone", "numbers", "longer", "clash"])
    table["negation"] = [float(profiles[i].negated != profiles[j].negated) for i, j in zip(first, second, strict=True)]
    table["cosine"] = (vectors[first].astype(np.float64) * vectors[second]).sum(axis=1)
    table["rest"] = _rest(only, words)
    return table


class _Profile(NamedTuple):
    """The words of a text, as `_features` compares them."""

    order: list[int]
    words: frozenset[int]
    content: frozenset[str]  # first letters
    runs: frozenset[tuple[int, int, int]]
    numbers: frozenset[int]
    negated: bool


def _profile(words: Words, row: int, telling: Bools) -> _Profile:
    low, high = words.offsets[row : row + 2].tolist()
    order = words.ids[low:high].tolist()
    names = [words.vocabulary[i] for i in order]
    number = [any(map(str.isdigit, name)) for name in names]
    return _Profile(
        order,
        frozenset(order),
        frozenset(name[:LETTERS] for name, i in zip(names, order, strict=True) if telling[i]),
        frozenset(zip(order, order[1:], order[2:], strict=False)),
        frozenset(i for i, yes in zip(order, number, strict=True) if yes),
        any(name in NEGATIONS or name.endswith("n't") for name in names),
    )


def _in_order(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the longest common subsequence (Hyyrö 2004, Bit-parallel LCS-length computation revisited)."""
    places: dict[int, int] = {}
    for place, word in enumerate(a):
        places[word] = places.get(word, 0) | 1 << place
    full = (1 << len(a)) - 1
    row = full
    for word in b:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & full
    return len(a) - row.bit_count()


def _rest(only: Sequence[Sequence[int]], words: Words) -> Floats:
    """The cosine of the words that only one text has with those that only the other has, two rows of `only` a pair."""
    size = np.array([len(row) for row in only])
    ids = np.array([i for row in only for i in row], dtype=np.int64)
    shape = (len(only), len(words.vocabulary))
    chosen = sparse.csr_array((np.ones(len(ids)), ids, np.append(0, np.cumsum(size))), shape=shape)
    sums = chosen @ means(words.vocabulary.tolist()).astype(np.float64)
    length = np.sqrt((sums**2).sum(axis=1))
    product, lengths = (sums[::2] * sums[1::2]).sum(axis=1), length[::2] * length[1::2]
    neither = (size[::2] == 0) & (size[1::2] == 0)
    cosine = np.divide(product, lengths, out=np.full(len(product), 0.5), where=lengths > 0)
    return np.where(neither, 1.0, cosine)
