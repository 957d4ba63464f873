"""The packages that only some formats need, imported when the first such file is read."""

import importlib
from types import ModuleType

from analysis.text.records import ReadError


def optional(module: str, extra: str) -> ModuleType:
    """The module of that name; raises `ReadError` naming the extra of this package that brings it.

    >>> optional("json", "html").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ReadError(f"reading {extra} needs the extra '{extra}': pip install \"lafz[{extra}]\"") from None
