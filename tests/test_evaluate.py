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
