"""The package scored on labelled data of the user's own, so that its quality on their texts can be known."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.framing.voice import passives
from analysis.text.corpus import read_text, read_texts
from analysis.text.evaluation import evaluate_sentences, evaluate_words
from analysis.text.metadata import read_table
from analysis.text.sentences import sentences
from analysis.text.tokens import tokenize


def evaluate(what: str, paths: Sequence[str | Path]) -> pd.DataFrame:
    """Score `what`, "words", "sentences" or "passives", on each file of `paths`.

    One row a file and measure, with precision, recall and f1 (0 to 1) and the counts behind them. Words and sentences
    take CoNLL-U files and are scored as the CoNLL 2018 scorer does. Words: the frequency scheme against written words
    (``joined``), the treebank scheme against the treebank's (``split``). Sentences: all spans (``all``), and the ends
    inside paragraphs (``inside``). Passives take CSV files of ``sentence`` and ``passive`` (1 or 0): a sentence is one
    when a passive is found in it. Raises `ValueError` for a file that is not of its kind.
    """
    tables = []
    for path in paths:
        if what == "passives":
            table = _passives(Path(path))
        elif what == "sentences":
            table = evaluate_sentences(path, sentences)
        else:
            joined = evaluate_words(path, partial(_word_spans, "frequency"))
            split = evaluate_words(path, partial(_word_spans, "treebank"))
            table = pd.concat([joined[joined["convention"] == "joined"], split[split["convention"] == "split"]])
        table.insert(0, "file", Path(path).name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _passives(path: Path) -> pd.DataFrame:
    """Sentences held to be passive against those that are."""
    table = read_table(path)
    missing = [name for name in ("sentence", "passive") if name not in table.columns]
    if missing or not table["passive"].isin(["0", "1"]).all():
        what = f"no column {missing[0]!r}" if missing else "a 'passive' that is neither 0 nor 1"
        raise ValueError(f"{path.name} has {what}: give a CSV table of sentence and passive, 1 or 0")
    found = set(passives(tokenize(read_texts(table["sentence"]), boilerplate=True))["doc_id"])
    held = table.index.astype(str).isin(found)
    gold = (table["passive"] == "1").to_numpy()
    correct, predicted, all_gold = int((held & gold).sum()), int(held.sum()), int(gold.sum())
    precision, recall = correct / max(predicted, 1), correct / max(all_gold, 1)
    f1 = 2 * correct / max(predicted + all_gold, 1)
    row = {"precision": precision, "recall": recall, "f1": f1, "correct": correct, "gold": all_gold}
    return pd.DataFrame([row | {"predicted": predicted}])


def _word_spans(scheme: str, text: str) -> list[tuple[int, int]]:
    tokens = tokenize(read_text(text), scheme, boilerplate=True)
    return list(zip(tokens.start.tolist(), tokens.end.tolist(), strict=True))
