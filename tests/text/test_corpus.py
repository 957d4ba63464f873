"""Folders as they come: what is read, under which name, with which metadata, and what is said about the rest."""

import codecs
import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analysis import CorpusError, load_tokens, read_corpus, read_frame, read_text, tokenize
from analysis.text import corpus as reading
from analysis.text.corpus import corpus_files, positions, read_texts
from analysis.text.reading.readers import SUFFIXES


def problems(corpus):
    return list(corpus.problems[["path", "reason"]].itertuples(index=False, name=None))


def test_a_document_and_its_segments(make_corpus):
    text = "A Plain Headline\r\n\r\nThe council met.\r\n"
    corpus = make_corpus({"day/one.txt": text})
    [row] = corpus.documents.to_dict("records")
    assert pd.isna(row.pop("date"))
    assert row == {
        "doc_id": "day/one",
        "title": "A Plain Headline",
        "source": "",
        "language": "en",
        "format": "txt",
        "path": "day/one.txt",
        "encoding": "utf-8",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "n_chars": 38,  # 16 + 4 + 16 + 2, both characters of each line end counted
    }
    assert pd.api.types.is_datetime64_any_dtype(corpus.documents["date"])
    assert corpus.text("day/one") == text
    assert problems(corpus) == []
    assert list(corpus.segments.itertuples(index=False, name=None)) == [
        ("day/one", "title", 0, 16, False),
        ("day/one", "paragraph", 20, 36, False),  # 16 and two line ends of two characters
    ]


def test_encodings_mixed_in_one_folder_are_no_problem(make_corpus):
    text = "Le préfet a dit “oui” à l’été, déjà."
    files = {"a.txt": text.encode(), "b.txt": text.encode("cp1252"), "c.txt": text.encode("utf-16")}
    corpus = make_corpus(files | {"d.txt": codecs.BOM_UTF8 + text.encode()})
    assert list(corpus.texts) == [text] * 4
    assert corpus.documents["encoding"].tolist() == ["utf-8", "cp1252", "utf-16", "utf-8-sig"]
    assert problems(corpus) == []


@pytest.mark.parametrize(
    "doc_ids",
    [
        {"a/x.txt": "a/x", "a/b/x.md": "a/b/x", "c.markdown": "c", "notes.v2.text": "notes.v2"},
        {"a.txt": "a.txt", "a.md": "a.md", "a.txt.txt": "a.txt.txt", "b.txt": "b"},  # files of one stem
    ],
)
def test_doc_ids(make_corpus, doc_ids):
    corpus = make_corpus({path: f"In {path}." for path in doc_ids})
    assert dict(zip(corpus.documents["path"], corpus.documents["doc_id"], strict=True)) == doc_ids
    assert {path: corpus.text(doc_id) for path, doc_id in doc_ids.items()} == {path: f"In {path}." for path in doc_ids}


def test_reading_again_gives_the_same_tables(make_folder):
    folder = make_folder({f"{name}.txt": f"Text {name}." for name in "zebra Äpfel a b10 b2".split()} | {"x.pdf": "-"})
    first, second = read_corpus(folder), read_corpus(folder)
    pd.testing.assert_frame_equal(first.documents, second.documents)
    pd.testing.assert_frame_equal(first.segments, second.segments)
    pd.testing.assert_frame_equal(first.problems, second.problems)
    assert first.documents["doc_id"].tolist() == sorted(first.documents["doc_id"])
    assert not first.documents["doc_id"].duplicated().any()


def test_one_file(make_folder):
    folder = make_folder({"a.txt": "One.", "b.txt": "Two."})
    corpus = read_corpus(folder / "b.txt")
    assert corpus.documents[["doc_id", "path"]].to_numpy().tolist() == [["b", "b.txt"]]
    assert corpus_files(folder / "b.txt") == [folder / "b.txt"]


def test_the_folder_where_one_is(make_folder, monkeypatch):
    monkeypatch.chdir(make_folder({"a.txt": "One.", "sub/b.txt": "Two.", "metadata.csv": "file,source\na,Daily\n"}))
    corpus = read_corpus(".")
    assert corpus.documents[["path", "source"]].to_numpy().tolist() == [["a.txt", "Daily"], ["sub/b.txt", ""]]


def test_hidden_and_ignored_files_are_not_looked_at(make_folder):
    kept = {"a.txt": "One.", "sub/b.txt": "Two.", "draft/final.md": "Three."}
    left = {".hidden.txt": "-", ".git/c.txt": "-", "gold/d.txt": "-", "sub/e.tmp": "-", "draft/old-1.md": "-"}
    ignore = codecs.BOM_UTF8 + b"gold/\r\n# what is no part of the corpus\r\n\r\n*.tmp\r\n  draft/old-*.md  \r\n"
    folder = make_folder(kept | left | {".lafzignore": ignore})
    corpus = read_corpus(folder, strict=True)
    assert set(corpus.documents["path"]) == set(kept)
    assert {path.relative_to(folder).as_posix() for path in corpus_files(folder)} == {*kept, ".lafzignore"}
    (folder / ".lafzignore").write_bytes(bytes(range(256)))
    with pytest.raises(CorpusError, match="lafzignore"):
        read_corpus(folder)


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(make_corpus):
    corpus = make_corpus(
        {
            "a.txt": "One.",
            "binary.txt": bytes(range(256)),
            "empty.txt": "",
            "nul.txt": "Twelve words\0 and a byte that no text has.",
            "photo.jpg": b"JFIF",
        }
    )
    assert corpus.documents["doc_id"].tolist() == ["a", "nul"]
    assert corpus.text("nul") == "Twelve words\0 and a byte that no text has."
    unread = f"not a kind of file that is read ({' '.join(SUFFIXES)}): convert it, or leave it out"
    no_text = "its bytes are not text in any encoding that was tried: save it as UTF-8, or leave it out"
    assert problems(corpus) == [
        ("binary.txt", no_text),
        ("empty.txt", "is empty: put text into it, or leave it out"),
        ("nul.txt", "holds 1 NUL character: kept in the text, and no part of a word"),
        ("photo.jpg", unread),
    ]


def test_strict_raises_the_first_problem(make_folder):
    folder = make_folder({"a.txt": "One.", "empty.txt": ""})
    with pytest.raises(CorpusError, match=r"^empty\.txt: is empty: put text into it, or leave it out$"):
        read_corpus(folder, strict=True)
    (folder / "empty.txt").unlink()
    (folder / "metadata.csv").write_text("file\na.txt\nb.txt\n")
    with pytest.raises(CorpusError, match=r"^b\.txt: has a row in metadata\.csv but there is no such file"):
        read_corpus(folder, strict=True)


def test_nothing_to_read(make_folder, tmp_path):
    with pytest.raises(CorpusError, match=r"no such file or folder: 'no/such/place': give a folder of texts, or one"):
        read_corpus("no/such/place")
    (tmp_path / "none").mkdir()
    with pytest.raises(CorpusError, match=r"no document could be read from '.*none': it holds no file$"):
        read_corpus(tmp_path / "none")
    folder = make_folder({"empty.txt": ""})
    with pytest.raises(CorpusError, match=r"no document could be read from '.*corpus': empty\.txt: is empty"):
        read_corpus(folder)
    with pytest.raises(CorpusError, match=r"no document could be read from '.*empty\.txt': empty\.txt: is empty"):
        read_corpus(folder / "empty.txt")


def test_links_that_lead_nowhere(make_folder, tmp_path):
    folder = make_folder({"a.txt": "One."})
    try:
        (folder / "self.txt").symlink_to(folder / "self.txt")
        (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
        (folder / "loop").symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    table = tmp_path / "about.csv"
    table.write_text("file,source\na.txt,Daily\n", encoding="utf-8")
    corpus = read_corpus(folder, metadata=table)
    assert corpus.documents[["path", "source"]].to_numpy().tolist() == [["a.txt", "Daily"]]
    assert [(path, reason.startswith("cannot be opened")) for path, reason in problems(corpus)] == [
        *(("loop", False), ("gone.txt", True), ("self.txt", True))
    ]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no /proc with a file that opens and cannot be read")
def test_a_file_that_fails_costs_itself_alone(make_folder):
    folder = make_folder({"a.txt": "One.", "metadata.csv": "file\na.txt\nlong.txt\nmem.csv\n"})
    (folder / "long.txt").symlink_to("x" * 300)  # a name of which the system refuses even to say whether it is there
    (folder / "mem.csv").symlink_to("/proc/self/mem")
    corpus = read_corpus(folder)
    assert corpus.documents["path"].tolist() == ["a.txt"]
    assert problems(corpus) == [
        ("long.txt", "cannot be opened: File name too long"),
        ("mem.csv", "cannot be read to its end: Input/output error"),
    ]
    for name in (".lafzignore", "metadata.csv"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("/proc/self/mem")
        with pytest.raises(CorpusError, match=rf"^{name} cannot be read: Input/output error$"):
            read_corpus(folder)
        (folder / name).unlink()


def test_a_file_that_goes_while_others_are_read(make_folder, monkeypatch):
    folder = make_folder({"a.txt": "One.", "b.txt": "Two.", "c.txt": "Three."})

    def listed(files, **_):
        (folder / "b.txt").unlink()
        return files

    monkeypatch.setattr(reading, "bar", listed)  # called when the files are listed and none is read
    corpus = read_corpus(folder)
    assert corpus.documents["path"].tolist() == ["a.txt", "c.txt"]
    assert problems(corpus) == [("b.txt", "cannot be opened: No such file or directory")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads every file, whatever its mode")
def test_a_file_and_a_folder_without_permission(make_folder):
    folder = make_folder({"a.txt": "One.", "locked.txt": "Two.", "shut/b.txt": "Three."})
    (folder / "locked.txt").chmod(0)
    (folder / "shut").chmod(0)
    try:
        corpus = read_corpus(folder)
    finally:
        (folder / "shut").chmod(0o700)
    denied = "cannot be opened: Permission denied"
    assert sorted(problems(corpus)) == [("locked.txt", denied), ("shut", denied)]


def test_metadata_describes_the_documents(make_corpus):
    table = (
        "file,title,source,date,language,region\n"
        'b.txt,"Two, at last",Wire,2024-06-23,,north\n'
        "a.txt,,Daily , 2024-06-22,ur,\n"
    )
    corpus = make_corpus({"a.txt": "A Headline\n\nOne.", "b.txt": "Two.", "metadata.csv": table}, language="fr")
    assert problems(corpus) == []
    documents = corpus.documents.set_index("doc_id")
    assert documents["title"].to_dict() == {"a": "A Headline", "b": "Two, at last"}  # empty: the text's own
    assert documents["source"].to_dict() == {"a": "Daily", "b": "Wire"}
    assert documents["language"].to_dict() == {"a": "ur", "b": "fr"}  # empty: the argument
    assert documents["region"].to_dict() == {"a": "", "b": "north"}
    assert documents["date"].to_dict() == {"a": pd.Timestamp("2024-06-22"), "b": pd.Timestamp("2024-06-23")}


def test_the_rows_of_a_table_are_documents():
    dates = pd.to_datetime(["2024-06-22", None, None])
    table = pd.DataFrame({"body": ["War is near.", "Peace", np.nan], "date": dates, "words": [3, 1, 0]})
    corpus = read_frame(table.assign(party=["Left", None, "Right"]), text="body")
    assert corpus.documents["doc_id"].tolist() == ["0", "1"]
    assert corpus.documents[["words", "party"]].to_numpy().tolist() == [["3", "Left"], ["1", ""]]
    assert corpus.documents["date"].tolist() == [pd.Timestamp("2024-06-22"), pd.NaT]
    assert corpus.problems.to_numpy().tolist() == [["2", "its 'body' is empty"]]
    with pytest.raises(CorpusError, match="2: its 'body' is empty"):
        read_frame(table, text="body", strict=True)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (pd.DataFrame({"text": ["a b", "c"], "doc_id": [7, 9]}), ["7", "9"]),
        (pd.DataFrame({"text": ["a b", "x", "c"]}).drop(index=1), ["0", "2"]),
        (pd.Series(["a b", "c"], index=["one", "two"]), ["one", "two"]),
        (pa.table({"text": ["a b", "c"]}), ["0", "1"]),
        ({"one": "a b", "two": "c"}, ["one", "two"]),
        ([{"text": "a b"}, {"text": "c"}], ["0", "1"]),
        (["a b", "c"], ["0", "1"]),
    ],
)
def test_what_is_no_table_yet_becomes_one(given, names):
    corpus = read_frame(given)
    assert corpus.documents["doc_id"].tolist() == names
    assert corpus.texts == ("a b", "c")
    assert load_tokens(given).to_frame()["token"].tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (pd.DataFrame({"txt": ["a"]}), "has no column 'text' but 'txt'"),
        (
            pd.DataFrame({"text": ["a", "b"], "doc_id": ["x", "x"]}),
            "'x' names 2 documents: give each document a doc_id",
        ),
        (pd.concat([pd.DataFrame({"text": ["a"]})] * 2), r"'0' names 2 documents: call reset_index\(drop=True\)"),
        (pd.DataFrame({"text": ["a"], "x": 1, "y": 2}).set_index(["x", "y"]), r"2 levels: .* reset_index\(\)"),
        (pd.DataFrame({("text", "en"): ["a"]}), "columns of 2 levels: give each column one name"),
        (pd.DataFrame({"text": [None]}), "0: its 'text' is empty"),
        ({}, "no rows"),
        ([1], "0: its 'text' is a number, not text"),
        ("sample", "'sample' is no table: give a DataFrame"),
    ],
)
def test_a_table_that_holds_no_corpus(given, said):
    with pytest.raises(CorpusError, match=said):
        read_frame(given)


def test_a_language_that_is_not_known_is_not_taken_for_the_default(make_corpus):
    table = "file,language\na.txt,xx\nb.txt,und\nc.txt,pt_BR\nd.txt,\n"
    corpus = make_corpus({"a.txt": "One.", "b.txt": "Two.", "c.txt": "Three.", "d.txt": "Four.", "metadata.csv": table})
    said = "language 'xx' is not a known code, such as 'en': read as 'und' (undetermined)"
    assert problems(corpus) == [("a.txt", said)]
    assert corpus.documents["language"].tolist() == ["und", "und", "pt_BR", "en"]
    assert tokenize(corpus).languages.tolist() == ["und", "und", "pt", "en"]


@pytest.mark.parametrize("column", ["file", "filename", "path", "doc_id"])
def test_metadata_names_files_with_or_without_ending(make_corpus, column):
    table = f"{column},source\nsub/a.txt,Daily\n./b,Wire\n"
    corpus = make_corpus({"sub/a.txt": "One.", "b.txt": "Two.", "metadata.csv": table})
    assert problems(corpus) == []
    assert corpus.documents.set_index("path")["source"].to_dict() == {"sub/a.txt": "Daily", "b.txt": "Wire"}


@pytest.mark.skipif(os.sep == "\\", reason="here a backslash stands between folders")
def test_a_backslash_in_a_name_and_one_between_folders(make_corpus):
    table = "file,source\nback\\slash.txt,Daily\nday\\one.txt,Wire\nday\\two,Post\n"
    files = {"back\\slash.txt": "One.", "day/one.txt": "Two.", "day/two.txt": "Three.", "day\\two.txt": "Four."}
    corpus = make_corpus(files | {"metadata.csv": table})
    sources = {"back\\slash.txt": "Daily", "day/one.txt": "Wire", "day/two.txt": "", "day\\two.txt": "Post"}
    assert corpus.documents.set_index("path")["source"].to_dict() == sources
    assert problems(corpus) == [
        ("day/two.txt", "has no row in metadata.csv: read without title, source and date"),
    ]


def test_rows_without_files_files_without_rows_and_rows_twice(make_corpus):
    table = "file,source\na.txt,Daily\na.txt,Wire\ngone.txt,Daily\n"
    corpus = make_corpus({"a.txt": "One.", "b.txt": "Two.", "metadata.csv": table})
    assert corpus.documents.set_index("doc_id")["source"].to_dict() == {"a": "Daily", "b": ""}
    assert problems(corpus) == [
        ("a.txt", "has more than one row in metadata.csv: the first is used"),
        ("gone.txt", "has a row in metadata.csv but there is no such file: add the file, or drop the row"),
        ("b.txt", "has no row in metadata.csv: read without title, source and date"),
    ]


def test_a_table_from_elsewhere(make_folder, tmp_path):
    folder = make_folder({"a.txt": "One."})
    elsewhere = tmp_path / "table.csv"
    elsewhere.write_bytes(codecs.BOM_UTF8 + "file,source\na.txt,Café\n".encode())
    assert read_corpus(folder, elsewhere, strict=True).documents["source"].tolist() == ["Café"]
    frame = pd.DataFrame({"file": ["a.txt"], "source": ["Daily"], "year": [2024], "note": [None]})
    documents = read_corpus(folder, frame, strict=True).documents
    assert documents[["source", "year", "note"]].to_numpy().tolist() == [["Daily", "2024", ""]]
    (folder / "b.txt").write_text("Two.")
    said = [("b.txt", "has no row in table.csv: read without title, source and date")]  # and not where that is
    assert problems(read_corpus(folder, elsewhere)) == said
    shutil.copy(elsewhere, folder)
    assert problems(read_corpus(folder, folder / "table.csv")) == said  # it is no text, though it lies with them


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("name,source\na.txt,Daily\n", "metadata.csv has the columns name, source: one called 'file' must name each"),
        ("name;source\na.txt;Daily\n", "metadata.csv has the columns name, source: one called 'file' must name each"),
        ("", "metadata.csv has no header"),
        ("file,source\na.txt,Daily\nb.txt,One,Two\n", "metadata.csv row 3 has 3 values for 2 columns: put values"),
        (bytes(range(256)), "metadata.csv is not a CSV table: its bytes are not text"),
    ],
)
def test_metadata_that_is_no_table_of_files(make_folder, table, message):
    with pytest.raises(CorpusError, match=message):
        read_corpus(make_folder({"a.txt": "One.", "metadata.csv": table}))


def test_metadata_that_is_not_there(make_folder):
    with pytest.raises(CorpusError, match=r"no such table: 'missing\.csv': give a CSV file"):
        read_corpus(make_folder({"a.txt": "One."}), "missing.csv")


def test_a_date_that_is_none(make_corpus):
    corpus = make_corpus({"a.txt": "One.", "metadata.csv": "file,date\na.txt,soon\n"})
    assert corpus.documents["date"].isna().tolist() == [True]
    assert problems(corpus) == [("a.txt", "date 'soon' is not a date, or could be two: write it as 2024-06-22")]


def test_read_text():
    corpus = read_text("The council met.", title="Minutes", source="Daily", date="2024-06-22")
    row = corpus.documents.iloc[0]
    assert (row["doc_id"], row["title"], row["source"]) == ("text", "Minutes", "Daily")
    assert row["date"] == pd.Timestamp("2024-06-22")
    with pytest.raises(KeyError, match="no document 'b'"):
        corpus.text("b")
    with pytest.raises(CorpusError, match="the text is empty: give at least one word"):
        read_text(" \n")
    with pytest.raises(CorpusError, match="date 'soon' is not a date, or could be two: write it as 2024-06-22"):
        read_text("One.", date="soon")


FOUR = read_texts(["One.", "Two.", "Three.", "Four."])  # doc_ids "0" to "3"


@pytest.mark.parametrize(
    "rows",
    [
        [False, True, False, True],
        np.array([False, True, False, True]),
        pd.Series([False, True, False, True]),
        pd.Series([False, True, False, True], dtype=object),  # it once had missing values
        pd.Series([False, True, False, True], index=range(5, 9)),
        pd.Series([True, True, False, False], index=[3, 1, 0, 2]),  # the table's own labels, sorted by something
        pd.Series([True, False, False, True], index=["3", "2", "0", "1"]),  # doc_ids, in another order
        [1, 3],
        range(1, 4, 2),
        np.array([1, 3], dtype=np.uint8),
        FOUR.documents.index[[1, 3]],
    ],
)
def test_a_mask_or_positions_choose_documents(rows):
    assert positions(rows, FOUR.documents).tolist() == [1, 3]
    assert FOUR.subset(rows).texts == ("Two.", "Four.")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([True, False], "a mask of 2 values: give one for each of the 4 documents"),
        (pd.Series([True, False, None, True]), "rows hold None: give one True or False for each of the 4 documents"),
        (pd.Series([True] * 4, index=list("012x")), "a mask with the label 'x': its index must be the doc_ids, or"),
        (pd.Series([True] * 4, index=list("0012")), "a mask with the label '0': its index must be the doc_ids, or"),
        ([0.0, 1.5], "rows hold 0.0: give one True or False for each of the 4 documents, or positions from 0 to 3"),
        (["0"], "rows hold '0': give one True or False"),
        ([-1], "rows hold -1: give one True or False"),
        ([2, 4], "rows hold 4: give one True or False"),
        (2, "rows is 2: give one True or False"),
        (FOUR.documents, "rows is a table of 2 dimensions: give one True or False"),
        ([0, 3, 1, 2], "rows hold 1 after 3: give each once, in rising order"),
        ([0, 1, 1, 2], "rows hold 1 after 1: give each once, in rising order"),
    ],
)
def test_what_chooses_no_documents(rows, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        positions(rows, FOUR.documents)


def test_a_corpus_takes_positions_in_any_order_and_no_document_twice():
    chosen = FOUR.subset([3, 0, 1])
    assert chosen.documents["doc_id"].tolist() == chosen.segments["doc_id"].tolist() == ["3", "0", "1"]
    assert chosen.texts == ("Four.", "One.", "Two.")
    with pytest.raises(ValueError, match=r"^rows hold 1 after 1: give each once$"):
        FOUR.subset([1, 3, 1])


def test_a_corpus_on_one_line_and_as_a_table(make_corpus):
    dates = "file,date\na.txt,2024-06-22\nb.txt,2023-01-05\n"
    corpus = make_corpus({"a.txt": "One.", "b.txt": "It rained. " * 400, "c.txt": "", "metadata.csv": dates})
    assert repr(corpus) == "<Corpus: documents 2, characters 4,404, dates 2023-01-05 to 2024-06-22, problems 1>"
    assert repr(FOUR) == "<Corpus: documents 4, characters 19, dates none, problems 0>"
    assert "<td>4,404</td>" in corpus._repr_html_()


def test_metadata_that_documents_have_themselves_are_kept_and_told(make_corpus):
    corpus = make_corpus(
        {
            "a.txt": "One.",
            "b.md": "---\nsha256: x\n---\nTwo.",
            "c.csv": "text,doc_id,metadata_doc_id\nThree.,7,u\nFour.,8,v\n",
            "metadata.csv": "file,doc_id,region\na.txt,first,north\nb.md,second,south\n",
        }
    )
    assert corpus.documents["doc_id"].tolist() == ["a", "b", "c#1", "c#2"]
    assert corpus.documents["metadata_doc_id"].tolist() == ["first", "second", "u", "v"]
    assert corpus.documents["metadata_metadata_doc_id"].tolist() == ["", "", "7", "8"]
    assert problems(corpus) == [  # once for a table, however many rows it has
        (file, f"its {own!r} is kept in the column {column!r}: documents have a {own!r} of their own")
        for file, own, column in (
            ("metadata.csv", "doc_id", "metadata_doc_id"),
            ("b.md", "sha256", "metadata_sha256"),
            ("c.csv", "doc_id", "metadata_metadata_doc_id"),
        )
    ]


def test_the_sample_has_no_problem(sample):
    assert len(sample.documents) == 26
    assert problems(sample) == []
    assert set(sample.documents["language"]) == {"en", "ur"}


def test_front_matter_is_metadata_and_is_not_counted(make_corpus):
    text = "---\ntitle: A plan\nsource: Daily\ndate: 2024-06-22\nsection: home\n---\n\nThe plan was made."
    corpus = make_corpus({"a.md": text})
    assert corpus.documents[["title", "source", "section"]].iloc[0].tolist() == ["A plan", "Daily", "home"]
    [start, end] = corpus.segments[["start", "end"]].iloc[0]
    assert corpus.text("a")[start:end] == "The plan was made."
    assert len(corpus.segments) == 1


def test_each_row_of_a_table_is_a_document(make_corpus):
    rows = "body,source,text\nThe council met.,Daily,x\n,Wire,y\nIt rose.,Wire,z\n"
    corpus = make_corpus({"news.csv": rows}, text_column="body")
    assert corpus.documents["doc_id"].tolist() == ["news#1", "news#3"]
    assert corpus.documents["source"].tolist() == ["Daily", "Wire"]
    assert corpus.texts == ("The council met.", "It rose.")
    assert problems(corpus) == [("news.csv#2", "line 3: its 'body' is empty")]


def test_file_names_say_what_the_rest_does_not(make_folder):
    folder = make_folder(
        {
            "Wire_2024-06-22_First.txt": "One.",
            "Daily_2024-06-23_Second.txt": "---\nsource: The Daily\nauthor:\n---\nTwo.",
            "Radio_2024-06-24_Third.txt": "Three.",
            "notes.txt": "Four.",
            "metadata.csv": "file,title,source\nRadio_2024-06-24_Third.txt,The third,\n",
        }
    )
    corpus = read_corpus(folder, name_pattern="{source}_{date}_{title}")
    rows = corpus.documents.set_index("doc_id")
    assert rows["source"].to_dict() == {
        "Daily_2024-06-23_Second": "The Daily",  # front matter goes over the name
        "Radio_2024-06-24_Third": "Radio",  # what the table leaves empty does not cover the name
        "Wire_2024-06-22_First": "Wire",
        "notes": "",
    }
    assert rows.loc["Radio_2024-06-24_Third", "title"] == "The third"
    assert rows["date"].dt.day.dropna().tolist() == [23, 24, 22]
    assert corpus.problems.to_numpy().tolist() == [
        ["notes.txt", "its name does not fit '{source}_{date}_{title}': nothing is known from it"],
        ["notes.txt", "has no row in metadata.csv: read without title, source and date"],
    ]
    with pytest.raises(CorpusError, match="file-name pattern 'plain' has no field"):
        read_corpus(folder, name_pattern="plain")


def test_names_that_agree_are_read_without_being_asked(make_folder):
    folder = make_folder(
        {f"{name}.txt": f"{name} spoke." for name in ("1789-Washington", "1793-Washington", "1797-Adams")}
    )
    corpus = read_corpus(folder)
    assert corpus.documents["source"].tolist() == ["Washington", "Washington", "Adams"]
    assert corpus.documents["date"].dt.year.tolist() == [1789, 1793, 1797]
    (problem,) = corpus.problems.itertuples(index=False)
    assert problem.path == "1789-Washington.txt"
    assert "as all 3, was read by the name_pattern '{date}-{source}'" in problem.reason
    assert read_corpus(folder, name_pattern="").documents["date"].isna().all()
    with pytest.raises(CorpusError, match="give another, or '' to read none"):
        read_corpus(folder, strict=True)
    (folder / "notes.txt").write_text("No date.", encoding="utf-8")
    corpus = read_corpus(folder)
    assert corpus.documents["date"].isna().all()
    assert corpus.problems.to_numpy().tolist() == [
        ["notes.txt", "its name does not fit '{date}-{source}', as 3 of 4 do: give that as name_pattern to use it"]
    ]
    (folder / "metadata.csv").write_text("file,source\n1797-Adams.txt,Adams\n", encoding="utf-8")
    assert read_corpus(folder).documents["date"].isna().all()  # a table says what there is to know


def test_files_of_the_same_bytes_are_kept_and_said_to_be_the_same(make_corpus):
    corpus = make_corpus({"a.txt": "One.", "b.txt": "One.", "c.csv": "text\nOne.\nOne.\n", "d.txt": "Two."})
    assert corpus.documents["doc_id"].tolist() == ["a", "b", "c#1", "c#2", "d"]
    assert corpus.problems.to_numpy().tolist() == [["b.txt", "has the same bytes as a.txt: both are kept"]]


def test_one_line_of_two_hundred_megabytes(tmp_path):
    line = "The council met at noon and the members were told of it. " * 3_600_000
    (tmp_path / "long.txt").write_text(line, encoding="utf-8")
    corpus = read_corpus(tmp_path)
    assert corpus.documents["n_chars"].tolist() == [len(line)]
    assert corpus.segments[["kind", "end"]].to_numpy().tolist() == [["paragraph", len(line) - 1]]


def test_a_row_and_a_file_of_one_name_are_two_documents(make_corpus):
    corpus = make_corpus({"a.csv": "text\nOne.\n", "a#1.txt": "Two."})
    assert corpus.documents["doc_id"].tolist() == ["a#1", "a.csv#1"]
    assert [corpus.text(doc_id) for doc_id in ("a#1", "a.csv#1")] == ["Two.", "One."]
