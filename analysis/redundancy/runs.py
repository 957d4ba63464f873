"""How much of a passage stands word for word on the other side: runs of words that both sides have."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.text.compiled import compiled

RUN = 4  # words of a run
# Where so much of both sides stands in runs, the passage goes from the first of these words to the last.
FAITHFUL = 0.8

Ints = NDArray[np.int64]


def faithful_cores(run: NDArray[np.int32], spans: Ints) -> tuple[NDArray[np.float64], NDArray[np.bool_], Ints]:
    """How much of each side of passages stands in runs of the other, which are faithful, and their tokens after that.

    `run`: a number for the `RUN` words from each token on; `spans`: (passages, 4) first and last token in a, then in b.
    A faithful passage is cut to its core, and the share is that of the core: (passages, 2).

    >>> words = np.array([0, 1, 2, 3, 4, 0, 9, 1, 2, 3, 4])
    >>> share, faithful, cores = faithful_cores(np.array([0, 1, 2, 3, 4, 5, 6, 1]), np.array([[0, 5, 6, 11]]))
    >>> share.tolist(), faithful.tolist(), cores.tolist()
    ([[1.0, 1.0]], [True], [[1, 5, 7, 11]])
    """
    share, faithful, cores = np.empty((len(spans), 2)), np.zeros(len(spans), dtype=bool), spans.copy()
    mark = np.zeros(int(run.max(initial=0)) + 1, dtype=np.int32)
    _cut(run, mark, cores, share, faithful)
    return share, faithful, cores


@compiled
def _cut(run: Any, mark: Any, spans: Any, share: Any, faithful: Any) -> None:
    """Sets `spans`, `share` and `faithful` in place; `mark`: a zero for each number in `run`."""
    core = np.empty(4, dtype=np.int64)
    for k in range(len(spans)):
        _measure(run, mark, 4 * k, spans[k], share[k], core)
        if min(share[k, 0], share[k, 1]) >= FAITHFUL:
            faithful[k], spans[k] = True, core
            _measure(run, mark, 4 * k + 2, spans[k], share[k], core)


@compiled
def _measure(run: Any, mark: Any, stamp: int, span: Any, share: Any, core: Any) -> None:
    """Sets the share of the words on each side that stand in runs of the other, and the first and last of these."""
    for side in range(2):
        own, other = 2 * side, 2 - 2 * side
        for token in range(span[other], span[other + 1] - RUN + 1):
            mark[run[token]] = stamp + side + 1
        covered, reached = 0, span[own]
        for token in range(span[own], span[own + 1] - RUN + 1):
            if mark[run[token]] == stamp + side + 1:
                if covered == 0:
                    core[own] = token
                covered += token + RUN - max(reached, token)
                reached = token + RUN
        core[own + 1] = reached
        share[side] = covered / (span[own + 1] - span[own])
