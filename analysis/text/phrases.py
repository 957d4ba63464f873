"""Expressions of several words counted as one word: ``prime minister``, ``rule of law``."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.text.patterns import find
from analysis.text.shards import ShardedTokens
from analysis.text.tokens import Tokens


def join_phrases(tokens: Tokens, phrases: Sequence[str] | pd.DataFrame) -> Tokens:
    """`tokens` in which each of the `phrases` is one word, its words joined by ``_`` as quanteda does.

    `phrases` are patterns of two words or more, as `analysis.text.patterns.fold_pattern` explains ("prime minister",
    "social secur*"), or a table with the columns ``first`` and ``second``: rows of `collocations` with ``window=1``
    whose words are worth keeping together. Of matches that share a word the first counts, and of those that begin
    together the longest. A joined word goes from the first character of its first word to the last of its last; no word
    is lost, and sentences stay as they are. ``options["phrases"]`` is how many were joined.

    Raises `ValueError` for a phrase of one word, one that is no pattern, a table without these columns, and for a
    corpus in shards.

    >>> from analysis import read_text, tokenize
    >>> joined = join_phrases(tokenize(read_text("The Prime Minister of New York.")), ["prime minister", "new york"])
    >>> joined.vocabulary.tolist(), joined.corpus.texts[0][joined.start[1] : joined.end[1]]
    (['the', 'prime_minister', 'of', 'new_york'], 'Prime Minister')
    """
    if isinstance(tokens, ShardedTokens):
        raise ValueError("the corpus is in shards: choose fewer documents to join words in")
    if isinstance(phrases, pd.DataFrame):
        if not {"first", "second"} <= set(phrases.columns):
            raise ValueError("the table of phrases has no columns 'first' and 'second': give rows of `collocations`")
        phrases = (phrases["first"] + " " + phrases["second"]).tolist()
    if single := next((phrase for phrase in phrases if len(phrase.split()) < 2), None):
        raise ValueError(f"phrase {single!r} is one word: give two or more with a blank between them")
    found = find(tokens, phrases).sort_values(["first", "last"], ascending=[True, False])
    spans = []
    beyond = 0
    for first, last in found[["first", "last"]].itertuples(index=False):
        if first >= beyond:
            spans.append((first, last))
            beyond = last + 1
    ids, end, kept = tokens.ids.copy(), tokens.end.copy(), np.ones(len(tokens), dtype=bool)
    codes = {word: number for number, word in enumerate(tokens.vocabulary.tolist())}
    for first, last in spans:
        word = "_".join(tokens.vocabulary[tokens.ids[first : last + 1]])
        ids[first], end[first] = codes.setdefault(word, len(codes)), tokens.end[last]
        kept[first + 1 : last + 1] = False
    # Types are in the order in which the text has them, as in all tokens.
    numbers, types = pd.factorize(ids[kept])
    before = np.concatenate([[0], np.cumsum(kept)])
    return dataclasses.replace(
        tokens,
        vocabulary=np.array(list(codes), dtype=object)[types],
        ids=numbers.astype(np.int32),
        start=tokens.start[kept],
        end=end[kept],
        document_offsets=before[tokens.document_offsets],
        sentence_offsets=before[tokens.sentence_offsets],
        options={**tokens.options, "phrases": len(spans)},
    )
