"""Labelled texts scored by hand, against scikit-learn, and every way to hand in a table that is none."""

from pathlib import Path

import numpy as np
import pytest

from analysis.framing.evaluation import evaluate_frames, frame_scores

FRAMES = """\
  armed_force: {label: War and force, definition: A fight., terms: [war, bomb*]}
  law: {label: Law, definition: Courts., terms: [court, judge]}
  trade: {label: Trade, definition: Goods., terms: [export*]}
"""


@pytest.fixture
def write(tmp_path):
    def written(content):
        path = tmp_path / "gold.csv"
        path.write_text(content, encoding="utf-8")
        return path

    return written


def row(table, frame):
    return table.set_index("frame").loc[frame]


def test_where_some_texts_have_no_frame_none_is_an_answer(lexicon, write):
    table = evaluate_frames(
        write(
            "text,frame\n"
            "The war began.,armed_force\n"
            "Bombs fell.,ARMED FORCE\n"
            "The judge wept.,War-and_force\n"  # law is found
            "The court met.,law\n"
            "It rained.,none\n"
            "It snowed.,\n"
            "The court closed.,None\n"  # law is found
            "The bishop spoke.,Law\n"  # nothing is found
        ),
        lexicon,
    )
    assert table.columns.tolist() == "frame precision recall f1 correct gold predicted coverage".split()
    assert table["frame"].tolist() == ["armed_force", "law", "trade", "none", "macro", "all"]
    assert table["correct"].tolist() == [2, 1, 0, 2, 5, 5]
    assert table["gold"].tolist() == [3, 2, 0, 3, 8, 8]
    assert table["predicted"].tolist() == [2, 3, 0, 3, 8, 8]
    assert row(table, "armed_force")[["precision", "recall", "f1"]].tolist() == pytest.approx([1, 2 / 3, 0.8])
    assert row(table, "law")[["precision", "recall", "f1"]].tolist() == pytest.approx([1 / 3, 1 / 2, 0.4])
    assert row(table, "none")[["precision", "recall", "f1"]].tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    assert row(table, "trade")[["precision", "recall", "f1"]].tolist() == [0, 0, 0]
    # The mean of the three that occur: trade does not.
    expected = [(1 + 1 / 3 + 2 / 3) / 3, (2 / 3 + 1 / 2 + 2 / 3) / 3, (0.8 + 0.4 + 2 / 3) / 3]
    assert row(table, "macro")[["precision", "recall", "f1"]].tolist() == pytest.approx(expected)
    assert row(table, "all")[["recall", "coverage"]].tolist() == [5 / 8, 5 / 8]  # right 5 times, a frame for 5 texts


def test_where_every_text_has_a_frame_to_find_none_is_to_miss(lexicon, write):
    path = write("headline,sentence,label\n,War.,law\n,Rain.,law\nWar!,The judge.,law\n,A court war.,law\n")
    table = evaluate_frames(path, lexicon)  # of the sentences
    # Found: armed_force, nothing, law, and a tie, which is nothing.
    assert table["frame"].tolist() == ["armed_force", "law", "trade", "macro", "all"]
    assert row(table, "armed_force")[["correct", "gold", "predicted"]].tolist() == [0, 0, 1]
    assert row(table, "macro")[["precision", "recall", "f1"]].tolist() == pytest.approx([1, 1 / 4, 0.4])  # law alone
    assert row(table, "all")[["precision", "recall", "f1"]].tolist() == pytest.approx([1 / 2, 1 / 4, 1 / 3])
    assert row(table, "all")[["correct", "gold", "predicted", "coverage"]].tolist() == [1, 4, 2, 0.5]
    assert row(table, "law")["coverage"] == 0.25
    assert np.isnan(row(table, "macro")["coverage"])


@pytest.mark.parametrize("none", ["none", None])
def test_as_scikit_learn_counts(none):
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(5)
    frames = ["a", "b", "c", "d"]
    gold, found = random.choice([*frames[:3], "none"], (2, 200), p=[0.4, 0.3, 0.1, 0.2]).tolist()
    found[0] = "d"  # a frame that no text has
    table = frame_scores(gold, [none if name == "none" else name for name in found], frames)
    names = [*frames, "none"]
    expected = metrics.precision_recall_fscore_support(gold, found, labels=names, zero_division=0)
    for column, values in zip(["precision", "recall", "f1", "gold"], expected, strict=True):
        assert table[column].tolist()[:5] == pytest.approx(values)
    held = ["a", "b", "c", "none"]
    expected = metrics.precision_recall_fscore_support(gold, found, labels=held, average="macro", zero_division=0)
    assert row(table, "macro")[["precision", "recall", "f1"]].tolist() == pytest.approx(expected[:3])
    assert row(table, "all")["recall"] == pytest.approx(metrics.accuracy_score(gold, found))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("body,frame\na,law\n", r"gold\.csv has no column 'text' or 'sentence' or 'headline', only 'body', 'frame'"),
        ("text,frame_1,frame_2\na,law,law\n", "no column 'frame' or 'label', only 'text', 'frame_1', 'frame_2'"),
        ("text,frame\n", r"gold\.csv has no rows"),
        ("text,frame\na,law\nb,peace\n", "label 'peace', which lexicon 'test' does not know: use armed_force, law"),
    ],
)
def test_a_table_that_cannot_be_scored(lexicon, write, content, message):
    with pytest.raises(ValueError, match=message):
        evaluate_frames(write(content), lexicon)
    with pytest.raises(ValueError, match=r"gone\.csv"):
        evaluate_frames(Path("gone.csv"), lexicon)


@pytest.mark.parametrize(
    ("gold", "found", "message"),
    [
        (["a"], [], "1 gold labels and 0 predictions"),
        ([], [], "0 gold labels"),
        (["a"], ["b"], "'b' is none of the frames: expected a, none"),
        (["b"], ["a"], "'b' is none of the frames"),
    ],
)
def test_labels_that_do_not_fit(gold, found, message):
    with pytest.raises(ValueError, match=message):
        frame_scores(gold, found, ["a"])
