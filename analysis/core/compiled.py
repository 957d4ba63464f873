"""Loops in machine code, and the arrays that they run over."""

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

_FOLDERS: set[Path] = set()  # where numba keeps the loops that are imported


def compiled(function: Callable[..., Any]) -> Any:
    """Decorates a loop over arrays: compiled by numba when first called, and then kept on disk for later processes.

    Runs without the global interpreter lock. numba refuses to keep machine code, already at decoration, where
    neither the package's folder nor a cache folder can be written to (a read-only install without a home): there
    every process compiles anew. The file kept is renewed when the file that holds `function` changes and by no
    other file's change, so a compiled function must call, and compile in the constants of, its own module alone.
    """
    return _jit(function)


def uncounted(function: Callable[..., Any]) -> Any:
    """Decorates as `compiled` a loop that allocates nothing and is called by other compiled ones, many times.

    numba counts the references to an array at every call, in atomic steps that cost more than a short function does,
    and far more where several threads use the same array. Here the caller's reference is enough, and none is counted;
    numba refuses to compile what allocates an array.

    >>> @uncounted
    ... def last(numbers):
    ...     return numbers[len(numbers) - 1]
    >>> import numpy as np
    >>> int(last(np.arange(4)))
    3
    """
    return _jit(function, _nrt=False)


def _jit(function: Callable[..., Any], **options: Any) -> Any:
    """`function` compiled by numba, and kept on disk where that is possible."""
    try:
        loop = numba.njit(nogil=True, cache=True, **options)(function)
    except RuntimeError:
        return numba.njit(nogil=True, **options)(function)
    _FOLDERS.add(Path(str(loop.stats.cache_path)))
    return loop


def is_first_use() -> bool:
    """Whether none of the loops that are imported has been compiled before, or none could be kept."""
    return not any(any(folder.glob("*.nbi")) for folder in _FOLDERS)


def without_blas() -> None:
    """Have numba do without SciPy's linear algebra, which is slow to import and no loop here needs.

    numba asks for it once in a process, when the first loop runs. So this is for a program whose loops are all
    from here, and that has no other use for SciPy: a command, and not a notebook.
    """
    if "scipy.linalg" not in sys.modules:
        sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
        try:
            importlib.import_module("numba.np.arraymath")
        finally:
            del sys.modules["scipy.linalg"]


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
