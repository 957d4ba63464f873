"""How often a lexicon gives a labelled text its frame: precision, recall and F1, frame by frame."""

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

TEXT_COLUMNS = ("text", "sentence", "headline")  # a labelled table has its texts in the first of these
FRAME_COLUMNS = ("frame", "label")

_RATES, _COUNTS = ["precision", "recall", "f1"], ["correct", "gold", "predicted"]


def evaluate_frames(path: str | Path, lexicon: Lexicon) -> pd.DataFrame:
    """Score the frame that `lexicon` gives each text against the frame that a reader gave it, see `frame_scores`.

    The file is a CSV table with a text and its frame in each row: columns ``text``, ``sentence`` or ``headline``, and
    ``frame`` or ``label`` (the first that is there). A frame is written by its key or its label in the lexicon; case,
    blanks, hyphens and underscores are no matter. ``none``, or nothing, is no frame. Raises `ValueError` for a file
    that is no such table, a column that is not there, and a label that the lexicon does not know.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import SAMPLE
    >>> table = evaluate_frames(SAMPLE / "gold" / "frames.csv", read_lexicon("security_communication"))
    >>> table["frame"].tolist()[-4:]
    ['denial_and_dissent', 'none', 'macro', 'all']
    """
    file = Path(path)
    table = read_table(file)
    texts = table[_column(table, file.name, "text", TEXT_COLUMNS)].tolist()
    labels = table[_column(table, file.name, "frame", FRAME_COLUMNS)].tolist()
    if not texts:
        raise ValueError(f"{file.name} has no rows: give a CSV table of texts and frames")
    known = codes(lexicon) | {"": NONE}
    unknown = [label for label in labels if folded(label) not in known]
    if unknown:
        frames = ", ".join([*lexicon.frames["frame"], NONE])
        raise ValueError(
            f"{file.name} has the label {unknown[0]!r}, which lexicon {lexicon.name!r} does not know: use {frames}"
        )
    gold = [known[folded(label)] for label in labels]
    return frame_scores(gold, score_sentences(texts, lexicon)["frame"].tolist(), lexicon.frames["frame"].tolist())


def frame_scores(gold: Sequence[str | None], predicted: Sequence[str | None], frames: Sequence[str]) -> pd.DataFrame:
    """Precision, recall and F1 of each frame: one row a frame in the order of `frames`, then the rows of the whole.

    Columns: frame, precision (correct / predicted), recall (correct / gold), f1 (2 correct / (predicted + gold)), each
    0 to 1 and 0 where there is nothing to divide by; correct, gold, predicted (texts); coverage (the share of texts
    that are given the frame). None and "none" are no frame; where `gold` has texts without a frame, to give none is an
    answer like any other and has its row.

    ``macro``: the mean of the rows with a text in `gold`; the counts are summed over the same rows, coverage is NaN.
    ``all``: the texts together; recall is the accuracy, coverage the share of texts given any frame. Raises
    `ValueError` where the two are not as long, are empty, or name what is none of `frames`.

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
    given = np.array([NONE if name is None else name for name in gold], dtype=object)
    found = np.array([NONE if name is None else name for name in predicted], dtype=object)
    if strange := sorted({*given, *found} - {*frames, NONE}):
        raise ValueError(f"{strange[0]!r} is none of the frames: expected {', '.join([*frames, NONE])}")
    table = label_scores(given, found, [*frames, NONE] if (given == NONE).any() else list(frames))
    table = table.rename(columns={"label": "frame"}).assign(coverage=table["predicted"] / len(given))
    read = table[table["gold"] > 0]
    macro = {"frame": "macro"} | read[_RATES].mean().to_dict() | read[_COUNTS].sum().to_dict()
    right, coded, said = table[_COUNTS].sum().tolist()
    together = {
        "frame": "all",
        "precision": right / max(said, 1),
        "recall": right / coded,
        "f1": 2 * right / (coded + said),
    }
    together |= {"correct": right, "gold": coded, "predicted": said, "coverage": float((found != NONE).mean())}
    return pd.concat([table, pd.DataFrame([macro, together], columns=table.columns)], ignore_index=True)


def label_scores(gold: NDArray[Any], predicted: NDArray[Any], labels: Sequence[Any] | None = None) -> pd.DataFrame:
    """label, precision, recall, f1, correct, gold and predicted of each label, by default of those in `gold`.

    The rates are 0 where there is nothing to divide by.
    """
    names = np.unique(gold) if labels is None else np.array(labels, dtype=gold.dtype)
    given, said = (column[:, None] == names for column in (gold, predicted))
    counts = correct, of_gold, of_predicted = [cells.sum(axis=0) for cells in (given & said, given, said)]
    rates = {"precision": correct / of_predicted.clip(min=1), "recall": correct / of_gold.clip(min=1)}
    rates["f1"] = 2 * correct / (of_gold + of_predicted).clip(min=1)
    return pd.DataFrame({"label": names} | rates | dict(zip(_COUNTS, counts, strict=True)))


def _column(table: pd.DataFrame, file: str, what: str, names: Sequence[str]) -> str:
    """The first of `names` that is a column of `table`."""
    found = next((column for column in names if column in table.columns), None)
    if found is None:
        raise ValueError(
            f"{file} has no column {' or '.join(map(repr, names))}, only {', '.join(map(repr, table.columns))}: "
            f"name the column with each row's {what}"
        )
    return found
