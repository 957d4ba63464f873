"""What a lexicon finds in a text: which matches keep their words, looked for once in a corpus in parts."""

import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from analysis.framing.lexicon import Lexicon
from analysis.text.compiled import compiled
from analysis.text.long_tables import LongTable
from analysis.text.parted import AnyTokens, Part, Parted, parts
from analysis.text.patterns import find
from analysis.text.tokens import Tokens

KEPT = 4  # searches of a corpus in parts whose matches stay on disk: a report asks a lexicon some ten times in a row

_searches: list[tuple[weakref.ref[Parted], Lexicon, LongTable]] = []  # the last ones asked for, the newest last


def kept_parts(tokens: AnyTokens, lexicon: Lexicon) -> Iterator[tuple[Part, pd.DataFrame]]:
    """The parts of `tokens`, each with the matches that keep their words, as `kept` has them.

    A corpus in parts is searched at the first time; what was found is read from disk at the next.
    """
    if not isinstance(tokens, Parted):
        return ((part, kept(part.tokens, lexicon)) for part in parts(tokens))
    pieces = (piece.astype(np.int64) for piece in _searched(tokens, lexicon).parts())
    return zip(parts(tokens), pieces, strict=True)


def _searched(tokens: Parted, lexicon: Lexicon) -> LongTable:
    """The matches in each part of `tokens`."""
    place = next((k for k, (whole, own, _) in enumerate(_searches) if whole() is tokens and own is lexicon), None)
    if place is None:
        pieces = (kept(part.tokens, lexicon).astype(np.int32) for part in parts(tokens))
        search = weakref.ref(tokens), lexicon, LongTable(pieces, tokens.folder)
    else:
        search = _searches.pop(place)
    _searches[:] = [*(known for known in _searches if known[0]() is not None), search][-KEPT:]
    return search[2]


def kept(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """The matches that keep their words: first, last, and pattern, a row of the excludes with the terms below them."""
    # With the excludes before the terms, and a sort that is stable, of two for the same words the exclude wins.
    found = find(tokens, lexicon.excludes["pattern"].tolist() + lexicon.terms["pattern"].tolist())
    first, last = found["first"].to_numpy(), found["last"].to_numpy()
    longest = np.lexsort((tokens.start[first] - tokens.end[last], first - last))
    own: pd.DataFrame = found[_first_come(first, last, longest, len(tokens))]
    return own.reset_index(drop=True)


@compiled
def _first_come(first: Any, last: Any, order: Any, size: Any) -> Any:
    """Which spans stay when, in the order given, each keeps its tokens to itself."""
    taken = np.zeros(size, np.bool_)
    kept = np.zeros(len(first), np.bool_)
    for row in order:
        if not taken[first[row] : last[row] + 1].any():
            taken[first[row] : last[row] + 1] = True
            kept[row] = True
    return kept
