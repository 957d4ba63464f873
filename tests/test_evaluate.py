"""The command line scores words and sentences on a treebank."""

import sys

import pytest

from analysis.__main__ import main
from analysis.evaluate import evaluate

ROWS = [
    ["Don't go", ["1-2 Don't", "1 Do", "2 n't", "3 go SpaceAfter=No", "4 ."]],
    ["Stay", ["1 Stay SpaceAfter=No", "2 !"]],
]


@pytest.fixture
def treebank(tmp_path):
    path = tmp_path / "made_up.conllu"
    blocks = []
    for _, rows in ROWS:
        lines = []
        for row in rows:
            number, form, *misc = row.split()
            lines.append("\t".join([number, form, *"_" * 7, misc[0] if misc else "_"]))
        blocks.append("\n".join(lines))
    path.write_text("\n\n".join(blocks) + "\n\n")
    return path


def test_words_of_both_schemes(treebank):
    table = evaluate("words", [treebank]).set_index("convention")
    assert table.loc["joined", ["correct", "gold", "predicted"]].tolist() == [3, 3, 3]  # Don't, go, Stay
    assert table.loc["split", ["correct", "gold", "predicted"]].tolist() == [4, 4, 4]  # Do, n't, go, Stay


def test_sentences(treebank):
    table = evaluate("sentences", [treebank]).set_index("measure")
    assert table.loc["all", "f1"] == 1


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [(["words"], 0, "joined"), (["sentences"], 0, "inside"), (["frames"], 2, "frames")],
)
def test_the_command(treebank, monkeypatch, capsys, arguments, status, said):
    monkeypatch.setattr(sys, "argv", ["lafz", "evaluate", *arguments, str(treebank)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0) == status
    output = capsys.readouterr()
    assert said in output.out + output.err


def test_a_file_that_is_no_treebank_is_named(tmp_path, monkeypatch, capsys):
    path = tmp_path / "a.txt"
    path.write_text("The council met.\n")
    monkeypatch.setattr(sys, "argv", ["lafz", "evaluate", "words", str(path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "a.txt:1: expected a number" in capsys.readouterr().err


def test_passives_by_hand(tmp_path):
    path = tmp_path / "gold.csv"
    rows = ["He was told.,1", "She told him.,0", "It is located there.,1", "The men were paid.,1", "A plan was made.,0"]
    path.write_text("sentence,passive\n" + "\n".join(rows) + "\n", encoding="utf-8")
    row = evaluate("passives", [path]).iloc[0]
    # Found in the first, fourth and fifth; gold are the first, third and fourth.
    assert row[["correct", "gold", "predicted"]].tolist() == [2, 3, 3]
    assert row[["precision", "recall", "f1"]].tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("text,passive\na,1\n", "no column 'sentence'"),
        ("sentence,passive\na,yes\n", "a 'passive' that is neither 0 nor 1"),
    ],
)
def test_a_table_that_holds_no_labels(tmp_path, table, message):
    path = tmp_path / "gold.csv"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"gold\.csv has {message}: give a CSV table of sentence and passive"):
        evaluate("passives", [path])
