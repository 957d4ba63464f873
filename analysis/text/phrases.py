"""Expressions of several words counted as one word: ``prime minister``, ``rule of law``."""

import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.core.compiled import Ints
from analysis.core.files import delete_made
from analysis.text.patterns import find, fold_pattern
from analysis.text.shards import Form, ShardedTokens, Vocabulary, shard_bounds, unite
from analysis.text.storage import read_arrow
from analysis.text.tokens import Tokens, offsets_of


def join_phrases(tokens: Tokens, phrases: Sequence[str] | pd.DataFrame) -> Tokens:
    """`tokens` in which each of the `phrases` is one word, its words joined by ``_`` as quanteda does.

    `phrases` are patterns of two words or more, as `analysis.text.patterns.fold_pattern` explains ("prime minister",
    "social secur*"), or a table with the columns ``first`` and ``second``: rows of `collocations` with ``window=1``
    whose words are worth keeping together. Of matches that share a word the first counts, and of those that begin
    together the longest. A joined word goes from the first character of its first word to the last of its last; no word
    is lost, and sentences stay as they are. ``options["phrases"]`` is how many were joined.

    Raises `ValueError` for a phrase of one word, one that is no pattern, and a table without these columns.

    >>> from analysis import read_text, tokenize
    >>> joined = join_phrases(tokenize(read_text("The Prime Minister of New York.")), ["prime minister", "new york"])
    >>> joined.vocabulary.tolist(), joined.corpus.texts[0][joined.start[1] : joined.end[1]]
    (['the', 'prime_minister', 'of', 'new_york'], 'Prime Minister')
    """
    if isinstance(phrases, pd.DataFrame):
        if not {"first", "second"} <= set(phrases.columns):
            raise ValueError("the table of phrases has no columns 'first' and 'second': give rows of `collocations`")
        phrases = (phrases["first"] + " " + phrases["second"]).tolist()
    check_phrases(phrases)
    if isinstance(tokens, ShardedTokens):
        return _joined_shards(tokens, phrases)
    spans = _spans(tokens, phrases)
    return replace(_joined(tokens, spans), options={**tokens.options, "phrases": len(spans)})


def check_phrases(phrases: Sequence[str]) -> None:
    """Raises `ValueError` for a phrase of one word, for one that is no pattern, and for a text in place of a list.

    >>> check_phrases(["prime minister", "war"])
    Traceback (most recent call last):
    ValueError: phrase 'war' is one word: give two or more with a blank between them
    """
    if isinstance(phrases, str):
        raise ValueError(f"phrases is {phrases!r}: give a list, such as [{phrases!r}]")
    for phrase in phrases:
        if len(phrase.split()) < 2:
            raise ValueError(f"phrase {phrase!r} is one word: give two or more with a blank between them")
        fold_pattern(phrase)


def _spans(tokens: Tokens, phrases: Sequence[str]) -> Ints:
    """(phrases found, 2) the first and the last word of each, in the order of the text; no two share a word."""
    found = find(tokens, phrases).sort_values(["first", "last"], ascending=[True, False])
    spans = []
    beyond = 0
    for first, last in found[["first", "last"]].itertuples(index=False):
        if first >= beyond:
            spans.append((first, last))
            beyond = last + 1
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def _joined(tokens: Tokens, spans: Ints) -> Tokens:
    """`tokens` in which each of the `spans` of words is one."""
    ids, end, kept = tokens.ids.copy(), tokens.end.copy(), np.ones(len(tokens), dtype=bool)
    codes = {word: number for number, word in enumerate(tokens.vocabulary.tolist())}
    for first, last in spans.tolist():
        word = "_".join(tokens.vocabulary[tokens.ids[first : last + 1]])
        ids[first], end[first] = codes.setdefault(word, len(codes)), tokens.end[last]
        kept[first + 1 : last + 1] = False
    # Types are in the order in which the text has them, as in all tokens.
    numbers, types = pd.factorize(ids[kept])
    before = np.concatenate([[0], np.cumsum(kept)])
    return replace(
        tokens,
        vocabulary=np.array(list(codes), dtype=object)[types],
        ids=numbers.astype(np.int32),
        start=tokens.start[kept],
        end=end[kept],
        document_offsets=before[tokens.document_offsets],
        sentence_offsets=before[tokens.sentence_offsets],
    )


def _joined_shards(tokens: ShardedTokens, phrases: Sequence[str]) -> ShardedTokens:
    """`tokens` with the `phrases` joined; where they are in each shard is in a folder that goes with the result."""
    place = Path(tempfile.mkdtemp(prefix="phrases-", dir=tokens.folder))
    words, sizes, counts = [], [], []
    # All documents of the folder: those of `tokens` would leave shards incomplete that others may yet ask for.
    for number in range(len(shard_bounds(tokens.folder)) - 1):
        shard = tokens.open(number)
        spans = _spans(shard, phrases)
        joined = _joined(shard, spans)
        np.save(place / f"{number:05}.npy", spans)
        words.append(pa.array(joined.vocabulary, pa.large_string()))
        sizes.append(np.diff(joined.document_offsets))
        counts.append(np.diff(np.searchsorted(spans[:, 0], shard.document_offsets)))
    unite(words, place, place / "types")
    vocabulary = Vocabulary(read_arrow(place, "vocabulary").column(0))
    weakref.finalize(vocabulary, delete_made, place)
    options = {**tokens.options, "phrases": int(np.concatenate(counts)[tokens.rows].sum())}
    return replace(
        tokens,
        vocabulary=vocabulary,
        document_offsets=offsets_of(np.concatenate(sizes)[tokens.rows]),
        options=options,
        types=place / "types",
        form=_Joined(place, vocabulary, options, tokens.form),
    )


@dataclass(frozen=True)
class _Joined:
    """Joins the phrases of a shard; keeps the vocabulary, with which their places go."""

    folder: Path
    vocabulary: Vocabulary
    options: Mapping[str, Any]
    before: Form | None

    def __call__(self, tokens: Tokens, number: int) -> Tokens:
        if self.before:
            tokens = self.before(tokens, number)
        return replace(_joined(tokens, np.load(self.folder / f"{number:05}.npy")), options=self.options)
