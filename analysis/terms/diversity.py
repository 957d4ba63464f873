"""How varied the vocabulary of each document is."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Floats, compiled
from analysis.text.lookup import document_ranges
from analysis.text.shards import shards
from analysis.text.tokens import Tokens

AT_ONCE = 200_000  # words that are worked on together
HDD_SAMPLE = 42  # words, as in McCarthy and Jarvis

Places = NDArray[np.int64]


def diversity(tokens: Tokens, window: int = 50) -> pd.DataFrame:
    r"""How varied the vocabulary of each document is: one row a document, in the order of the corpus.

    With N words in a document, V distinct ones (types), and :math:`f_t` occurrences of type t:

    - ``words``: N; ``types``: V; ``ttr``: V / N (0 to 1), which falls as a text gets longer, whatever its vocabulary;
    - ``guiraud``: :math:`V / \sqrt N` (Guiraud 1954, Les caractères statistiques du vocabulaire) and ``herdan``:
      :math:`\ln V / \ln N` (Herdan 1960, Type-Token Mathematics), which fall less with length;
    - ``msttr``: mean TTR of the consecutive segments of `window` words, without an incomplete last one (Johnson 1944,
      A program of research, Psychological Monographs 56);
    - ``mattr``: mean TTR of all N - `window` + 1 stretches of `window` words (Covington and McFall 2010, Cutting the
      Gordian knot, Journal of Quantitative Linguistics 17, p. 96);
    - ``mtld``: N / factors, the mean of reading forwards and backwards, in words. A factor ends at the word with which
      the TTR since the last one falls below 0.72; the rest counts as :math:`(1 - TTR) / (1 - 0.72)` of one (McCarthy
      and Jarvis 2010, MTLD, vocd-D, and HD-D, Behavior Research Methods 42, p. 384);
    - ``hdd``: the expected TTR of 42 words drawn from the document without replacement, :math:`\sum_t
      (1 - \binom{N - f_t}{42} / \binom{N}{42}) / 42` (McCarthy and Jarvis 2007, vocd: a theoretical and empirical
      evaluation, Language Testing 24);
    - ``yule_k``: :math:`10^4 (\sum f_t^2 - N) / N^2` (Yule 1944, The Statistical Study of Literary Vocabulary);
    - ``simpson``: :math:`\sum f_t (f_t - 1) / (N (N - 1))`, the chance that two words drawn are the same type (Simpson
      1949, Measurement of diversity, Nature 163);
    - ``fisher_alpha``: the :math:`\alpha` for which :math:`V = \alpha \ln(1 + N / \alpha)` (Fisher, Corbet and Williams
      1943, The relation between the number of species and the number of individuals);
    - ``hapax_share``: the share of the types that occur once (0 to 1).

    Direction: more is more varied, but more repetitive for ``yule_k`` and ``simpson`` (0 = no word twice). Comparable
    between documents of different length: ``msttr mattr mtld hdd yule_k simpson``.

    NaN where a document is too short: ``msttr`` and ``mattr`` below `window` words, ``hdd`` below 42, ``simpson`` and
    ``herdan`` below 2, all but the counts below 1; ``mtld`` and ``fisher_alpha`` where no word occurs twice. ``mtld``
    is unsteady below about 100 words. Raises `ValueError` for a `window` below 1.

    >>> from analysis import read_text, tokenize
    >>> table = diversity(tokenize(read_text("War is war. Peace is peace.")), window=3)
    >>> table[["words", "types", "ttr", "msttr", "mattr", "yule_k"]].round(3)
       words  types  ttr  msttr  mattr    yule_k
    0      6      3  0.5  0.667  0.833  1666.667
    """
    if window < 1:
        raise ValueError(f"window is {window}: use 1 word or more, 50 as a rule")
    # Stretch by stretch, since all that is held for each word serves its own document only.
    tables = [
        _diversity(shard.tokens, first, stop, window)
        for shard in shards(tokens)
        for first, stop in document_ranges(shard.tokens, AT_ONCE) or [(0, 0)]
    ]
    return pd.concat(tables, ignore_index=True)


def _diversity(tokens: Tokens, begin: int, stop: int, window: int) -> pd.DataFrame:
    """The rows of the documents from `begin` to `stop`."""
    offsets = tokens.document_offsets[begin : stop + 1]
    ids, offsets, words = tokens.ids[offsets[0] : offsets[-1]], offsets - offsets[0], np.diff(offsets)
    owner = np.repeat(np.arange(len(words)), words)
    position = np.arange(len(ids)) - offsets[owner]
    earlier, occurrence = _earlier(np.ascontiguousarray(ids), offsets, len(tokens.vocabulary))
    # The same of the words read backwards: what was later is then earlier.
    back_ids, back_offsets = np.ascontiguousarray(ids[::-1]), len(ids) - offsets[::-1]
    later, _ = _earlier(back_ids, back_offsets, len(tokens.vocabulary))
    last = np.flatnonzero(later[::-1] < 0)  # one place for each type of each document
    document, frequency = owner[last], occurrence[last]
    types = np.bincount(document, minlength=len(words))
    hapaxes = np.bincount(document[frequency == 1], minlength=len(words))
    repeats = np.bincount(document, frequency * (frequency - 1.0), minlength=len(words))
    forwards, backwards = _factors(earlier, offsets), _factors(later, back_offsets)[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):  # a document of no word, or of one
        columns = {
            "doc_id": tokens.doc_ids[begin:stop],
            "words": words,
            "types": types,
            "ttr": types / words,
            "guiraud": types / np.sqrt(words),
            "herdan": np.log(types) / np.log(words),
            "msttr": _segmental_ttr(owner, words, position, earlier, window),
            "mattr": _moving_ttr(owner, words, position, earlier, window),
            "mtld": np.where(types < words, (words / forwards + words / backwards) / 2, np.nan),
            "hdd": _hdd(words, document, frequency),
            "yule_k": 1e4 * repeats / words**2.0,
            "simpson": repeats / (words * (words - 1.0)),
            "fisher_alpha": _fisher_alpha(words, types),
            "hapax_share": hapaxes / types,
        }
    return pd.DataFrame(columns)


@compiled
def _earlier(ids: Any, offsets: Any, types: Any) -> Any:
    """For each word, the place of the same word before it in its document (from 0; -1: none), and which one it is."""
    earlier = np.empty(len(ids), dtype=np.int64)
    occurrence = np.ones(len(ids), dtype=np.int64)
    seen = np.full(types, -1)
    for document in range(len(offsets) - 1):
        begin = offsets[document]
        for place in range(begin, offsets[document + 1]):
            before = seen[ids[place]]
            seen[ids[place]] = place
            earlier[place] = max(before - begin, -1)
            if before >= begin:
                occurrence[place] = occurrence[before] + 1
    return earlier, occurrence


def _segmental_ttr(document: Places, words: Places, position: Places, earlier: Places, window: int) -> Floats:
    """New words in the whole segments of each document, a word of them."""
    covered = words // window * window
    new = (earlier < position - position % window) & (position < covered[document])
    mean: Floats = np.bincount(document[new], minlength=len(words)) / covered
    return mean


def _moving_ttr(document: Places, words: Places, position: Places, earlier: Places, window: int) -> Floats:
    """Mean TTR of all windows: a word is new in those that hold it and begin after the same word before it."""
    windows = np.maximum(words - window + 1, 0)
    first = np.maximum(position - window + 1, earlier + 1)
    last = np.minimum(position, windows[document] - 1)
    new = np.bincount(document, np.maximum(last - first + 1, 0), minlength=len(words))
    mean: Floats = new / (windows * window)
    return mean


@compiled
def _factors(earlier: Any, offsets: Any) -> Any:
    """The MTLD factors of each document."""
    factors = np.zeros(len(offsets) - 1)
    for document in range(len(factors)):
        length = offsets[document + 1] - offsets[document]
        start = types = 0
        for position in range(length):
            types += earlier[offsets[document] + position] < start
            if 25 * types < 18 * (position + 1 - start):  # TTR < 0.72, free of rounding
                factors[document] += 1
                start, types = position + 1, 0
        if start < length:
            factors[document] += (1 - types / (length - start)) / (1 - 0.72)
    return factors


def _hdd(words: Places, document: Places, frequency: Places) -> Floats:
    """Expected TTR of a sample: the chances of all types to be in it, added up."""
    top = frequency.max(initial=0) + 1
    alike, types = np.unique(document * top + frequency, return_counts=True)
    document, frequency = alike // top, alike % top
    absent = np.ones(len(alike))
    for drawn in range(HDD_SAMPLE):  # the binomials' ratio, factor by factor: exact where log-gamma is not
        absent *= np.maximum(words[document] - frequency - drawn, 0) / (words[document] - drawn)
    expected = np.bincount(document, types * (1 - absent), minlength=len(words)) / HDD_SAMPLE
    return np.where(words >= HDD_SAMPLE, expected, np.nan)


def _fisher_alpha(words: Places, types: Places) -> Floats:
    """Fisher's alpha by Newton's method for x = N / alpha."""
    ratio = types / words
    # ln(1 + x) <= x / sqrt(1 + x) bounds x from above, and from there a concave function's steps never pass its root.
    x = 1 / ratio**2 - 1
    for _ in range(20):
        x = x - (np.log1p(x) - ratio * x) / (1 / (1 + x) - ratio)
    return words / x
