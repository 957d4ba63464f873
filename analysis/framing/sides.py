"""The words of the sentences with certain matches, and those of all the others, as corpora of their own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.lookup import document_of, sentence_of
from analysis.text.parted import Part, Parted, part_bounds, sentence_counts
from analysis.text.tokens import Ids, Tokens, offsets_of


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


def sides_of(tokens: Parted, parts: Iterable[tuple[Part, pd.DataFrame]]) -> tuple[Parted, Parted]:
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
