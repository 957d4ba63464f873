"""How far work that takes long has come, told to somebody who is watching."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

Progress = Callable[[str, int, int], None]  # what, how much of it is done, how much it is in all

SECONDS = 2  # work that is done sooner needs no bar


def bar(items: Iterable[Item], *, what: str, unit: str, total: int | None = None) -> Iterable[Item]:
    """`items` as they are, with a bar on stderr once `SECONDS` have passed: in a terminal or a notebook one works in.

    A notebook of a report shows none, since its output must be the same each time.

    >>> list(bar([1, 2], what="reading", unit="file"))
    [1, 2]
    """
    own_notebook = "ipykernel" in sys.modules and not os.environ.get("LAFZ_OUTPUT")
    watched = own_notebook or sys.stderr.isatty()
    return tqdm(items, desc=what, unit=f" {unit}", total=total, delay=SECONDS, leave=False, disable=not watched)
