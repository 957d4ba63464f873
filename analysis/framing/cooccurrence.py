"""What occurs with a frame: other frames in the same sentence, paragraph or document, and the words around it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.core.intervals import gather
from analysis.framing.contrasts import LEVEL
from analysis.framing.counting import counted_parts, weighted_parts
from analysis.framing.lexicon import Lexicon
from analysis.framing.permutations import adjusted
from analysis.text.lookup import document_of, sentence_of
from analysis.text.parted import Part, Parted, part_bounds, sentence_counts
from analysis.text.tokens import Ids, Tokens, offsets_of

UNITS = ("sentence", "paragraph", "document")


def cooccurrence(tokens: Tokens, lexicon: Lexicon, *, unit: str = "sentence") -> pd.DataFrame:
    """Which frames occur together in a "sentence", "paragraph" (a title or heading is one) or "document", as `unit`.

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
    all, any two frames occur together more than by chance, since both keep to the rest; and p takes the units for
    independent, which sentences of one document are not, and still less a sentence that is printed again. Raises
    `ValueError` for another unit.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
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


def frame_words(tokens: Tokens, lexicon: Lexicon, frame: str) -> tuple[Tokens, Tokens]:
    """The words of the sentences that speak of `frame`, but for those that do so, and the words of all the others.

    Two `Tokens` over the same documents, to hold against each other: the words that are key in the first occur
    with the frame. What its patterns matched is left out, since it would be key by definition; where it was taken out
    of a sentence, the words before and after it are sentences of their own, so that no n-gram spans the gap. Raises
    `ValueError` for an unknown frame, and where no word is left on a side.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The militants fled north. It rained."))
    >>> [side.vocabulary[side.ids].tolist() for side in frame_words(tokens, lexicon, "threat")]
    [['the', 'fled', 'north'], ['it', 'rained']]
    """
    frames = lexicon.frames["frame"].tolist()
    if frame not in frames:
        raise ValueError(f"no frame {frame!r} in lexicon {lexicon.name!r}: it has {', '.join(frames)}")
    own = (lexicon.terms["frame"] == frame).to_numpy()
    parts = ((part, found[own[found["term"]]]) for part, found, _ in weighted_parts(tokens, lexicon))
    sides = _sides_of(tokens, parts) if isinstance(tokens, Parted) else split(tokens, next(parts)[1])
    for side, which in zip(
        sides, ("other word stands in a sentence with", "word stands in a sentence without"), strict=True
    ):
        if not side.document_offsets[-1]:
            raise ValueError(f"no {which} frame {frame!r}: there is nothing to compare")
    return sides


def split(tokens: Tokens, found: pd.DataFrame) -> tuple[Tokens, Tokens]:
    """The words, but for the matches in `found` (first, last), of the sentences that have one, and of those without.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("We go to war. It rained."))
    >>> [side.vocabulary[side.ids].tolist() for side in split(tokens, pd.DataFrame({"first": [3], "last": [3]}))]
    [['we', 'go', 'to'], ['it', 'rained']]
    """
    first, last = found["first"].to_numpy(), found["last"].to_numpy()
    matched = np.zeros(len(tokens), dtype=bool)
    for step in range(int((last - first).max(initial=-1)) + 1):
        matched[np.minimum(first + step, last)] = True
    speaking = np.zeros(tokens.n_sentences, dtype=bool)
    speaking[sentence_of(tokens, first)] = True
    inside = np.repeat(speaking, np.diff(tokens.sentence_offsets))
    return _only(tokens, inside & ~matched), _only(tokens, ~inside)


def _sides_of(tokens: Parted, parts: Iterable[tuple[Part, pd.DataFrame]]) -> tuple[Parted, Parted]:
    """The same of a corpus in parts, of which `parts` are all, each with its matches; a side is made part by part."""
    sizes: list[list[NDArray[np.int64]]] = [[], []]
    places = []
    for part, found in parts:
        for side, own in zip(sizes, split(part.tokens, found), strict=True):
            side.append(np.column_stack([np.diff(own.document_offsets), sentence_counts(own)]))
        document = document_of(part.tokens, found["first"].to_numpy())
        begin = part.tokens.document_offsets[document]
        place = np.column_stack([part.document + document, found["first"] - begin, found["last"] - begin])
        places.append(place.astype(np.int32))
    matches = np.concatenate(places)
    sides = []
    for number, side in enumerate(sizes):
        words, lines = np.concatenate(side).T
        form = _Side(tokens, matches, number)
        sides.append(replace(tokens, document_offsets=offsets_of(words), sentences=offsets_of(lines), form=form))
    return sides[0], sides[1]


@dataclass(frozen=True)
class _Side:
    """Makes of the words of a part, when it is opened, those of one side.

    ``whole``: the corpus that was split; ``matches``: (matches, 3) the place of the document of each in it, in rising
    order, and its first and its last word, counted from 0 in the document; ``side``: of `split`.
    """

    whole: Parted
    matches: Ids
    side: int

    def __call__(self, tokens: Tokens, number: int) -> Tokens:
        tokens = self.whole.form(tokens, number) if self.whole.form else tokens
        bounds = part_bounds(self.whole.folder)[number : number + 2]
        low, high = np.searchsorted(self.matches[:, 0], np.searchsorted(self.whole.rows, bounds))
        document, first, last = self.matches[low:high].T.astype(np.int64)
        begin = tokens.document_offsets[self.whole.rows[document] - bounds[0]]
        return split(tokens, pd.DataFrame({"first": begin + first, "last": begin + last}))[self.side]


def _only(tokens: Tokens, kept: NDArray[np.bool_]) -> Tokens:
    """The words in `kept`, runs of them within one sentence being the sentences."""
    place = np.flatnonzero(kept)
    opens = np.zeros(len(tokens), dtype=bool)
    opens[tokens.sentence_offsets[:-1]] = True
    begins = (np.diff(place, prepend=-2) > 1) | opens[place]
    bounds = np.append(np.flatnonzero(begins), len(place))
    line = sentence_of(tokens, place[begins])
    return replace(
        tokens,
        ids=tokens.ids[place],
        start=tokens.start[place],
        end=tokens.end[place],
        document_offsets=np.searchsorted(place, tokens.document_offsets).astype(np.int64),
        sentence_offsets=bounds.astype(np.int64),
        sentence_segment=tokens.sentence_segment[line],
        sentence_start=tokens.start[place[bounds[:-1]]],
        sentence_end=tokens.end[place[bounds[1:] - 1]],
    )
