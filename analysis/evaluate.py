"""The package scored on labelled data of the user's own, so that its quality on their texts can be known."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.text.corpus import read_text
from analysis.text.evaluation import evaluate_sentences, evaluate_words
from analysis.text.sentences import sentences
from analysis.text.tokens import tokenize


def evaluate(what: str, paths: Sequence[str | Path]) -> pd.DataFrame:
    """Score `what`, "words" or "sentences", on each CoNLL-U file of `paths`, as the CoNLL 2018 scorer does.

    One row a file and measure, with precision, recall and f1 (0 to 1) and the counts behind them. Words: the frequency
    scheme against written words (``joined``), the treebank scheme against the treebank's (``split``). Sentences: all
    spans (``all``), and the ends inside paragraphs (``inside``). Raises `ValueError` for a file that is not CoNLL-U.
    """
    tables = []
    for path in paths:
        if what == "sentences":
            table = evaluate_sentences(path, sentences)
        else:
            joined = evaluate_words(path, partial(_word_spans, "frequency"))
            split = evaluate_words(path, partial(_word_spans, "treebank"))
            table = pd.concat([joined[joined["convention"] == "joined"], split[split["convention"] == "split"]])
        table.insert(0, "file", Path(path).name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _word_spans(scheme: str, text: str) -> list[tuple[int, int]]:
    tokens = tokenize(read_text(text), scheme, boilerplate=True)
    return list(zip(tokens.start.tolist(), tokens.end.tolist(), strict=True))
