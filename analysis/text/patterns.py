"""Words and phrases with wildcards, and where in `Tokens` they match."""

import fnmatch
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.text.kernels import fold
from analysis.text.tokens import Tokens

GAP = 3  # words that "..." may stand for, at the most

_BEYOND = "\U0010ffff"  # sorts behind whatever a word may go on with

Ints = NDArray[np.int64]


def fold_pattern(pattern: str, *, lowercase: bool = True) -> str:
    """A pattern as a user writes it, with its words written as tokens are and one blank apart.

    A pattern is one or more words matched against whole tokens of one sentence: in a word ``*`` stands for any
    characters and ``?`` for one; a lone ``*`` is any one word, ``...`` up to three words. Each word is folded as
    `analysis.text.kernels.fold` does. Raises `ValueError` for a pattern that does not begin and end with a word: it
    would match everywhere.

    >>> fold_pattern("Azm‑e‑*  …  Campaign")
    'azm-e-* ... campaign'
    """
    words = [fold(word, lowercase=lowercase) for word in pattern.replace("…", "...").split()]
    wild = [word == "..." or not word.strip("*?") for word in words]
    if not words or wild[0] or wild[-1]:
        raise ValueError(
            f"pattern {' '.join(pattern.split())!r} must begin and end with a word that is not all wildcard"
        )
    return " ".join(words)


def find(tokens: Tokens, patterns: Sequence[str]) -> pd.DataFrame:
    """Every match of every pattern, overlapping ones too: what matches is said at `fold_pattern`.

    One row a match: ``first`` and ``last``, the places of its outer words in `tokens`, and ``pattern``, the row of the
    pattern in `patterns`; sorted by these three. Upper and lower case are one, but for #tags, @names and addresses.
    Where the tokens have kept their case (``lowercase=False``), a word of a pattern with a capital in it matches only
    as it is written, and one without matches either case. Raises `ValueError` as `fold_pattern` does.

    >>> from analysis import read_text, tokenize
    >>> find(tokenize(read_text("Rule of law. The courts rule.")), ["rule * law", "court*"])
       first  last  pattern
    0      0     2        0
    1      4     4        1
    """
    if not len(patterns):
        return pd.DataFrame({"first": [], "last": [], "pattern": []}, dtype=np.int64)
    steps = [_steps(fold_pattern(pattern, lowercase=tokens.options["lowercase"])) for pattern in patterns]
    words = sorted({word for pattern in steps for word, _, _ in pattern})
    fits = fitting_types(tokens, words)

    # All patterns go forward together, word by word: these say what the next word of each is, and how far off.
    length = np.array([len(pattern) for pattern in steps])
    word, least, most = np.zeros((3, length.max(), len(steps)), dtype=np.int64)
    number = {name: row for row, name in enumerate(words)}
    for column, pattern in enumerate(steps):
        for step, (name, near, far) in enumerate(pattern):
            word[step, column], least[step, column], most[step, column] = number[name], near, far

    running = _begin(tokens, fits[word[0]])
    complete = []
    for step in range(1, len(word)):
        over = length[running[2]] == step
        complete.append(running[:, over])
        running = _go_on(tokens, fits, running[:, ~over], word[step], least[step], most[step])
    first, last, which = np.concatenate([*complete, running], axis=1)
    order = np.lexsort((which, last, first))
    return pd.DataFrame({"first": first[order], "last": last[order], "pattern": which[order]})


def fitting_types(tokens: Tokens, words: Sequence[str]) -> sparse.csr_array:
    """Which types of the vocabulary each word of a pattern fits: (words, types) booleans.

    `words` are single words with their wildcards, as `fold_pattern` gives them.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("Court and courts rule."))
    >>> tokens.vocabulary.tolist(), fitting_types(tokens, ["court*", "?ule"]).toarray().astype(int).tolist()
    (['court', 'and', 'courts', 'rule'], [[1, 0, 1, 0], [0, 0, 0, 1]])
    """
    types = tokens.vocabulary.tolist()
    columns = _fitting(types, words)
    if not tokens.options["lowercase"]:
        either_case = [row for row, word in enumerate(words) if fold(word) == word]
        folded = _fitting([fold(name) for name in types], [words[row] for row in either_case])
        for row, found in zip(either_case, folded, strict=True):
            columns[row] = found
    indptr = np.cumsum([0, *map(len, columns)])
    indices = np.array([column for found in columns for column in found], dtype=np.int64)
    return sparse.csr_array((np.ones(len(indices), dtype=bool), indices, indptr), shape=(len(words), len(types)))


def _fitting(types: Sequence[str], words: Sequence[str]) -> list[list[int]]:
    """For each word, the places in `types` of those that it fits."""
    heads = [re.split(r"[*?]", word, maxsplit=1)[0] for word in words]
    initials = {head[0] for head in heads if head}
    # Only what begins like the word is looked at. Sorting all types would take longer than looking for one word.
    order = sorted((place for place, name in enumerate(types) if name[:1] in initials), key=types.__getitem__)
    found = []
    for word, head in zip(words, heads, strict=True):
        near: Sequence[int] = range(len(types))
        if head:
            last = head if head == word else head + _BEYOND
            near = order[
                bisect_left(order, head, key=types.__getitem__) : bisect_right(order, last, key=types.__getitem__)
            ]
        fit = re.compile(fnmatch.translate(word.replace("[", "[[]"))).match
        found.append([place for place in near if fit(types[place])])
    return found


def _steps(pattern: str) -> list[tuple[str, int, int]]:
    """The words of a pattern, each with the fewest and the most tokens from the word before it."""
    steps, least, most = [], 0, 0
    for word in pattern.split():
        if word == "...":
            most += GAP
        elif word == "*":
            least, most = least + 1, most + 1
        else:
            steps.append((word, least, most))
            least = most = 1
    return steps


def _begin(tokens: Tokens, fits: sparse.csr_array) -> Ints:
    """(3, matches) first, last and pattern of what matches the first words: row p of `fits` is for pattern p."""
    by_type = fits.tocsc()
    begins = np.diff(by_type.indptr)  # how many patterns begin with each type
    place = np.flatnonzero((begins > 0)[tokens.ids])
    kind = tokens.ids[place]
    row, nth = _repeated(begins[kind])
    return np.stack([place[row], place[row], by_type.indices[by_type.indptr[kind[row]] + nth]]).astype(np.int64)


def _go_on(tokens: Tokens, fits: sparse.csr_array, running: Ints, word: Ints, least: Ints, most: Ints) -> Ints:
    """`running` with the next word for the last one, in every way that fits.

    The next word of pattern p is row ``word[p]`` of `fits`, ``least[p]`` to ``most[p]`` tokens on in the sentence.
    """
    first, last, pattern = running
    row, nth = _repeated((most - least + 1)[pattern])
    ahead = last[row] + least[pattern[row]] + nth
    row, ahead = row[ahead < len(tokens)], ahead[ahead < len(tokens)]
    fitting = _holds(fits, word[pattern[row]], tokens.ids[ahead])
    row, ahead = row[fitting], ahead[fitting]
    sentence_end = tokens.sentence_offsets[np.searchsorted(tokens.sentence_offsets, first[row], side="right")]
    row, ahead = row[ahead < sentence_end], ahead[ahead < sentence_end]
    # Two gaps can lead to one word by several ways.
    matches = pd.DataFrame({"first": first[row], "last": ahead, "pattern": pattern[row]})
    return matches.drop_duplicates().to_numpy().T


def _repeated(times: NDArray[Any]) -> tuple[Ints, Ints]:
    """Each row as many times as `times` says, and which of its times it is."""
    row = np.repeat(np.arange(len(times)), times)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)


def _holds(fits: sparse.csr_array, rows: Ints, columns: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether a sparse boolean matrix is true at each row and column."""
    width = fits.shape[1]
    true = np.repeat(np.arange(fits.shape[0]), np.diff(fits.indptr)) * width + fits.indices
    return np.isin(rows * width + columns, true)
