"""Loops in machine code, and the arrays that they run over."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


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
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)
