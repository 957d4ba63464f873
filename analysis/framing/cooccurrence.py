"""What stands with a frame: other frames in the same sentence, paragraph or document, and the words around it."""

import numpy as np
import pandas as pd
from scipy import stats

from analysis.framing.contrasts import LEVEL
from analysis.framing.counting import counted_parts, gather, matched_parts
from analysis.framing.lexicon import Lexicon
from analysis.framing.permutations import adjusted
from analysis.framing.sides import sides_of, split
from analysis.text.parted import AnyTokens, Parted

UNITS = ("sentence", "paragraph", "document")


def cooccurrence(tokens: AnyTokens, lexicon: Lexicon, *, unit: str = "sentence") -> pd.DataFrame:
    """Which frames stand together in a "sentence", "paragraph" (a title or heading is one) or "document", as `unit`.

    One row a pair of frames, those most above chance first, then by ``both`` and the lexicon's order:

    - ``frame_a``, ``frame_b``; ``both``: units with both; ``a``, ``b``: with each; ``units``: all that have words;
    - ``expected``: ``a * b / units``, how many would have both if the frames knew nothing of each other;
    - ``ppmi``: positive pointwise mutual information, the binary logarithm of ``both / expected``, and 0 where it is
      below 0 or undefined (Church and Hanks 1990, Word association norms, mutual information, and lexicography;
      Bullinaria and Levy 2007, Extracting semantic representations from word co-occurrence statistics): 1 = twice as
      often as by chance. It is high for rare pairs: read ``both`` with it;
    - ``p``: Fisher's exact test, two-sided, of the four counts (Fisher 1935, The design of experiments); ``q``: p
      adjusted for the number of pairs (Benjamini and Hochberg 1995); ``direction``: "together" or "apart" with q up to
      0.05, else "unclear".

    A word counts for one frame only, so a unit has both through different words. Where much of a text has no frame at
    all, any two frames stand together more than by chance, since both keep to the rest; and p takes the units for
    independent, which sentences of one document are not, and still less a sentence that is printed again. Raises
    `ValueError` for another unit.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The militants will be prosecuted. It rained. It snowed. It was late."))
    >>> columns = ["frame_a", "frame_b", "both", "a", "b", "units", "expected", "ppmi"]
    >>> cooccurrence(tokens, lexicon)[columns].head(1)
      frame_a              frame_b  both  a  b  units  expected  ppmi
    0  threat  law_and_prosecution     1  1  1      4      0.25   2.0
    """
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}: use {', '.join(map(repr, UNITS))}")
    frames = lexicon.frames["frame"].to_numpy(dtype=object)
    units, together = 0, np.zeros((len(frames), len(frames)), dtype=np.int64)
    for part, counted in counted_parts(tokens, lexicon):
        number = {
            "sentence": np.arange(part.tokens.n_sentences),
            "paragraph": np.unique(part.tokens.sentence_segment, return_inverse=True)[1],
            "document": np.unique(part.tokens.sentence_document, return_inverse=True)[1],
        }[unit]
        own = int(number.max(initial=-1)) + 1
        has = ((gather(number, own) @ counted.hits).toarray() > 0).astype(np.int64)
        units, together = units + own, together + has.T @ has
    one, other = np.triu_indices(len(frames), k=1)
    both = together[one, other]
    a, b = together[one, one], together[other, other]
    expected = a * b / max(units, 1)
    apart = np.divide(both, expected, out=np.ones(len(both)), where=expected > 0)
    p = np.array(
        [
            stats.fisher_exact(np.array([[n, left - n], [right - n, units - left - right + n]])).pvalue
            for n, left, right in zip(both, a, b, strict=True)
        ]
    )
    q = adjusted(p)
    sure = q <= LEVEL
    table = pd.DataFrame(
        {
            "frame_a": frames[one],
            "frame_b": frames[other],
            "both": both,
            "a": a,
            "b": b,
            "units": units,
            "expected": expected,
            "ppmi": np.log2(np.maximum(apart, 1)),
            "p": p,
            "q": q,
            "direction": np.select(
                [sure & (both > expected), sure & (both < expected)], ["together", "apart"], "unclear"
            ),
        }
    )
    return table.sort_values(["ppmi", "both"], ascending=False, kind="stable", ignore_index=True)


def frame_words(tokens: AnyTokens, lexicon: Lexicon, frame: str) -> tuple[AnyTokens, AnyTokens]:
    """The words of the sentences that speak of `frame`, but for those that do so, and the words of all the others.

    Two `Tokens` over the same documents, to hold against each other: the words that are key in the first stand with
    the frame. What its patterns matched is left out, since it would be key by definition; where it was taken out of a
    sentence, the words before and after it are sentences of their own, so that no n-gram spans the gap. Raises
    `ValueError` for an unknown frame, and where no word is left on a side.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The militants fled north. It rained."))
    >>> [side.vocabulary[side.ids].tolist() for side in frame_words(tokens, lexicon, "threat")]
    [['the', 'fled', 'north'], ['it', 'rained']]
    """
    frames = lexicon.frames["frame"].tolist()
    if frame not in frames:
        raise ValueError(f"no frame {frame!r} in lexicon {lexicon.name!r}: it has {', '.join(frames)}")
    own = (lexicon.terms["frame"] == frame).to_numpy()
    parts = ((part, found[own[found["term"]]]) for part, found in matched_parts(tokens, lexicon))
    sides = sides_of(tokens, parts) if isinstance(tokens, Parted) else split(tokens, next(parts)[1])
    for side, which in zip(
        sides, ("other word stands in a sentence with", "word stands in a sentence without"), strict=True
    ):
        if not side.document_offsets[-1]:
            raise ValueError(f"no {which} frame {frame!r}: there is nothing to compare")
    return sides
