"""Match words and phrases with wildcards in `Tokens`."""

import fnmatch
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import compiled
from analysis.text.kernels import fold
from analysis.text.shards import names
from analysis.text.tokens import Tokens

GAP = 3  # maximum number of words that "..." matches
TYPES = 200_000  # words of a vocabulary in memory at a time

_BEYOND = "\U0010ffff"  # sorts after all continuations of a word

_Index = tuple[list[str], list[int]]


@lru_cache(1 << 15)  # a report uses the same few thousand patterns about twenty times
def fold_pattern(pattern: str, *, lowercase: bool = True, term: bool = False) -> str:
    """Normalize a pattern: fold its words as `analysis.text.kernels.fold` does, and separate them by one blank.

    A pattern is one or more words that match whole tokens of one sentence. In a word, ``*`` matches any characters and
    ``?`` one; a lone ``*`` matches any word, ``...`` up to three words. A word between slashes is a regular expression
    that must match the whole token: ``/wom[ae]n/``, ``/.*(ism|ist)s?/``. Raises `ValueError` for an invalid expression,
    and for a pattern that does not begin and end with a word or lone ``*``, or has nothing else. With `term`, as in a
    lexicon, it must begin and end with a word, and regular expressions are not allowed.

    >>> fold_pattern("Azm‑e‑*  …  Campaign"), fold_pattern("Social secur* *")
    ('azm-e-* ... campaign', 'social secur* *')
    """
    words = pattern.replace("…", "...").split()
    words = [word if is_expression(word) else fold(word, lowercase=lowercase) for word in words]
    shown = f"pattern {' '.join(pattern.split())!r}"
    core = words if term else words[_wild(words) : len(words) - _wild(words[::-1])]
    if not core or any(word == "..." or not word.strip("*?") for word in (core[0], core[-1])):
        end = "" if term else ", or with *"
        raise ValueError(f"{shown} must begin and end with a word that is not all wildcard{end}")
    for word in filter(is_expression, words):
        if term:
            raise ValueError(f"{shown} has a regular expression, which is for searching: write the words out")
        try:
            re.compile(word[1:-1])
        except re.error as error:
            raise ValueError(f"{shown} has a regular expression that is none: {error}") from None
    return " ".join(words)


def is_expression(word: str) -> bool:
    """Whether a word of a pattern is a regular expression between slashes."""
    return len(word) > 2 and word[0] == word[-1] == "/"


def find(tokens: Tokens, patterns: Sequence[str], *, fits: sparse.csr_array | None = None) -> pd.DataFrame:
    """Find all matches of all patterns (see `fold_pattern`), including overlapping ones.

    Returns one row per match, sorted by its columns: ``first`` and ``last``, the places of its outer words in `tokens`,
    and ``pattern``, the position in `patterns`. Case is ignored except in #tags, @names and addresses. If the tokens
    have kept their case (``lowercase=False``), pattern words with a capital match as written, others in either case.
    `fits` is the result of `fitting_words`, if known. Raises `ValueError` as `fold_pattern` does.

    >>> from analysis import read_text, tokenize
    >>> find(tokenize(read_text("Rule of law. The courts rule.")), ["rule * law", "court*"])
       first  last  pattern
    0      0     2        0
    1      4     4        1
    """
    if not len(patterns):
        return pd.DataFrame({"first": [], "last": [], "pattern": []}, dtype=np.int64)
    words, table, bounds, around = _prepared(tuple(patterns), tokens.options["lowercase"])
    fits = fitting_types(tokens, words) if fits is None else fits

    # Search each pattern around its least frequent word, its anchor.
    occurs = (fits @ np.bincount(tokens.ids, minlength=len(tokens.vocabulary)))[table[0]]
    anchor = np.lexsort((occurs, np.repeat(np.arange(len(patterns)), np.diff(bounds))))[bounds[:-1]]
    order = np.argsort(table[0][anchor], kind="stable")
    anchored = np.searchsorted(table[0][anchor][order], np.arange(len(words) + 1))
    by_type = fits.tocsc()
    by_type.sort_indices()
    first, last, which = _matches(
        tokens.ids,
        tokens.sentence_offsets,
        by_type.indptr.astype(np.int64),
        by_type.indices.astype(np.int64),
        anchored,
        order,
        anchor,
        bounds,
        table,
    )
    # Extend matches by the lone * at the edges of their patterns, if the sentence is long enough.
    sentence = np.searchsorted(tokens.sentence_offsets, first, side="right")
    first, last = first - around[0][which], last + around[1][which]
    inside = (first >= tokens.sentence_offsets[sentence - 1]) & (last < tokens.sentence_offsets[sentence])
    first, last, which = first[inside], last[inside], which[inside]
    # Sort by a single number, and drop duplicates: patterns with gaps may match in several ways.
    reach = int((last - first).max(initial=0)) + 1
    key = np.sort((first * reach + last - first) * len(patterns) + which)
    key = key[np.diff(key, prepend=-1) > 0]
    match, which = np.divmod(key, len(patterns))
    first, further = np.divmod(match, reach)
    return pd.DataFrame({"first": first, "last": first + further, "pattern": which})


def fitting_types(tokens: Tokens, words: Sequence[str]) -> sparse.csr_array:
    """Which types of the vocabulary each of `words`, folded and with wildcards, matches: (words, types) booleans."""
    lowercase, size = tokens.options["lowercase"], len(tokens.vocabulary)
    pieces = [sparse.csr_array((len(words), 0), dtype=bool)]
    for first in range(0, size, TYPES):
        types = names(tokens, np.arange(first, min(first + TYPES, size))).tolist()
        columns = _fitting(types, words, lowercase)
        indptr = np.cumsum([0, *map(len, columns)])
        indices = np.fromiter(chain.from_iterable(columns), dtype=np.int64, count=int(indptr[-1]))
        piece = np.ones(len(indices), dtype=bool), indices, indptr
        pieces.append(sparse.csr_array(piece, shape=(len(words), len(types))))
    return sparse.csr_array(sparse.hstack(pieces, format="csr"))


def fitting_words(tokens: Tokens, patterns: Sequence[str]) -> sparse.csr_array:
    """Which types each distinct word of the `patterns` matches; `find` in a shard takes the columns of its types."""
    return fitting_types(tokens, _prepared(tuple(patterns), tokens.options["lowercase"])[0])


def _fitting(types: Sequence[str], words: Sequence[str], lowercase: bool) -> list[list[int]]:
    """The positions in `types` that each word matches; `lowercase`: whether the types are folded."""
    columns = _fitting_as_written(types, words, re.IGNORECASE if lowercase else 0)
    if not lowercase:
        either_case = [row for row, word in enumerate(words) if fold(word) == word]
        folded = _fitting_as_written([fold(name) for name in types], [words[row] for row in either_case], re.IGNORECASE)
        for row, found in zip(either_case, folded, strict=True):
            columns[row] = found
    return columns


def _fitting_as_written(types: Sequence[str], words: Sequence[str], flags: int) -> list[list[int]]:
    """The positions in `types` that each word matches, case-sensitively; `flags` are those of regular expressions."""
    parts = list(map(_around_wildcards, words))
    # Search among the types with the same beginning, or, for words that begin with a wildcard, with the same end.
    forwards = _index(types, {part[0][0] for part in parts if part[0]})
    backwards: _Index = ([], [])
    if tails := {part[-1][-1] for part in parts if not part[0] and part[-1]}:
        backwards = _index([name[::-1] for name in types], tails)
    found = []
    for word, part in zip(words, parts, strict=True):
        if is_expression(word):
            fit = re.compile(word[1:-1], flags).fullmatch
            found.append([place for place, name in enumerate(types) if fit(name)])
            continue
        if len(part) == 1:
            near = _between(forwards, word, word)
        elif part[0]:
            near = _between(forwards, part[0], part[0] + _BEYOND)
        elif part[-1]:
            near = _between(backwards, part[-1][::-1], part[-1][::-1] + _BEYOND)
        else:
            near = list(range(len(types)))
        if len(part) > 1 and word not in (part[0] + "*", "*" + part[-1]):
            fit = _expression(word).match
            near = [place for place in near if fit(types[place])]
        found.append(near)
    return found


@lru_cache(1 << 15)  # the patterns are the same for each shard
def _around_wildcards(word: str) -> list[str]:
    """The parts of a word around its wildcards."""
    return re.split(r"[*?]+", word)


@lru_cache(1 << 12)
def _expression(word: str) -> re.Pattern[str]:
    """A word with wildcards as a regular expression."""
    return re.compile(fnmatch.translate(word.replace("[", "[[]")))


def _index(names: Sequence[str], initials: set[str]) -> _Index:
    """The names with one of `initials`, sorted, and their positions; sorting all would take longer than the search."""
    places = [place for place, name in enumerate(names) if name[:1] in initials]
    places.sort(key=names.__getitem__)
    return [names[place] for place in places], places


def _between(index: _Index, low: str, high: str) -> list[int]:
    """The positions of the names from `low` to `high`."""
    names, places = index
    return places[bisect_left(names, low) : bisect_right(names, high)]


@lru_cache(8)  # the patterns, some thousands, are the same for each shard
def _prepared(
    patterns: tuple[str, ...], lowercase: bool
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The distinct words of `patterns`; their steps (3, steps) as in `_matches`, and the (patterns + 1,) offsets of
    these; and (2, patterns) the number of lone * before and after them.
    """
    folded = [fold_pattern(pattern, lowercase=lowercase).split() for pattern in patterns]
    around = np.array([[_wild(one), _wild(one[::-1])] for one in folded]).T
    steps = [_steps(one[before : len(one) - behind]) for one, before, behind in zip(folded, *around, strict=True)]
    words = sorted({word for pattern in steps for word, _, _ in pattern})
    number = {name: row for row, name in enumerate(words)}
    table = np.array([(number[name], least, most) for pattern in steps for name, least, most in pattern]).T
    return words, table, np.cumsum([0, *map(len, steps)]), around


def _wild(words: Sequence[str]) -> int:
    """The number of lone ``*`` at the beginning of a pattern."""
    return next((place for place, word in enumerate(words) if word != "*"), len(words))


def _steps(words: Sequence[str]) -> list[tuple[str, int, int]]:
    """The words of a pattern, each with its minimum and maximum distance in tokens from the word before."""
    steps, least, most = [], 0, 0
    for word in words:
        if word == "...":
            most += GAP
        elif word == "*":
            least, most = least + 1, most + 1
        else:
            steps.append((word, least, most))
            least = most = 1
    return steps


@compiled
def _matches(
    ids: Any, sentences: Any, by_type: Any, fitting: Any,
    by_word: Any, anchored: Any, anchor: Any, bounds: Any, steps: Any,
) -> Any:  # fmt: skip
    """(3, matches) first token, last token and pattern of every match, possibly with duplicates.

    The pattern words that match type t are ``fitting[by_type[t] : by_type[t + 1]]``, in rising order. The patterns
    anchored at word w are ``anchored[by_word[w] : by_word[w + 1]]``. Pattern p has the steps ``bounds[p]`` to
    ``bounds[p + 1]``, of which ``anchor[p]`` is its anchor. `steps` (3, steps) has the word of each step, and its
    minimum and maximum distance from the step before.
    """
    room = 1
    for p in range(len(anchor)):
        room = max(room, 1 + np.sum(steps[2, bounds[p] : bounds[p + 1]]))
    before, after, spare = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    out = np.empty((3, 1024), np.int64)
    n = 0
    for s in range(len(sentences) - 1):
        begin, stop = sentences[s], sentences[s + 1]
        for place in range(begin, stop):
            for k in range(by_type[ids[place]], by_type[ids[place] + 1]):
                for j in range(by_word[fitting[k]], by_word[fitting[k] + 1]):
                    p = anchored[j]
                    left = right = 1
                    before[0] = after[0] = place
                    for step in range(anchor[p], bounds[p], -1):
                        word, near, far = steps[0, step - 1], steps[1, step], steps[2, step]
                        left = _reached(ids, begin, stop, by_type, fitting, word, -far, -near, before, left, spare)
                        before, spare = spare, before
                    if left == 0:
                        continue
                    for step in range(anchor[p] + 1, bounds[p + 1]):
                        word, near, far = steps[0, step], steps[1, step], steps[2, step]
                        right = _reached(ids, begin, stop, by_type, fitting, word, near, far, after, right, spare)
                        after, spare = spare, after
                    while n + left * right > out.shape[1]:
                        larger = np.empty((3, 2 * out.shape[1]), np.int64)
                        for row in range(3):
                            for column in range(n):
                                larger[row, column] = out[row, column]
                        out = larger
                    for one in range(left):
                        for other in range(right):
                            out[0, n], out[1, n], out[2, n] = before[one], after[other], p
                            n += 1
    return out[:, :n]


@compiled
def _reached(
    ids: Any, begin: Any, stop: Any, by_type: Any, fitting: Any,
    word: Any, near: Any, far: Any, here: Any, n: Any, to: Any,
) -> Any:  # fmt: skip
    """Write to `to` the tokens that match `word` at a distance `near` to `far` from any in `here[:n]`; count them."""
    found = 0
    for i in range(n):
        for place in range(max(here[i] + near, begin), min(here[i] + far + 1, stop)):
            known = False
            for k in range(found):
                known = known or to[k] == place
            if known:
                continue
            low, high = by_type[ids[place]], by_type[ids[place] + 1]
            while low < high:
                middle = (low + high) // 2
                if fitting[middle] < word:
                    low = middle + 1
                else:
                    high = middle
            if low < by_type[ids[place] + 1] and fitting[low] == word:
                to[found] = place
                found += 1
    return found
