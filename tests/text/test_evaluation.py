from pathlib import Path

import pytest

from analysis.text.evaluation import (
    Score,
    add_scores,
    evaluate_sentences,
    evaluate_words,
    join_words,
    read_conllu,
    score_spans,
)

ROOT = Path(__file__).parents[2]
TREEBANKS = ROOT.parent / "shared" / "data" / "ud_dev"
needs_treebanks = pytest.mark.skipif(
    not TREEBANKS.is_dir(), reason="the Universal Dependencies treebanks are not beside the repository"
)

# Two documents, the first with two paragraphs: number, form and miscellany of each row.
TREEBANK = """\
# newdoc id = first
# newpar
# sent_id = 1
1 She SpaceAfter=Yes
2-3 can't Other=x|SpaceAfter=No
2 ca _
3 n't _
4 . _

# sent_id = 2
1 Why SpaceAfter=No
2 ? _

# newpar id = p2
1-2 du _
1 de _
2 le _
2.1 elided _
3 well SpaceAfter=No
4 - SpaceAfter=No
5 known _

# newdoc
1 End SpaceAfter=No
2 . _
"""
FIRST = "She can't. Why?\n\ndu well-known"


@pytest.fixture
def treebank(tmp_path):
    path = tmp_path / "treebank.conllu"
    lines = (
        line if line.startswith("#") or not line else "\t".join([*line.split()[:2], *"_______", line.split()[2]])
        for line in TREEBANK.split("\n")
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def pieces(text, spans):
    return [text[start:end] for start, end in spans]


def test_the_text_is_rebuilt_with_its_spaces_and_paragraphs(treebank):
    first, second = read_conllu(treebank)
    assert (first.id, first.text) == ("first", FIRST)
    assert (second.id, second.text) == ("", "End.")
    assert pieces(FIRST, first.paragraphs) == ["She can't. Why?", "du well-known"]
    assert pieces(FIRST, first.sentences) == ["She can't.", "Why?", "du well-known"]


def test_multiword_tokens_are_split_where_their_words_spell_them_out(treebank):
    first, _ = read_conllu(treebank)
    assert pieces(FIRST, first.words) == "She ca n't . Why ? du well - known".split()


@pytest.mark.parametrize("line", ["1\tword", "x" + "\tx" * 9, "1\t" * 10 + "1"])
def test_a_line_that_is_not_conllu_is_named(tmp_path, line):
    path = tmp_path / "wrong.conllu"
    path.write_text("# newdoc\n" + line)
    with pytest.raises(ValueError, match=r"wrong\.conllu:2: expected a number and 9 more columns"):
        read_conllu(path)


def test_a_file_without_a_sentence_is_refused(tmp_path):
    path = tmp_path / "empty.conllu"
    path.write_text("# newdoc\n")
    with pytest.raises(ValueError, match=r"empty\.conllu holds no sentence"):
        read_conllu(path)


def test_windows_line_ends_make_no_difference(treebank):
    before = read_conllu(treebank)
    treebank.write_bytes(treebank.read_bytes().replace(b"\n", b"\r\n"))
    assert read_conllu(treebank) == before


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [([], [], (1, 1, 1)), ([(0, 1)], [], (0, 0, 0)), ([], [(0, 1)], (0, 0, 0))],
)
def test_score_of_nothing(gold, predicted, expected):
    assert score_spans(gold, predicted)[:3] == expected


def test_scores_add_by_their_counts():
    # 1 of 1 and 0 of 3 are 1 of 4, not the mean of 1 and 0
    whole = add_scores([Score(1, 1, 1, 1, 1, 1), Score(0, 0, 0, 0, 3, 3)])
    assert whole == (0.25, 0.25, 0.25, 1, 4, 4)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("do n't", ["don't"]),
        ("city 's", ["city's"]),
        ("U.S. ’s", ["U.S.’s"]),
        ("counter - terrorism - related", ["counter-terrorism-related"]),
        ("10 km", ["10km"]),
        ("and / or", ["and", "or"]),
        ("yes - - no", ["yes", "no"]),
        ("( well ) known", ["well", "known"]),
        ("3 % - 4", ["3", "4"]),
        ("boys '", ["boys"]),
    ],
)
def test_words_that_touch_are_joined_where_they_make_one(words, expected):
    text = words.replace(" ", "")
    spans, at = [], 0
    for word in words.split():
        spans.append((at, at + len(word)))
        at += len(word)
    assert pieces(text, join_words(text, spans)) == expected


def test_words_with_a_space_between_are_not_joined():
    assert join_words("do n't", [(0, 2), (3, 6)]) == [(0, 2), (3, 6)]


def test_sentences_are_scored_by_span_and_by_inner_end(treebank):
    # All in one: of the four gold spans only "End." is found, of two predicted. The only end inside a paragraph is
    # after "can't.", and the blank line is missed as well, which costs nothing there.
    table = evaluate_sentences(treebank, lambda text: [(0, len(text))])
    assert table["measure"].tolist() == ["all", "inside"]
    assert table[["correct", "gold", "predicted"]].to_numpy().tolist() == [[1, 4, 2], [0, 1, 0]]
    assert table["precision"].tolist() == [0.5, 0]


def test_words_are_scored_in_two_conventions(treebank):
    def spaces(text):
        starts = [0, *(i + 1 for i, character in enumerate(text) if character.isspace())]
        return list(zip(starts, [*starts[1:], len(text)], strict=True))

    # predicted: She can't. Why? du well-known End.    split: She ca n't Why du well known End
    # joined: She can't Why du well-known End          (a full stop that hangs on is wrong in both)
    table = evaluate_words(treebank, spaces)
    assert table["convention"].tolist() == ["split", "joined"]
    assert table[["correct", "gold", "predicted"]].to_numpy().tolist() == [[2, 8, 6], [3, 6, 6]]


@pytest.mark.slow
@needs_treebanks
@pytest.mark.parametrize("name", ["ewt", "gum"])
def test_gold_scored_against_itself_is_perfect(name):
    path = TREEBANKS / f"en_{name}-ud-dev.conllu"
    documents = read_conllu(path)
    # One by one, since two documents of EWT have the same text and are divided differently.
    sentences = (document.sentences for document in documents)
    words = (document.words for document in documents)
    joined = (join_words(document.text, document.words) for document in documents)
    assert evaluate_sentences(path, lambda _: next(sentences))["f1"].tolist() == [1, 1]
    assert evaluate_words(path, lambda _: next(words))["f1"].iloc[0] == 1
    assert evaluate_words(path, lambda _: next(joined))["f1"].iloc[1] == 1


@pytest.mark.slow
@needs_treebanks
@pytest.mark.parametrize(("name", "sentences"), [("ewt", 2001), ("gum", 1575)])
def test_every_sentence_has_the_text_that_the_treebank_states(name, sentences):
    path = TREEBANKS / f"en_{name}-ud-dev.conllu"
    lines = path.read_text(encoding="utf-8").split("\n")
    stated = [line.removeprefix("# text = ") for line in lines if line.startswith("# text = ")]
    rebuilt = [sentence for document in read_conllu(path) for sentence in pieces(document.text, document.sentences)]
    assert rebuilt == stated
    assert len(rebuilt) == sentences
