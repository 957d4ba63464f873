"""Loops compiled by numba, and the types of their arrays."""

import importlib
import sys
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

_FOLDERS: set[Path] = set()  # where numba caches the imported loops


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a loop over arrays with numba at its first call, without the GIL, and cache it on disk.

    Where no cache folder can be written to, every process compiles anew. The cache is invalidated by changes of the
    file that holds `function` and of no other, so a compiled function may use functions and constants of its own module
    alone.
    """
    return _jit(function)


def uncounted(function: Callable[..., Any]) -> Any:
    """Compile, as `compiled` does, a short loop that other loops call often and that allocates nothing.

    Without reference counts: numba's are atomic, and cost more than a short function does, above all where threads
    share an array. The caller's reference is enough. numba refuses to compile such a function if it allocates an array.

    >>> @uncounted
    ... def last(numbers):
    ...     return numbers[len(numbers) - 1]
    >>> import numpy as np
    >>> int(last(np.arange(4)))
    3
    """
    return _jit(function, _nrt=False)


def _jit(function: Callable[..., Any], **options: Any) -> Any:
    try:
        loop = numba.njit(nogil=True, cache=True, **options)(function)
    except RuntimeError:
        return numba.njit(nogil=True, **options)(function)
    _FOLDERS.add(Path(str(loop.stats.cache_path)))
    return loop


def is_first_use() -> bool:
    """Whether no imported loop is in the cache."""
    return not any(any(folder.glob("*.nbi")) for folder in _FOLDERS)


def without_blas() -> None:
    """Keep numba from importing SciPy's linear algebra, which is slow to import and which no loop here needs.

    numba imports it once in a process, with the first loop. Call this in a command, whose loops are all from here, and
    not in a notebook.
    """
    if "scipy.linalg" not in sys.modules:
        sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
        try:
            importlib.import_module("numba.np.arraymath")
        finally:
            del sys.modules["scipy.linalg"]


def prefetch(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Map `function` over `items` in order, computing the next result in a thread while the caller uses the last.

    Saves time where both release the GIL. At most two results are in memory.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = None
        for item in items:
            last, coming = coming, pool.submit(function, item)
            if last:
                yield last.result()
                last = None  # frees its memory for the one after the next
        if coming:
            yield coming.result()
