"""What was read, as tables and in a sentence."""

import pandas as pd

from analysis import tokenize
from analysis.publish.corpus_tables import summary_of, title_of, write_corpus_tables


def test_boilerplate_and_broken_paragraphs_are_listed_with_their_places(make_corpus, tmp_path):
    corpus = make_corpus(
        {"a.txt": "Rain Falls\n\nIt rained all day long in the whole of the old town and\n\nRead more: the river\n"}
    )
    run = tmp_path / "run"
    run.mkdir()
    write_corpus_tables(run, tokenize(corpus))
    for name in ("boilerplate", "truncated"):
        table = pd.read_csv(run / "corpus" / f"{name}.csv")
        [row] = table.to_dict("records")
        assert corpus.text(row["doc_id"])[row["start"] : row["end"]] == row["text"]
    documents = pd.read_csv(run / "corpus" / "documents.csv")
    assert documents[["doc_id", "n_chars"]].to_numpy().tolist() == [["a", len(corpus.texts[0])]]
    assert (run / "corpus" / "problems.csv").read_text() == "path,reason\n"


def test_a_corpus_is_called_by_its_folder_and_a_document_by_its_title():
    one = pd.DataFrame({"doc_id": ["a"], "title": ["Rain Falls"]})
    assert title_of(one, "x/y") == "Rain Falls"
    assert title_of(one.assign(title=""), "x/y") == "a"
    assert title_of(pd.concat([one, one]), "x/y") == "Y"
    assert title_of(one.assign(title="Rain\nFalls\x01"), "x/y") == "Rain\\nFalls\\x01"
    assert title_of(pd.concat([one, one]), "x/y\x1b") == "Y\\x1b"


def test_the_summary_says_what_there_is():
    days = [pd.Timestamp("2024-06-02"), pd.Timestamp("2024-07-20"), pd.NaT]
    table = pd.DataFrame({"n_chars": [10, 20, 1000], "source": ["A", "B", None], "date": days})
    assert summary_of(table) == "3 documents, 1,030 characters, 2 sources, 2 June 2024 to 20 July 2024."
    bare = pd.DataFrame({"n_chars": [10], "source": [""], "date": [pd.NaT]})
    assert summary_of(bare) == "1 document, 10 characters."
