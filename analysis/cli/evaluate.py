"""Score the package on labelled data."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.core.paths import LEXICONS
from analysis.framing.evaluation import evaluate_frames
from analysis.framing.lexicon import read_lexicon
from analysis.framing.voice import passives
from analysis.redundancy.evaluation import evaluate_reuse
from analysis.text.corpus import read_text, read_texts
from analysis.text.evaluation import evaluate_sentences, evaluate_words
from analysis.text.reading.metadata import read_table
from analysis.text.sentences import sentences
from analysis.text.tokens import tokenize


def evaluate(what: str, paths: Sequence[str | Path], *, lexicon: str | Path | None = None) -> pd.DataFrame:
    """Score one task on each of the labelled `paths`: precision, recall, f1 and counts, a row a measure.

    - "words": CoNLL-U files, as the CoNLL 2018 scorer does: the frequency scheme against written words (``joined``),
      the treebank scheme against the treebank's (``split``).
    - "sentences": CoNLL-U files: all spans (``all``), and the ends inside paragraphs (``inside``).
    - "frames": CSV tables of a text and its frame; `lexicon` is by default the package's own.
    - "passives": CSV tables of ``sentence`` and ``passive`` (1 or 0).
    - "reuse": folders in the format of PAN's text alignment task; see `evaluate_reuse`.

    Raises `ValueError` for a file of another kind, or a `lexicon` that the task does not use.
    """
    if lexicon is not None and what != "frames":
        raise ValueError(f"a lexicon finds frames, not {what}: leave out {str(lexicon)!r}")
    scorers: dict[str, Callable[[Path], pd.DataFrame]] = {
        "words": _words,
        "sentences": partial(evaluate_sentences, split=sentences),
        "frames": lambda path: evaluate_frames(path, read_lexicon(lexicon or LEXICONS / "security_communication.yml")),
        "passives": evaluate_passives,
        "reuse": evaluate_reuse,
    }
    tables = [scorers[what](Path(path)) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        table.insert(0, "file", Path(path).resolve().name)
    return pd.concat(tables, ignore_index=True)


def _words(path: Path) -> pd.DataFrame:
    joined = evaluate_words(path, partial(_word_spans, "frequency"))
    split = evaluate_words(path, partial(_word_spans, "treebank"))
    return pd.concat([joined[joined["convention"] == "joined"], split[split["convention"] == "split"]])


def evaluate_passives(path: Path, *, syntax: bool = False) -> pd.DataFrame:
    """Score the sentences found to be passive, one row; `syntax` as for `passives`."""
    table = read_table(path)
    missing = [name for name in ("sentence", "passive") if name not in table.columns]
    if missing or not table["passive"].isin(["0", "1"]).all():
        what = f"no column {missing[0]!r}" if missing else "a 'passive' that is neither 0 nor 1"
        raise ValueError(f"{path.name} has {what}: give a CSV table of sentence and passive, 1 or 0")
    found = set(passives(tokenize(read_texts(table["sentence"]), boilerplate=True), syntax=syntax)["doc_id"])
    passive = table.index.astype(str).isin(found)
    labelled = (table["passive"] == "1").to_numpy()
    correct, predicted, gold = int((passive & labelled).sum()), int(passive.sum()), int(labelled.sum())
    scores = {
        "precision": correct / max(predicted, 1),
        "recall": correct / max(gold, 1),
        "f1": 2 * correct / max(predicted + gold, 1),
    }
    return pd.DataFrame([scores | {"correct": correct, "gold": gold, "predicted": predicted}])


def _word_spans(scheme: str, text: str) -> list[tuple[int, int]]:
    tokens = tokenize(read_text(text), scheme, boilerplate=True)
    return list(zip(tokens.start.tolist(), tokens.end.tolist(), strict=True))
