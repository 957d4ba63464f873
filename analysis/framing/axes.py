"""Axes between opposites: to which of two poles the words of a corpus lean. Exploratory."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.core.compiled import Floats
from analysis.core.intervals import mean_intervals
from analysis.framing.embedding import AT_ONCE, DIGITS, unit
from analysis.text.embeddings import embed, tells
from analysis.text.shards import names, shards
from analysis.text.tokens import Tokens

Poles = Mapping[str, tuple[Sequence[str], Sequence[str]]]


def axes(tokens: Tokens, poles: Poles, by: str | None = None) -> pd.DataFrame:
    r"""Measure to which of two opposites the words of a corpus lean, and how strongly.

    `poles` gives each axis two lists of words: ``{"safety": (["safe", "secure"], ["dangerous", "risky"])}``. The axis
    runs from the mean of the second to the mean of the first; each content word w has a cosine c with it:

    .. math:: B = \sum_w n_w c_w / \sum_w n_w, \qquad I = \sum_w n_w (c_w - B_0)^2 / \sum_w n_w

    (Kwak, An, Jing and Ahn 2021, FrameAxis, there with function words), n being a word's count and :math:`B_0` the bias
    of the whole corpus. One row an axis (and a group, with the metadata column `by`): ``axis``, ``words`` (content
    words), ``bias`` (higher than another group's = nearer to the first pole; its sign alone says little), ``bias_low``,
    ``bias_high``, ``intensity`` (0 = no word leans), ``intensity_low``, ``intensity_high``: 95% intervals over
    documents (`analysis.core.intervals.mean_intervals`; NaN with fewer than five). Only English documents count.

    Raises `ValueError` for an axis without words on a side or with the same on both, an unknown column, or no English
    document.

    >>> from analysis import load_tokens
    >>> tokens = load_tokens(["Gunmen shelled the dangerous valley.", "Families came home safe."])
    >>> pole = {"safety": (["safe", "secure"], ["dangerous", "risky"])}
    >>> first, second = (axes(tokens.subset(np.array([row])), pole)["bias"].item() for row in (0, 1))
    >>> first < second
    True
    """
    if not poles:
        raise ValueError("poles is empty: give at least one axis, such as {'safety': (['safe'], ['dangerous'])}")
    english = np.flatnonzero(tokens.languages == "en")
    if not len(english):
        others = ", ".join(sorted(set(tokens.languages)))
        raise ValueError(f"the documents are in {others}: axes are drawn through 'en' alone")
    tokens = tokens.subset(english)
    lines = np.array([_axis(name, *words) for name, words in poles.items()]).T
    values = np.zeros((len(tokens.vocabulary), 1 + len(poles)))  # of each type: whether a content word, its cosines
    used = np.zeros(len(values), dtype=bool)
    for shard in shards(tokens):
        used[shard.types[np.unique(shard.tokens.ids)]] = True
    for first in range(0, len(values), AT_ONCE):
        types = first + np.flatnonzero(used[first : first + AT_ONCE])
        words = names(tokens, types)
        content = tells(words.tolist())
        vectors = embed(words[content].tolist()).astype(np.float64)
        values[types[content]] = np.column_stack([np.ones(content.sum()), (vectors @ lines).round(DIGITS)])
    size, *cosines = _sums(tokens, values).T
    baseline = np.sum(cosines, axis=1) / max(size.sum(), 1)
    squares = values[:, :1] * (values[:, 1:] - baseline) ** 2
    sums = np.column_stack([*cosines, _sums(tokens, squares)])
    groups, number = tokens.numbered_groups(by)
    lows, highs = mean_intervals(sums, size, number, len(groups))
    tables = []
    for group, (name, low, high) in enumerate(zip(groups, lows, highs, strict=True)):
        rows = np.flatnonzero(number == group)
        rate = sums[rows].sum(axis=0) / size[rows].sum() if size[rows].sum() else np.full(len(low), np.nan)
        table = pd.DataFrame({"axis": list(poles), "words": int(size[rows].sum())})
        for half, measure in enumerate(("bias", "intensity")):
            own = slice(half * len(poles), (half + 1) * len(poles))
            table[measure], table[f"{measure}_low"], table[f"{measure}_high"] = rate[own], low[own], high[own]
        if by is not None:
            table.insert(0, by, name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True).round(8)


def _sums(tokens: Tokens, values: Floats) -> Floats:
    """Return (documents, columns) the sums of `values`, (types, columns), over the words of each document."""
    pieces: list[Floats] = []
    for shard in shards(tokens):
        ids, bounds = shard.tokens.ids, shard.tokens.document_offsets
        counts = sparse.csr_array((np.ones(len(ids)), ids, bounds), shape=(len(bounds) - 1, len(shard.types)))
        pieces.append(np.asarray(counts @ values[shard.types]))
    return np.concatenate(pieces)


def _axis(name: str, first: Sequence[str], second: Sequence[str]) -> Floats:
    """Return the unit vector from the mean of the second words to the mean of the first."""
    for words in (first, second):
        if isinstance(words, str) or not len(words) or not embed(words).any(axis=1).all():
            raise ValueError(f"axis {name!r} has the pole {words!r}: give a list of one word or more")
    vector = embed(first).astype(np.float64).mean(axis=0) - embed(second).astype(np.float64).mean(axis=0)
    if np.abs(vector).max() < 1e-6:
        raise ValueError(f"axis {name!r} has the same words on both sides: give two opposites")
    return unit(vector[None, :]).ravel()
