"""Loops in machine code, and the arrays that they run over."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Item = TypeVar("Item")
Result = TypeVar("Result")

_FOLDERS: set[Path] = set()  # where numba keeps the loops that are imported


def compiled(function: Callable[..., Any]) -> Any:
    """Decorates a loop over arrays: compiled by numba when first called, and then kept on disk for later processes.

    Runs without the global interpreter lock. numba refuses to keep machine code, already at decoration, where
    neither the package's folder nor a cache folder can be written to (a read-only install without a home): there
    every process compiles anew. The file kept is renewed when the file that holds `function` changes and by no
    other file's change, so a compiled function must call, and compile in the constants of, its own module alone.

    >>> @compiled
    ... def total(numbers):
    ...     result = 0
    ...     for number in numbers:
    ...         result += number
    ...     return result
    >>> import numpy as np
    >>> int(total(np.arange(4)))
    6
    """
    try:
        loop = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)
    _FOLDERS.add(Path(str(loop.stats.cache_path)))
    return loop


def is_first_use() -> bool:
    """Whether none of the loops that are imported has been compiled before, or none could be kept."""
    return not any(any(folder.glob("*.nbi")) for folder in _FOLDERS)


def ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`function` of every item, in their order: while one result is in use, the next is made in another thread.

    That saves time where both are for the most part machine code. At most two results are in memory.

    >>> list(ahead(abs, [-1, 2]))
    [1, 2]
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
