"""Which pairs of similar places are listed, where there are too many to list them all."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core.compiled import compiled
from analysis.text.tokens import offsets_of
from analysis.text.units import Ints

MANY = 50  # earlier places that a place is listed with; one with more is listed with the first alone
NONE = 2**31 - 1  # `closest` of a place that is in no pair
ROOM = 1_000_000  # pairs in memory before those that are not listed are dropped

Ids = NDArray[np.int32]


def is_listed(a: Any, b: Any, earlier: Any, closest: Any) -> NDArray[np.bool_]:
    """Which pairs of places, `a` the earlier one, are rows of the table.

    ``earlier[p]`` is how many earlier places the place p is like; ``closest[p]`` is the first place that it is like,
    before or behind it. A place that is like more than `MANY` earlier ones is listed with the first of them alone. A
    place that is like no earlier one is listed with the first that follows, so that no place is missing.
    """
    listed: NDArray[np.bool_] = (earlier[b] <= MANY) | (closest[b] == a) | (closest[a] == b)
    return listed


class PlacePairs:
    """The pairs of places to be listed, collected from pairs of contents that come in any order.

    The places of content k are ``places[begin[k] : begin[k + 1]]``, rising. Memory grows with the number of places: the
    more pairs come in, the fewer of them are listed.

    >>> found = PlacePairs(np.array([0, 2, 3]), np.array([0, 2, 1]))  # one content at 0 and 2, one at 1
    >>> found.add(np.array([0, 0]), np.array([0, 1]), np.array([1, 0.8]))
    >>> [column.tolist() for column in found.rows()]
    [[0, 0, 1], [1, 2, 2], [0.8, 1.0, 0.8], [0, 0, 0]]
    """

    def __init__(self, begin: NDArray[Any], places: NDArray[Any]) -> None:
        self._begin, self._places = begin.astype(np.int32), places.astype(np.int32)
        self.earlier = np.zeros(len(places), dtype=np.int32)
        self.closest = np.full(len(places), NONE, dtype=np.int32)
        self._found = [(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))]
        self._room = ROOM

    def __len__(self) -> int:
        """Number of pairs in memory."""
        return sum(len(a) for a, _, _ in self._found)

    def add(self, first: NDArray[Any], second: NDArray[Any], similarity: NDArray[np.float64]) -> None:
        """Add pairs of similar contents, each once; a content with several places makes a pair with itself."""
        columns = first.astype(np.int32), second.astype(np.int32), self._begin, self._places, self.earlier, self.closest
        _update_counts(*columns)
        a, b, pair = _places_of_pairs(*columns, MANY)
        self._found.append((a, b, similarity[pair]))
        if len(self) > self._room:
            self._found = [self.take()]
            self._room = max(ROOM, 2 * len(self))

    def take(self) -> tuple[Ids, Ids, NDArray[np.float64]]:
        """Remove and return the pairs that are listed by what came in so far: a, b, similarity."""
        a, b, similarity = (np.concatenate(column) for column in zip(*self._found, strict=True))
        self._found = [(a[:0], b[:0], similarity[:0])]
        listed = is_listed(a, b, self.earlier, self.closest)
        return a[listed], b[listed], similarity[listed]

    def rows(self) -> tuple[Ids, Ids, NDArray[np.float64], Ints]:
        """All pairs that are listed, sorted: a, b, similarity, omitted.

        ``omitted`` is, in the row of b's first earlier place, how many earlier ones b is not listed with; else 0.
        """
        a, b, similarity = self.take()
        order = np.argsort(a.astype(np.int64) * len(self.earlier) + b)
        a, b = a[order], b[order]
        left = self.earlier.copy()
        np.subtract.at(left, b, 1)
        return a, b, similarity[order], np.where(self.closest[b] == a, left[b], 0).astype(np.int64)


def pairs_of_copies(content: NDArray[Any]) -> PlacePairs:
    """The pairs of units of equal content, by the number of each unit's content."""
    copies = np.bincount(content)
    found = PlacePairs(offsets_of(copies), np.argsort(content, kind="stable"))
    again = np.flatnonzero(copies > 1)
    found.add(again, again, np.ones(len(again)))
    return found


@compiled
def _update_counts(first: Any, second: Any, begin: Any, places: Any, earlier: Any, closest: Any) -> None:
    """Update `earlier` and `closest`, see `is_listed`, by pairs of contents."""
    for pair in range(len(first)):
        one, other = first[pair], second[pair]
        for _ in range(1 if one == other else 2):
            low, stop = begin[other], begin[other + 1]
            k = low
            for i in range(begin[one], begin[one + 1]):
                place = places[i]
                while k < stop and places[k] < place:
                    k += 1
                earlier[place] += k - low
                alike = places[low] if places[low] != place else places[low + 1]
                closest[place] = min(closest[place], alike)
            one, other = other, one


@compiled
def _places_of_pairs(
    first: Any, second: Any, begin: Any, places: Any, earlier: Any, closest: Any, many: int
) -> tuple[Any, Any, Any]:
    """The pairs of places that may be listed: a, b, and the pair of contents that each comes from."""
    found = np.empty((1024, 3), dtype=np.int32)
    rows = 0
    for pair in range(len(first)):
        one, other = first[pair], second[pair]
        for _ in range(1 if one == other else 2):
            low, stop = begin[other], begin[other + 1]
            for i in range(begin[one], begin[one + 1]):
                place = places[i]
                for k in range(low, stop):
                    a, b = places[k], place
                    if b <= a:
                        # Nothing is before `place`: it is listed, if at all, with the first that follows.
                        if k > low or closest[b] != a or earlier[a] <= many or closest[a] == b:
                            break
                        a, b = b, a
                    elif earlier[b] > many and closest[b] != a:
                        break
                    if rows == len(found):
                        found = np.concatenate((found, np.empty_like(found)))
                    found[rows, 0], found[rows, 1], found[rows, 2] = a, b, pair
                    rows += 1
            one, other = other, one
    return found[:rows, 0].copy(), found[:rows, 1].copy(), found[:rows, 2].copy()
