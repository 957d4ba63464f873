"""Which pairs of places are listed: by the definition of the rule, in whatever order and pieces the pairs come in."""

from itertools import combinations

import numpy as np
import pytest

from analysis.redundancy import near_places
from analysis.redundancy.near_places import MANY, PlacePairs, pairs_of_copies


def by_definition(alike: set[tuple[int, int]], places: int, many: int) -> list[tuple[int, int, int]]:
    """The rows (a, b, omitted) of pairs of places that are alike."""
    near: list[list[int]] = [sorted(a + b - p for a, b in alike if p in (a, b)) for p in range(places)]
    earlier = [[other for other in near[p] if other < p] for p in range(places)]
    rows = sorted((a, b) for a, b in alike if len(earlier[b]) <= many or near[b][0] == a or near[a][0] == b)
    shown = [sum(b == p for _, b in rows) for p in range(places)]
    return [(a, b, len(earlier[b]) - shown[b] if near[b][0] == a else 0) for a, b in rows]


def test_the_rule_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_places, "MANY", 2)
    # 0, 1, 2 and 4 are all alike, and 3 is like 4 alone. 4 has four earlier ones: of these 0 is the first; 3 has none
    # but 4, so that it is listed for its sake. 1 and 2 are left out.
    found = pairs_of_copies(np.arange(5))
    first, second = np.array([[0, 1], [0, 2], [1, 2], [0, 4], [1, 4], [2, 4], [3, 4]]).T
    found.add(first, second, np.arange(7) / 8)
    a, b, similarity, omitted = found.rows()
    rows = list(zip(a.tolist(), b.tolist(), similarity.tolist(), omitted.tolist(), strict=True))
    assert rows == [(0, 1, 0, 0), (0, 2, 1 / 8, 0), (0, 4, 3 / 8, 2), (1, 2, 2 / 8, 0), (3, 4, 6 / 8, 0)]


@pytest.mark.parametrize("seed", range(12))
def test_equals_the_rule_in_any_order_and_pieces(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    draw = np.random.default_rng(seed)
    many, share = int(draw.integers(1, 6)), draw.choice([0.1, 0.3, 0.9])
    monkeypatch.setattr(near_places, "MANY", many)
    monkeypatch.setattr(near_places, "ROOM", 9)
    content = draw.integers(0, 25, 40)
    pairs = [pair for pair in combinations(np.unique(content).tolist(), 2) if draw.random() < share]
    both = {frozenset(pair) for pair in pairs}
    alike = {
        (a, b) for a, b in combinations(range(40), 2) if content[a] == content[b] or {content[a], content[b]} in both
    }
    expected = by_definition(alike, 40, many)
    assert {p for row in expected for p in row[:2]} == {p for pair in alike for p in pair}
    assert len(expected) + sum(row[2] for row in expected) == len(alike)
    for _ in range(3):
        found = pairs_of_copies(content)
        order = draw.permutation(len(pairs))
        for piece in np.array_split(order, 7):
            one, other = np.array([pairs[k][:: draw.choice([1, -1])] for k in piece], dtype=int).reshape(-1, 2).T
            found.add(one, other, (one + other) / 100)
        a, b, similarity, omitted = found.rows()
        assert list(zip(a.tolist(), b.tolist(), omitted.tolist(), strict=True)) == expected
        same = content[a] == content[b]
        assert similarity.tolist() == np.where(same, 1, (content[a] + content[b]) / 100).tolist()


def test_what_waits_grows_with_the_places_and_not_with_their_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_places, "ROOM", 100)
    places = 1_000
    found = pairs_of_copies(np.arange(places))
    waiting = []
    for first in reversed(range(places - 1)):  # all are alike: 499,500 pairs, and each time another is the first
        found.add(np.full(places - 1 - first, first), np.arange(first + 1, places), np.ones(places - 1 - first))
        waiting.append(len(found))
    assert max(waiting) <= 2 * (MANY + 1) * places  # they are looked through when they have become twice as many
    a, _, _, omitted = found.rows()
    assert (len(a), omitted.sum()) == (1_275 + 949, 499_500 - 1_275 - 949)


def test_of_many_copies_few_pairs_are_made() -> None:
    found = pairs_of_copies(np.zeros(5_000, dtype=int))
    assert len(found) == 1_275 + 4_949
    other = PlacePairs(np.array([0, 2_500, 5_000]), np.arange(5_000))
    other.add(np.array([1]), np.array([0]), np.ones(1))
    # Each of the later 2,500 is listed with the first of all, and each of those before with the first of the later.
    assert len(other) == 2_500 + 2_500 - 1
