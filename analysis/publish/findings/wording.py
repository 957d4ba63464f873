"""Phrases that findings are composed of."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.core.intervals import FEW
from analysis.text.tokens import Tokens


def listed(words: Sequence[str], last: str = "and") -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def percent(share: float) -> str:
    """
    >>> percent(0.131), percent(0.004), percent(0.999), percent(0)
    ('13%', 'under 1%', 'over 99%', '0%')
    """
    if 0 < share <= 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 - 1e-9 else f"{share:.0%}"


def times(count: float) -> str:
    """
    >>> times(1), times(2), times(1200)
    ('once', 'twice', '1,200 times')
    """
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,.0f} times"


def amount(count: float) -> str:
    """
    >>> amount(3640), amount(2.5), amount(1.0)
    ('3,640', '2.5', '1')
    """
    return f"{count:,.1f}".removesuffix(".0")


def leading(table: pd.DataFrame, column: str, top: int) -> pd.DataFrame:
    """The first `top` rows of a table sorted by `column`, without breaking a tie at the end.

    One more row is taken if it completes the tie; a longer tie is left out unless it comes first.

    >>> [leading(pd.DataFrame({"n": counts}), "n", 3)["n"].tolist() for counts in ([9, 5, 2, 2], [9, 2, 2, 2, 2])]
    [[9, 5, 2, 2], [9]]
    """
    if len(table) <= top:
        return table
    last = table[column].iloc[top - 1]
    tied = int((table[column] == last).sum())
    before = int((table[column].iloc[:top] != last).sum())
    if before + tied <= top + 1:
        return table.head(before + tied)
    return table.head(before or top)


def shortened(text: str, longest: int) -> str:
    """
    >>> shortened("The forum met in the capital.", 20), shortened("It rained.", 20)
    ('The forum met in th…', 'It rained.')
    """
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def left_out(group_by: str | None) -> str:
    """Why a comparison of groups is left out.

    >>> left_out("source")
    "Left out: all documents have the same 'source', or none, so there is nothing to compare."
    """
    if not group_by:
        return "Left out: no metadata column is named in group_by, so there is nothing to compare."
    return f"Left out: all documents have the same {group_by!r}, or none, so there is nothing to compare."


def of_all(grid: pd.DataFrame, groups: pd.Series) -> str:
    """That a grid, whose first column names its rows, shows the largest groups only, if it does.

    >>> of_all(pd.DataFrame(columns=["term", "a", "b"]), pd.Series(["a", "b", "b", "c"]))
    ' (the largest 2 of 3)'
    """
    shown, total = grid.shape[1] - 1, groups.nunique()
    return f" (the largest {shown:,} of {total:,})" if shown < total else ""


def what_was_read(by: str | None) -> str:
    """The caption of the table of what was read.

    >>> what_was_read("source")
    'What was read, by source.'
    """
    return f"What was read, by {by}." if by else "What was read."


def sized(tokens: Tokens) -> str:
    """The amount of text that a figure is about.

    >>> from analysis import read_text, tokenize
    >>> sized(tokenize(read_text("Peace is near.")))
    '1 document, 3 words'
    """
    return f"{counted(tokens.n_documents, 'document')}, {counted(len(tokens), 'word')}"


def with_intervals(tokens: Tokens) -> str:
    """State what the lines of a figure of rates are: intervals over documents, or over the sentences of one document.

    Of two to four documents they are the range, see `analysis.publish.plots.ranged`.

    >>> from analysis import read_text, tokenize
    >>> with_intervals(tokenize(read_text("Peace is near. It rains. It pours. It snows. It stops.")))
    'Lines are 95% gamma intervals over 5 sentences (11 words).'
    """
    held, words = with_words(tokens), counted(len(tokens), "word")
    if 1 < held < FEW:
        return f"Lines are the range over {counted(held, 'document')} ({words}), too few for intervals."
    units = (held, "document") if tokens.n_documents > 1 else (tokens.n_sentences, "sentence")
    if units[0] < FEW:
        return f"No intervals; {sized(tokens)}."
    return f"Lines are 95% gamma intervals over {counted(*units)} ({words})."


def with_words(tokens: Tokens) -> int:
    """The number of documents with a word, which are the units of an interval."""
    return int(np.count_nonzero(np.diff(tokens.document_offsets)))


def counted(count: int, noun: str) -> str:
    """
    >>> counted(1, "word"), counted(1200, "word"), counted(2, "stretch")
    ('1 word', '1,200 words', '2 stretches')
    """
    plural = f"{noun}es" if noun.endswith(("ch", "s")) else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"
