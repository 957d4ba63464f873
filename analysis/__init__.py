"""Lafz: which words carry a text, how its language frames the matter, and how much of it only repeats.

>>> from analysis import read_text, tokenize
>>> len(tokenize(read_text("The council met. It rose at noon.")))
7
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.publish.loading import load_run
    from analysis.text.corpus import Corpus, CorpusError, read_corpus, read_frame, read_text
    from analysis.text.loading import load_tokens
    from analysis.text.sentences import sentences
    from analysis.text.storage import open_tokens, save_tokens
    from analysis.text.tokens import Tokens, tokenize

__all__ = [
    "Corpus",
    "CorpusError",
    "Tokens",
    "load_run",
    "load_tokens",
    "open_tokens",
    "read_corpus",
    "read_frame",
    "read_text",
    "save_tokens",
    "sentences",
    "tokenize",
]
__version__ = "0.1.0"

# Imported when first asked for, so that what needs no text (the command line's help, say) does not wait for pandas.
_HOMES = dict.fromkeys(("Corpus", "CorpusError", "read_corpus", "read_frame", "read_text"), "text.corpus")
_HOMES |= {"sentences": "text.sentences", "Tokens": "text.tokens", "tokenize": "text.tokens"}
_HOMES |= dict.fromkeys(("open_tokens", "save_tokens"), "text.storage") | {"load_tokens": "text.loading"}
_HOMES["load_run"] = "publish.loading"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(f"analysis.{_HOMES[name]}"), name)
