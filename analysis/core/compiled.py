"""Loops in machine code, and the arrays that they run over."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Item = TypeVar("Item")
Result = TypeVar("Result")


def compiled(function: Callable[..., Any]) -> Any:
    """Decorates a loop over arrays: compiled by numba when first called, and then kept on disk for later processes.

    Runs without the global interpreter lock. numba refuses to keep machine code, already at decoration, where
    neither the package's folder nor a cache folder can be written to (a read-only install without a home): there
    every process compiles anew. The file kept is renewed when the file that holds `function` changes and by no
    other file's change, so a compiled function must call, and compile in the constants of, its own module alone.
    """
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


def ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`function` of every item, in their order: while one result is in use, the next is made in another thread.

    That saves time where both are for the most part machine code. At most two results are in memory.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = None
        for item in items:
            last, coming = coming, pool.submit(function, item)
            if last:
                yield last.result()
                last = None  # its memory is for the one after the next
        if coming:
            yield coming.result()
