"""Multiword expressions counted as one word: ``prime minister``, ``rule of law``."""

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
from analysis.text.shards import Form, ShardedTokens, Vocabulary, merge_vocabularies, shard_bounds
from analysis.text.storage import read_arrow
from analysis.text.tokens import Tokens, offsets_of


def join_phrases(tokens: Tokens, phrases: Sequence[str] | pd.DataFrame) -> Tokens:
    """Join each of the `phrases` in `tokens` to one word with ``_``, as quanteda does.

    `phrases` are patterns of two words or more ("prime minister", "social secur*"), see
    `analysis.text.patterns.fold_pattern`, or a table with the columns ``first`` and ``second``, such as rows of
    `collocations` with ``window=1``. Of overlapping matches the first counts, and of those with the same start the
    longest. A joined word spans all characters of its words; sentences do not change. ``options["phrases"]`` is the
    number of joined words.

    Raises `ValueError` for a phrase of one word, an invalid pattern, and a table without these columns.

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
        return _join_in_shards(tokens, phrases)
    spans = _find_spans(tokens, phrases)
    return replace(_join_spans(tokens, spans), options={**tokens.options, "phrases": len(spans)})


def check_phrases(phrases: Sequence[str]) -> None:
    """Raise `ValueError` for a phrase of one word, an invalid pattern, and a string instead of a list.

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


def _find_spans(tokens: Tokens, phrases: Sequence[str]) -> Ints:
    """(matches, 2) the first and last word of each match, in order and without overlap."""
    found = find(tokens, phrases).sort_values(["first", "last"], ascending=[True, False])
    spans = []
    end = 0
    for first, last in found[["first", "last"]].itertuples(index=False):
        if first >= end:
            spans.append((first, last))
            end = last + 1
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def _join_spans(tokens: Tokens, spans: Ints) -> Tokens:
    """Join each of the `spans` of words to one."""
    ids, end, kept = tokens.ids.copy(), tokens.end.copy(), np.ones(len(tokens), dtype=bool)
    codes = {word: number for number, word in enumerate(tokens.vocabulary.tolist())}
    for first, last in spans.tolist():
        word = "_".join(tokens.vocabulary[tokens.ids[first : last + 1]])
        ids[first], end[first] = codes.setdefault(word, len(codes)), tokens.end[last]
        kept[first + 1 : last + 1] = False
    # As in all tokens, types are numbered by first occurrence.
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


def _join_in_shards(tokens: ShardedTokens, phrases: Sequence[str]) -> ShardedTokens:
    """Join the `phrases` in each shard; their spans are kept in a temporary folder that is deleted with the result."""
    place = Path(tempfile.mkdtemp(prefix="phrases-", dir=tokens.folder))
    words, sizes, counts = [], [], []
    # Process all documents of the folder, not only those of `tokens`: `open` loads whole shards.
    for number in range(len(shard_bounds(tokens.folder)) - 1):
        shard = tokens.open(number)
        spans = _find_spans(shard, phrases)
        joined = _join_spans(shard, spans)
        np.save(place / f"{number:05}.npy", spans)
        words.append(pa.array(joined.vocabulary, pa.large_string()))
        sizes.append(np.diff(joined.document_offsets))
        counts.append(np.diff(np.searchsorted(spans[:, 0], shard.document_offsets)))
    merge_vocabularies(words, place, place / "types")
    vocabulary = Vocabulary(read_arrow(place, "vocabulary").column(0))
    weakref.finalize(vocabulary, delete_made, place)
    options = {**tokens.options, "phrases": int(np.concatenate(counts)[tokens.rows].sum())}
    return replace(
        tokens,
        vocabulary=vocabulary,
        document_offsets=offsets_of(np.concatenate(sizes)[tokens.rows]),
        options=options,
        types=place / "types",
        form=_JoinPhrases(place, vocabulary, options, tokens.form),
    )


@dataclass(frozen=True)
class _JoinPhrases:
    """Join the phrases of a shard. Keeps the vocabulary alive, with which the folder is deleted."""

    folder: Path
    vocabulary: Vocabulary
    options: Mapping[str, Any]
    before: Form | None

    def __call__(self, tokens: Tokens, number: int) -> Tokens:
        if self.before:
            tokens = self.before(tokens, number)
        return replace(_join_spans(tokens, np.load(self.folder / f"{number:05}.npy")), options=self.options)
