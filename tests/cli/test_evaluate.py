"""The command line scores the package on labelled words, sentences, frames, passives and reuse."""

import gzip
import json

import pytest

from analysis.cli.evaluate import evaluate

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
    [(["words"], 0, "joined"), (["sentences"], 0, "inside"), (["lemmas"], 2, "lemmas")],
)
def test_the_command(treebank, typed, arguments, status, said):
    done = typed("evaluate", *arguments, treebank)
    assert done.status == status
    assert said in done.out + done.err


def test_a_file_that_is_no_treebank_is_named(tmp_path, typed):
    path = tmp_path / "a.txt"
    path.write_text("The council met.\n")
    done = typed("evaluate", "words", path)
    assert done.status == 2
    assert "a.txt:1: expected a number" in done.err


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


LEXICON = "name: own\nversion: '1'\nlanguage: en\nframes: {war: {definition: A fight., terms: [war]}}\n"


def test_frames_by_hand(tmp_path, typed):
    gold, lexicon = tmp_path / "gold.csv", tmp_path / "own.yml"
    gold.write_text("sentence;frame\nA war, they said;war\nAnother war;none\nShells fell;war\nRain fell;none\n")
    lexicon.write_text(LEXICON)
    table = evaluate("frames", [gold], lexicon=lexicon).set_index("frame")
    # Found in the first two; gold are the first and the third. Without a frame: the last two against 2 and 4.
    assert table.loc["war", ["correct", "gold", "predicted"]].tolist() == [1, 2, 2]
    assert table.loc["all", ["precision", "recall", "f1"]].tolist() == [0.5, 0.5, 0.5]
    assert set(table["file"]) == {"gold.csv"}
    done = typed("evaluate", "frames", gold, "--lexicon", lexicon)
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[1].split() == ["gold.csv", "war", "0.5000", "0.5000", "0.5000", "1", "2", "2", "0.5000"]
    assert lines[3].split()[-1] == "-"  # a mean has no coverage


def test_reuse_by_hand(tmp_path):
    text = (
        "The committee of the northern district has closed the old stone bridge over the river to all heavy lorries "
        "until engineers have examined each of its seven arches."
    )
    texts = {"x": text, "y": text, "z": "It rained all night, and nobody in the village slept until the wind turned."}
    with gzip.open(tmp_path / "docs.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": name, "text": own}) + "\n" for name, own in texts.items())
    (tmp_path / "pairs.csv").write_text("susp,src,category\nx,y,copied\nx,z,none\n")
    (tmp_path / "cases.csv").write_text(
        "susp,this_offset,this_length,src,source_offset,source_length\n"
        f"x,0,{len(text)},y,0,{len(text)}\nx,0,10,z,0,10\n"
    )
    table = evaluate("reuse", [tmp_path])
    # The copy is found to the letter; of what x and z are said to share, nothing.
    rows = table.set_index(["measure", "category"])[["precision", "recall", "gold", "found"]]
    assert rows.loc[("pairs", "all")].tolist() == [1, 0.5, 2, 1]
    assert rows.loc[("passages", "all")].tolist() == [1, 0.5, 2, 1]
    assert rows.loc[("passages", "none")].tolist() == [0, 0, 1, 0]
    assert set(table["file"]) == {tmp_path.name}
