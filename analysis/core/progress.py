"""Progress of long work."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

Progress = Callable[[str, int, int], None]  # what, how much is done, how much there is

SECONDS = 2  # before a bar is shown


def bar(items: Iterable[Item], *, what: str, unit: str, total: int | None = None) -> Iterable[Item]:
    """Iterate over `items` with a progress bar on stderr after `SECONDS`, in a terminal or an interactive notebook.

    A report's notebook shows none, since its output must be the same each time.

    >>> list(bar([1, 2], what="reading", unit="file"))
    [1, 2]
    """
    interactive = "ipykernel" in sys.modules and not os.environ.get("LAFZ_OUTPUT")
    watched = interactive or sys.stderr.isatty()
    return tqdm(items, desc=what, unit=f" {unit}", total=total, delay=SECONDS, leave=False, disable=not watched)
