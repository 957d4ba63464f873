"""What the page's scripts work on says the same as the texts and the tables."""

import base64
import json

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.publish import page_data
from analysis.publish.page_data import embedded, table_rows, texts

PARAMETERS = {"redundancy": {"corpus": "a", "group_by": "source"}}


def unpacked(packed):
    return np.frombuffer(base64.b64decode(packed[1:]), dtype=f"<u{packed[0]}").tolist()


def places(gap, length, counts):
    """Start and end of each place: each begins `gap` behind the end of the one before it in its document."""
    found, at = [], iter(zip(unpacked(gap), unpacked(length), strict=True))
    for count in counts:
        last = 0
        for _ in range(count):
            between, size = next(at)
            found.append((last + between, last + between + size))
            last = found[-1][1]
    return found


def test_words_and_sentences_stand_where_the_tokens_have_them(make_corpus, tmp_path):
    tokens = tokenize(make_corpus({"a.txt": "It rained. They met in the hall.\n", "b.txt": "No rain.\n"}))
    held = texts(tokens, tmp_path, PARAMETERS)
    words = held["words"]
    assert words["document_words"] == [7, 2]
    assert words["document_sentences"] == [2, 1]
    assert unpacked(words["sentence_words"]) == [2, 5, 2]
    found = places(words["gap"], words["length"], words["document_words"])
    assert found == list(zip(tokens.start.tolist(), tokens.end.tolist(), strict=True))
    both = places(words["sentence_gap"], words["sentence_length"], words["document_sentences"])
    assert [held["documents"][d]["text"][s:e] for d, (s, e) in zip([0, 0, 1], both, strict=True)] == [
        "It rained.",
        "They met in the hall.",
        "No rain.",
    ]
    [form] = held["forms"]
    assert [form["vocabulary"][i] for i in unpacked(form["ids"])] == "it rained they met in the hall no rain".split()


def test_places_count_utf_16_units_as_scripts_do(tmp_path):
    text = "😀 Rain, 😀 rain."  # a script counts two for each of the faces
    tokens = tokenize(read_text(text), emoji=False)
    words = texts(tokens, tmp_path, PARAMETERS)["words"]
    units = text.encode("utf-16-le")
    said = [
        units[2 * s : 2 * e].decode("utf-16-le")
        for s, e in places(words["gap"], words["length"], words["document_words"])
    ]
    assert said == ["Rain", "rain"]


def test_hits_stand_where_the_tables_have_them(tmp_path):
    text = "😀 They will go to court."
    tokens = tokenize(read_text(text))
    (tmp_path / "framing").mkdir()
    start = text.index("court")
    (tmp_path / "framing" / "matches.csv").write_text(
        f"doc_id,sentence,frame,pattern,text,start,end,negated,weight\n"
        f"text,0,law,court*,court,{start},{start + 5},False,1\nelsewhere,0,law,court*,court,0,5,False,1\n"
    )
    found = texts(tokens, tmp_path, PARAMETERS)["places"]
    assert found["framing/actor_mentions"] is None  # no such table in this run
    assert found["framing/matches"] == {
        "document": [0],
        "start": [start + 1],
        "end": [start + 6],
        "frame": {"values": ["law"], "codes": [0]},
        "pattern": {"values": ["court*"], "codes": [0]},
        "negated": {"values": ["False"], "codes": [0]},
    }


def test_of_a_large_corpus_the_page_holds_documents_evenly_chosen(make_corpus, tmp_path, monkeypatch):
    tokens = tokenize(make_corpus({f"{n}.txt": "One hundred words.\n" for n in range(9)}))
    monkeypatch.setattr(page_data, "CHARACTERS", 4 * len("One hundred words.\n"))
    held = texts(tokens, tmp_path, PARAMETERS)
    assert held["of"] == 9
    assert [about["id"] for about in held["documents"]] == ["0", "2", "5", "8"]


def test_where_a_table_was_cut_it_holds_the_first_documents_that_have_all_their_rows(
    make_corpus, tmp_path, monkeypatch
):
    tokens = tokenize(make_corpus({f"{n}.txt": "One hundred words.\n" for n in range(9)}))
    monkeypatch.setattr(page_data, "CHARACTERS", 4 * len("One hundred words.\n"))
    (tmp_path / "framing").mkdir()
    lines = ["doc_id,frame,pattern,negated,start,end", *(f"{n},law,word,False,12,17" for n in (0, 1, 2, 2))]
    (tmp_path / "framing" / "matches.csv").write_text("\n".join([*lines, ""]))
    for listed, chosen, expected in (
        (5, "evenly chosen", ["0", "2", "5", "8"]),  # the table has all of its rows
        (4, "the first ones", ["0", "1"]),
    ):
        monkeypatch.setattr(page_data, "LISTED", listed)
        held = texts(tokens, tmp_path, PARAMETERS)
        assert (held["of"], held["chosen"]) == (9, chosen)
        assert [about["id"] for about in held["documents"]] == expected


def test_words_have_the_form_in_which_their_tables_count_them(tmp_path):
    tokens = tokenize(read_text("Rains and raining."))
    about = {"corpus": "a", "group_by": None, "stem": True, "lemmatize": False, "stopwords": "", "window": 5}
    stems, plain = texts(tokens, tmp_path, {"term_frequency": about, "redundancy": {"corpus": "a"}})["forms"]
    assert (stems["sections"], sorted(stems["vocabulary"])) == (["term_frequency"], ["and", "rain"])
    assert (plain["sections"], sorted(plain["vocabulary"])) == (["redundancy"], ["and", "raining", "rains"])


def test_joined_phrases_come_with_their_words(tmp_path):
    tokens = tokenize(read_text("The war on terror is no war. It ends."))
    about = {"corpus": "a", "group_by": None, "phrases": ["war on *"], "stopwords": "", "window": 5}
    held = texts(tokens, tmp_path, {"term_frequency": about, "redundancy": {"corpus": "a"}})
    joined, plain = held["forms"]
    assert joined["vocabulary"] == ["the", "war_on_terror", "is", "no", "war", "it", "ends"]
    assert (joined["words"]["document_words"], held["words"]["document_words"]) == ([7], [9])
    assert [unpacked(joined["words"][name]) for name in ("gap", "length")] == [
        [0, 1, 1, 1, 1, 2, 1],
        [3, 13, 2, 2, 3, 2, 4],
    ]
    assert "words" not in plain


def test_rows_are_numbers_and_texts_and_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("term,count,rate\n007,7,0.5\nnull,,inf\n")
    kinds = [
        {"name": "term", "type": "string"},
        {"name": "count", "type": "integer"},
        {"name": "rate", "type": "number"},
    ]
    rows = table_rows(path, kinds)
    assert rows == [["007", 7, 0.5], ["null", None, pytest.approx(page_data.LARGEST)]]
    assert json.loads(str(embedded(rows))) == rows


def test_rows_end_where_the_room_does(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("term\n" + "ten letters\n" * 100)
    monkeypatch.setattr(page_data, "BYTES", 50 * (len("ten letters") + 3))
    assert len(table_rows(path, [{"name": "term", "type": "string"}])) == 50


def test_nothing_embedded_ends_its_script():
    said = str(embedded(["</script><script>alert(1)</script>", "<!--"]))
    assert "<" not in said
    assert json.loads(said) == ["</script><script>alert(1)</script>", "<!--"]


def test_a_cell_may_be_longer_than_the_csv_module_expects(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(f"term,text\nrain,short\nsnow,{'a' * 140_000}\n")
    rows = table_rows(path, [{"name": name, "type": "string"} for name in ("term", "text")])
    assert [len(text) for _, text in rows] == [5, 140_000]
