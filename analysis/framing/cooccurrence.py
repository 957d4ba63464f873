"""Cooccurrence: frames and words that share sentences more than chance explains."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.core.intervals import gather
from analysis.framing.counting import counted_shards, found_shards
from analysis.framing.lexicon import Lexicon
from analysis.framing.margins import SUMS, add_pairs, add_words, tails
from analysis.framing.permutations import LEVEL, adjust_p
from analysis.text.lookup import sentence_of
from analysis.text.shards import names
from analysis.text.shingles import is_first
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens
from analysis.text.units import equal_units, units


def cooccurrence(tokens: Tokens, lexicon: Lexicon, *, unit: str = "sentence") -> pd.DataFrame:
    """Count the units, "sentence" or "paragraph" (or a title or heading), that two frames share, and test for chance.

    A unit repeated verbatim counts once. One row a pair of frames without a common term, by ``ppmi``, ``both`` and the
    lexicon's order:

    - ``frame_a``, ``frame_b``; ``both``: units with both; ``a``, ``b``: with each; ``units``: all with words;
    - ``expected``: the mean of ``both`` if, in every document, each frame keeps the number of its units and these are
      drawn at random, long units more often. In documents of fewer than four different units it is ``both`` itself;
    - ``ppmi``: positive pointwise mutual information, log2 of ``both / expected``, and 0 if that is below 0 or
      undefined (Church and Hanks 1990; Bullinaria and Levy 2007): 1 = twice as often as chance explains. It is high for
      rare pairs: read ``both`` with it;
    - ``p``: twice the smaller tail of ``both`` under that model (`margins.tails`), the stratified test of Mantel and
      Haenszel 1959 (Statistical aspects of the analysis of data from retrospective studies of disease) with documents
      as strata; NaN if nothing is left to chance. ``q``: p adjusted for the number of pairs (Benjamini and Hochberg
      1995), NaN for pairs too rare to test (`permutations.adjust_p`); ``direction``: "together" or "apart" if q is at
      most 0.05, else "unclear".

    Raises `ValueError` for another unit.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> tokens = tokenize(read_text("The militants will be prosecuted. It has rained all day. It may snow. We left."))
    >>> columns = ["frame_a", "frame_b", "both", "a", "b", "units", "p"]
    >>> cooccurrence(tokens, lexicon)[columns].head(1).round(2)
      frame_a              frame_b  both  a  b  units     p
    0  threat  law_and_prosecution     1  1  1      4  0.23
    """
    frames = lexicon.frames["frame"].to_numpy(dtype=object)
    new = is_first(equal_units(tokens, unit).group)
    together = np.zeros((len(frames), len(frames)), dtype=np.int64)
    sums, seen = np.zeros((SUMS, *together.shape)), 0
    for shard, counted in counted_shards(tokens, lexicon):
        offsets = units(shard.tokens, unit)[0]
        first = np.searchsorted(shard.tokens.sentence_offsets, offsets[:-1])  # of each unit, its first sentence
        number = np.repeat(np.arange(len(first)), np.diff(first, append=shard.tokens.n_sentences))
        once = new[seen : seen + len(first)]
        seen += len(first)
        has = (gather(number, len(first)) @ counted.hits).toarray()[once] > 0
        bounds = np.searchsorted(shard.tokens.sentence_document[first][once], np.arange(shard.tokens.n_documents + 1))
        add_pairs(np.diff(offsets)[once].astype(np.float64), bounds, has, together, sums)
    has_term = pd.crosstab(lexicon.terms["frame"], lexicon.terms["pattern"]).loc[frames].to_numpy()
    one, other = np.nonzero(np.triu(has_term @ has_term.T == 0, k=1))
    both, sums = together[one, other], sums[:, one, other]
    expected = sums[0]
    ratio = np.divide(both, expected, out=np.ones(len(both)), where=expected > 0)
    p = 2 * np.minimum(*tails(both, sums))
    q = adjust_p(p, 2 * np.minimum(tails(sums[3], sums)[0], tails(sums[2], sums)[1]))
    difference = np.where(q <= LEVEL, both - expected, 0)
    table = pd.DataFrame(
        {
            "frame_a": frames[one],
            "frame_b": frames[other],
            "both": both,
            "a": together[one, one],
            "b": together[other, other],
            "units": int(new.sum()),
            "expected": expected,
            "ppmi": np.log2(np.maximum(ratio, 1)),
            "p": p,
            "q": q,
            "direction": np.select([difference > 0, difference < 0], ["together", "apart"], "unclear"),
        }
    )
    return table.sort_values(["ppmi", "both"], ascending=False, kind="stable", ignore_index=True)


def frame_words(
    tokens: Tokens,
    lexicon: Lexicon,
    frame: str,
    *,
    stopwords: Iterable[str] | None = None,
    min_count: int = 5,
    most: int | None = None,
) -> pd.DataFrame:
    """List the words that share sentences with `frame`, those most above chance first: one row a word.

    Left out are the words that its patterns matched, `stopwords`, and words in fewer than `min_count` sentences. A
    sentence repeated verbatim counts at its first place. `most`: maximum number of rows.

    - ``term``; ``sentences``: those of the frame that have it; ``others``: the other sentences that have it;
      ``documents``: with one of the first kind;
    - ``expected``: the mean of ``sentences`` if, in every document, the word keeps the number of its sentences and
      these are drawn at random, as in `cooccurrence`;
    - ``log_ratio``: log2 of ``sentences / expected``, 1 = twice as often as chance explains;
    - ``z``: by how many standard deviations ``sentences`` exceeds ``expected``, the signed root of the statistic of
      Mantel and Haenszel 1959 with documents as strata; NaN, as ``p``, if nothing is left to chance;
    - ``p``: the upper tail (`margins.tails`); ``q``: p adjusted for the number of words (Benjamini and Hochberg 1995),
      NaN for words too rare to test (`permutations.adjust_p`).

    Raises `ValueError` for an unknown frame.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> said = [f"Militants fled with {many} men. {many} days passed." for many in ("two", "four", "six")]
    >>> table = frame_words(tokenize(read_text(" ".join(said))), lexicon, "threat", stopwords={"with"}, min_count=3)
    >>> table[["term", "sentences", "others", "documents", "expected"]].round(2)
         term  sentences  others  documents  expected
    0    fled          3       0          1      1.45
    1     men          3       0          1      1.45
    2    days          0       3          0      1.45
    3  passed          0       3          0      1.45
    """
    frames = lexicon.frames["frame"].tolist()
    if frame not in frames:
        raise ValueError(f"no frame {frame!r} in lexicon {lexicon.name!r}: it has {', '.join(frames)}")
    own = (lexicon.terms["frame"] == frame).to_numpy()
    new = is_first(equal_units(tokens, "sentence").group)
    left_out = stopped(tokens.vocabulary, stopwords)
    counts, sums = np.zeros((3, len(left_out)), dtype=np.int64), np.zeros((SUMS, len(left_out)))
    for shard, found in found_shards(tokens, lexicon):
        first, last = (found.loc[own[found["term"]], column].to_numpy() for column in ("first", "last"))
        offsets, once = shard.tokens.sentence_offsets, new[shard.sentence : shard.sentence + shard.tokens.n_sentences]
        framed = np.zeros(len(once), dtype=bool)
        framed[sentence_of(shard.tokens, first)] = True
        types = shard.types[shard.tokens.ids]
        kept = ~left_out[types]
        for step in range(int((last - first).max(initial=-1)) + 1):
            kept[np.minimum(first + step, last)] = False
        bounds = np.searchsorted(shard.tokens.sentence_document[once], np.arange(shard.tokens.n_documents + 1))
        line = np.flatnonzero(once)
        add_words(bounds, offsets[line], offsets[line + 1], types, framed[line], kept, counts, sums)
    sentences, others, documents = counts
    tested = np.flatnonzero(sentences + others >= min_count)
    sums, sentences = sums[:, tested], sentences[tested]
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio, z = np.log2(sentences / sums[0]), (sentences - sums[0]) / np.sqrt(sums[1])
    p = tails(sentences, sums)[0]
    table = pd.DataFrame(
        {
            "term": names(tokens, tested),
            "sentences": sentences,
            "others": others[tested],
            "documents": documents[tested],
            "expected": sums[0],
            "log_ratio": log_ratio,
            "z": np.where(np.isnan(p), np.nan, z),
            "p": p,
            "q": adjust_p(p, tails(sums[3], sums)[0]),
        }
    )
    table = table.sort_values(["z", "term"], ascending=[False, True], ignore_index=True)
    return table if most is None else table.head(most)
