"""Evaluation of a lexicon on labelled texts: precision, recall and F1 of each frame."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.framing.coding import NONE, codes, folded
from analysis.framing.frames import score_sentences
from analysis.framing.lexicon import Lexicon
from analysis.text.reading.metadata import read_table

TEXT_COLUMNS = ("text", "sentence", "headline")  # of a labelled table, the first that it has
FRAME_COLUMNS = ("frame", "label")

_RATES, _COUNTS = ["precision", "recall", "f1"], ["correct", "gold", "predicted"]


def evaluate_frames(path: str | Path, lexicon: Lexicon) -> pd.DataFrame:
    """Score the frames that `lexicon` gives the texts of a labelled CSV table, see `frame_scores`.

    Columns: ``text``, ``sentence`` or ``headline``, and ``frame`` or ``label`` (the first that is there). A frame is a
    key or a label of the lexicon, whatever the case, blanks, hyphens and underscores; ``none`` or nothing is no frame.
    Raises `ValueError` for another file, a missing column, or an unknown label.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import SAMPLE
    >>> table = evaluate_frames(SAMPLE / "gold" / "frames.csv", read_lexicon("security_communication"))
    >>> table["frame"].tolist()[-4:]
    ['denial_and_dissent', 'none', 'macro', 'all']
    """
    file = Path(path)
    table = read_table(file)
    texts, labels = (
        table[_column(table, file.name, what, names)].tolist()
        for what, names in (("text", TEXT_COLUMNS), ("frame", FRAME_COLUMNS))
    )
    if not texts:
        raise ValueError(f"{file.name} has no rows: give a CSV table of texts and frames")
    known = codes(lexicon) | {"": NONE}
    if unknown := [label for label in labels if folded(label) not in known]:
        use = f"which lexicon {lexicon.name!r} does not know: use {', '.join([*lexicon.frames['frame'], NONE])}"
        raise ValueError(f"{file.name} has the label {unknown[0]!r}, {use}")
    gold = [known[folded(label)] for label in labels]
    return frame_scores(gold, score_sentences(texts, lexicon)["frame"].tolist(), lexicon.frames["frame"].tolist())


def frame_scores(gold: Sequence[str | None], predicted: Sequence[str | None], frames: Sequence[str]) -> pd.DataFrame:
    """Return precision, recall and F1 of each frame: one row a frame, in the order of `frames`, then macro and all.

    Columns: frame, precision (correct / predicted), recall (correct / gold), f1 (2 correct / (predicted + gold)), each
    0 to 1 and 0 of nothing; correct, gold, predicted (texts); coverage (share of texts with this prediction). None and
    "none" are no frame, which has a row of its own if `gold` has such texts.

    ``macro``: the mean, and the summed counts, of the rows with a text in `gold`; coverage is NaN. ``all``: the texts
    together; recall is the accuracy, coverage the share of texts with any frame. Raises `ValueError` for lists that are
    empty or differ in length, or an unknown frame.

    >>> frame_scores(["war", "war", "law"], ["war", None, "war"], ["war", "law"]).round(2)
       frame  precision  recall    f1  correct  gold  predicted  coverage
    0    war       0.50    0.50  0.50        1     2          2      0.67
    1    law       0.00    0.00  0.00        0     1          0      0.00
    2  macro       0.25    0.25  0.25        1     3          2       NaN
    3    all       0.50    0.33  0.40        1     3          2      0.67
    """
    if len(gold) != len(predicted) or not len(gold):
        raise ValueError(
            f"{len(gold)} gold labels and {len(predicted)} predictions: expected one of each for each text"
        )
    labels, answers = (
        np.array([NONE if name is None else name for name in names], dtype=object) for names in (gold, predicted)
    )
    if unknown := sorted({*labels, *answers} - {*frames, NONE}):
        raise ValueError(f"{unknown[0]!r} is none of the frames: expected {', '.join([*frames, NONE])}")
    table = label_scores(labels, answers, [*frames, NONE] if (labels == NONE).any() else list(frames))
    table = table.rename(columns={"label": "frame"}).assign(coverage=table["predicted"] / len(labels))
    occurring = table[table["gold"] > 0]
    macro = {"frame": "macro"} | occurring[_RATES].mean().to_dict() | occurring[_COUNTS].sum().to_dict()
    counts = correct, labelled, answered = table[_COUNTS].sum().tolist()
    rates = correct / max(answered, 1), correct / labelled, 2 * correct / (labelled + answered)
    together = ("all", *rates, *counts, float((answers != NONE).mean()))
    whole = pd.DataFrame([macro, dict(zip(table.columns, together, strict=True))], columns=table.columns)
    return pd.concat([table, whole], ignore_index=True)


def label_scores(gold: NDArray[Any], predicted: NDArray[Any], labels: Sequence[Any] | None = None) -> pd.DataFrame:
    """Return precision, recall, f1 (0 of nothing), correct, gold and predicted of each label, by default of `gold`."""
    names = np.unique(gold) if labels is None else np.array(labels, dtype=gold.dtype)
    in_gold, in_predicted = (column[:, None] == names for column in (gold, predicted))
    cells = (in_gold & in_predicted, in_gold, in_predicted)
    counts = correct, of_gold, of_predicted = [part.sum(axis=0) for part in cells]
    rates = {"precision": correct / of_predicted.clip(min=1), "recall": correct / of_gold.clip(min=1)}
    rates["f1"] = 2 * correct / (of_gold + of_predicted).clip(min=1)
    return pd.DataFrame({"label": names} | rates | dict(zip(_COUNTS, counts, strict=True)))


def _column(table: pd.DataFrame, file: str, what: str, names: Sequence[str]) -> str:
    """Return the first of `names` that is a column of `table`."""
    found = next((column for column in names if column in table.columns), None)
    if found is None:
        missing = f"{file} has no column {' or '.join(map(repr, names))}, only {', '.join(map(repr, table.columns))}"
        raise ValueError(f"{missing}: name the column with each row's {what}")
    return found
