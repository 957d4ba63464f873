"""Two runs held against each other: what differs in the making, which rows and numbers, and the page that says so."""

import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from analysis.core.errors import ParameterError
from analysis.core.files import LeftAlone
from analysis.core.paths import FIGURES
from analysis.publish.comparing.comparable import COMPARED, whole
from analysis.publish.comparing.compare import compare
from analysis.publish.comparing.compare_page import names_of, write_comparison
from analysis.publish.loading import load_run
from analysis.publish.markup import page_of
from analysis.publish.tables import write_json, write_table

SAMPLE_RUN = FIGURES / "sample"
VERSIONS = {"lafz": "0.1.0", "source": "a" * 64, "versions": {"numpy": "2.4"}}


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def make_run(tmp_path):
    """Writes the folder of a run: its tables, its parameters, and the files that it read, path to content."""

    def make(name, tables, *, read=None, versions=VERSIONS, **parameters):
        folder = tmp_path / name
        sections = dict.fromkeys(table.partition("/")[0] for table in tables)
        for table, rows in tables.items():
            (folder / table).parent.mkdir(parents=True, exist_ok=True)
            write_table(rows, folder / table, caption=f"{table}.")
        written = {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.*"))}
        own = {"corpus": "texts", "group_by": None, **parameters}
        inputs, outputs = (
            [{"path": path, "sha256": sha(text), "bytes": len(text.encode())} for path, text in files.items()]
            for files in (read or {"texts/a.txt": "a"}, written)
        )
        manifest = {"inputs": inputs, "outputs": outputs, "parameters": dict.fromkeys(sections, own), **versions}
        write_json(manifest, folder / "manifest.json")
        return folder

    return make


def profile(**rates):
    rows = [(frame, hits, rate, low, high) for frame, (hits, rate, low, high) in rates.items()]
    return pd.DataFrame(rows, columns=["frame", "hits", "per_1000_words", "ci_low", "ci_high"])


def matches(**hits):
    """Each frame's hits, by document: "aab" is two in document a and one in b."""
    rows = [(doc, frame) for frame, docs in hits.items() for doc in docs]
    return pd.DataFrame(rows, columns=["doc_id", "frame"]).assign(sentence=0, weight=0.5)


def test_control_characters_are_written_out_on_a_page():
    empty = dict.fromkeys(("sections", "corpus", "settings"), ())
    about = dict.fromkeys(("summary", "path", "version", "source"), "")
    page = page_of("export.html.j2", annex=True, title="Corpus “a\x01\x1b[31m”", **empty, **about)
    assert "“a\\x01\\x1b[31m”" in page


def test_independent_texts_are_compared_by_their_two_intervals(make_run):
    a = make_run("a", {"framing/profile": profile(war=(20, 2.0, 1.0, 3.0), law=(50, 5.0, 4.0, 6.0), art=(0, 0, 0, 0))})
    b = make_run(
        "b",
        {"framing/profile": profile(war=(30, 6.0, 4.5, 8.0), law=(25, 5.0, 3.0, 7.0), sea=(1, 0.2, 0.1, 0.3))},
        read={"texts/b.txt": "b"},
    )
    found = compare(a, b)
    row = found.overview.iloc[0]
    assert (row["rows"], row["only_a"], row["only_b"], row["method"]) == (2, 1, 1, "two intervals")
    assert (row["intervals"], row["moved"], row["sure"]) == (2, 1, 1)
    table = found.tables["framing/profile"].set_index("frame")
    # war: 6 - 2, less and more the root of 1.5² + 1² and of 2² + 1²
    assert table.loc["war", "difference"] == 4
    assert table.loc["war", "ci_low"] == pytest.approx(4 - np.sqrt(1.5**2 + 1))
    assert table.loc["war", "ci_high"] == pytest.approx(4 + np.sqrt(2**2 + 1))
    assert table["moved"].to_dict() == {"law": False, "war": True}
    assert found.making == ["A read 1 file of texts (texts), B 1 file of texts (texts); none is in both."]


def test_words_that_a_run_lacks_stand_for_0_where_both_leave_out_the_same(make_run):
    def words(**counts):
        table = pd.DataFrame({"term": list(counts), "count": list(counts.values())})
        return table.assign(per_million=table["count"] * 1000.0, ci_low=table["count"] * 500.0, ci_high=9000.0)

    tables = {"term_frequency/all_words": words(war=4, peace=8)}, {"term_frequency/all_words": words(war=4)}
    runs = [make_run(f"r{n}", own, read={f"texts/{n}": str(n)}, stopwords="x") for n, own in enumerate(tables)]
    row = compare(*runs).tables["term_frequency/all_words"].set_index("term").loc["peace"]
    assert (row["a"], row["b"], row["difference"]) == (8000, 0, -8000)
    # Four hits at 4,000 a million are a thousandth of a million words: nothing seen, up to 3.69 / 0.001 a million.
    assert row["b_high"] == pytest.approx(1000 * -np.log(0.025))
    other = make_run("other", tables[1], read={"texts/1": "1"}, stopwords="y")
    found = compare(runs[0], other)
    assert found.overview[["rows", "only_a"]].iloc[0].tolist() == [1, 1]


def same_texts(make_run, name, words, read=None, **hits):
    size = words.sum()
    counts = {frame: len(docs) for frame, docs in hits.items()}
    rates = {frame: (n, round(1000 * n / size, 4), 0.1, 90.0) for frame, n in counts.items()}
    tables = {
        "framing/profile": profile(**rates),
        "framing/matches": matches(**hits),
        "framing/sentence_frames": pd.DataFrame({"doc_id": words.index}),
        "term_frequency/diversity": pd.DataFrame({"doc_id": words.index, "words": words.to_numpy(), "mattr": 0.5}),
    }
    return make_run(name, tables, read=read)


def test_the_same_texts_are_drawn_in_pairs(make_run):
    docs = "abcdefghijklmnopqrst"
    words = pd.Series(100, index=list(docs))
    a = same_texts(make_run, "one", words, war=docs + docs, law=docs)
    b = same_texts(make_run, "two", words, war=docs, law=docs)
    found = compare(a, b)
    assert found.overview["method"].tolist() == ["paired"]
    table = found.tables["framing/profile"].set_index("frame")
    # One hit less in each of 20 documents of 100 words, as surely as a Poisson count of 20.
    assert table.loc["war", ["difference", "ratio"]].tolist() == [-10, 0.5]
    assert table.loc["war", "ci_high"] < -5
    assert table["moved"].to_dict() == {"law": False, "war": True}
    assert found.making[0] == "Both runs read the same 1 file of texts (texts)."


def test_counts_that_do_not_give_the_rates_are_not_used(make_run):
    words = pd.Series(100, index=list("abcd"))
    a, b = same_texts(make_run, "one", words, war="aabb"), same_texts(make_run, "two", words, war="ab")
    table = pd.read_csv(b / "framing/profile.csv").assign(per_1000_words=17.0)
    write_table(table, b / "framing/profile", caption="Of other counts, by weights that no table has.")
    assert compare(a, b).overview["method"].tolist() == ["two intervals, at most"]


def test_other_texts_of_the_same_names_are_not_drawn_in_pairs(make_run):
    words = pd.Series(100, index=list("abcd"))
    a = same_texts(make_run, "one", words, war="aabb")
    b = same_texts(make_run, "two", words, {"texts/a.txt": "another"}, war="ab")
    assert compare(a, b).overview["method"].tolist() == ["two intervals"]


def test_tables_that_mean_other_things_are_said_to_and_not_compared(make_run):
    phrases = pd.DataFrame({"term": ["war on"], "count": [2], "per_million": [2.0], "ci_low": 1.0, "ci_high": 3.0})
    voice = pd.DataFrame({"source": ["x", "y"], "per_1000_words": [1.0, 2.0], "ci_low": 0.5, "ci_high": 3.0})
    a = make_run("a", {"term_frequency/all_phrases": phrases, "framing/voice": voice}, group_by="source", ngram=2)
    other = voice.rename(columns={"source": "outlet"})
    more = {"term_frequency/all_phrases": phrases.assign(count=3), "framing/voice": other}
    b = make_run("b", more, group_by="outlet", ngram=3)
    found = compare(a, b)
    notes = dict(zip(found.overview["table"], found.overview["note"], strict=True))
    assert notes["term_frequency/all_phrases"] == "the parameter ngram is not the same"
    assert notes["framing/voice"] == "the parameter group_by is not the same"
    assert found.tables == {}


def test_what_differs_in_the_making_is_told_in_sentences(make_run):
    table = {"framing/profile": profile(war=(1, 1.0, 0.5, 2.0))}
    texts = {"texts/a.txt": "a", "texts/b.txt": "b", "texts/metadata.csv": "m", "lex.yml": "1"}
    a = make_run("a", table, read=texts, lexicon="lex.yml", margin=0.0, emoji=True)
    read = {"texts/a.txt": "a", "texts/c.txt": "c", "lex.yml": "2"}
    newer = VERSIONS | {"source": "b" * 64, "versions": {"numpy": "2.5"}}
    b = make_run("b", table, read=read, versions=newer, lexicon="lex.yml", margin=0.5, emoji=False)
    assert compare(a, b).making == [
        "A read 2 files of texts (texts), B 2 files of texts (texts); 1 is in both, byte for byte.",
        "The parameter emoji is on in A and off in B.",
        "The parameter margin is 0 in A and 0.5 in B.",
        f"lex.yml is another file: {sha('1')[:12]} in A, {sha('2')[:12]} in B (SHA-256).",
        "Only A has metadata.csv of the corpus.",
        f"The program is not the same ({12 * 'a'} in A, {12 * 'b'} in B, SHA-256): what moved may have moved with it.",
        "Other versions: numpy (2.4 in A, 2.5 in B).",
    ]


def test_a_corpus_that_was_moved_is_the_same_corpus(make_run):
    table = {"framing/profile": profile(war=(1, 1.0, 0.5, 2.0))}
    a = make_run("a", table, read={"texts/a.txt": "a", "texts/gold/validity.yml": "v"})
    b = make_run("b", table, read={"../x/a.txt": "a", "../x/gold/validity.yml": "v"}, corpus="../x")
    assert compare(a, b).making == ["Both runs read the same 1 file of texts (texts for A, ../x for B)."]


def test_the_same_run_twice_has_not_moved(tmp_path):
    found = compare(SAMPLE_RUN, SAMPLE_RUN)
    assert (len(found.overview), found.left, found.tables) == (0, [], {})
    assert len(found.making) == 1
    page = write_comparison(found, tmp_path / "out").read_text()
    assert "Nothing moved: every table is the same, byte for byte." in page
    assert "Parameters, other files that were read, versions: all the same." in page


def test_every_declared_column_is_in_the_sample(tmp_path):
    run = load_run(SAMPLE_RUN)
    for number in COMPARED:
        columns = set(run[number.table].columns)
        wanted = {number.value, number.low, number.high, number.counted, number.rate, *number.keys}
        assert wanted - {"", "<group>"} <= columns, number.table
        keys = ["source" if key == "<group>" else key for key in number.keys]
        assert not run[number.table].duplicated(keys).any(), number.table
    assert len(whole(run)) == 13


def test_what_a_run_found_in_all_is_reckoned_from_its_tables(make_run):
    tables = {
        "redundancy/repeated_shares": pd.DataFrame({"repeated": [30, 20], "words": [100, 150]}),
        "redundancy/near_repeats": pd.DataFrame({"similarity": [0.7] * 4}),
        "redundancy/clusters": pd.DataFrame({"cluster": [0, 0, 1]}),
        "framing/coverage": pd.DataFrame({"status": ["framed", "tie", "framed"], "sentences": [3, 2, 5]}),
    }
    found = whole(load_run(make_run("a", tables))).set_index("name")["value"].to_dict()
    assert found == {
        "sentences in which a frame leads": 0.8,
        "words in sentences that occur more than once": 0.2,
        "pairs of nearly equal sentences": 4,
        "clusters of documents": 2,
    }


def test_two_runs_without_a_notebook_in_common_are_refused(make_run, tmp_path):
    a = make_run("a", {"framing/profile": profile(war=(1, 1.0, 0.5, 2.0))})
    b = make_run("b", {"redundancy/near_repeats": pd.DataFrame({"similarity": [0.7]})})
    with pytest.raises(ParameterError, match=r"nothing in common: .* has framing and .* has redundancy"):
        compare(a, b)
    with pytest.raises(ParameterError, match=r"holds no manifest\.json"):
        compare(a, tmp_path)


def test_the_page_says_what_moved_first_and_escapes_what_documents_say(make_run, tmp_path):
    bad = "<script>alert(1)</script>"
    tables = [{"framing/profile": profile(**{bad: row})} for row in ((20, 2.0, 1.0, 3.0), (60, 6.0, 4.5, 8.0))]
    runs = [make_run(f"r{n}", own, read={f"texts/{n}": str(n)}) for n, own in enumerate(tables)]
    out = tmp_path / "deep" / "out"
    page = write_comparison(compare(*runs), out).read_text()
    assert "<script" not in page
    assert "default-src 'none'; img-src data:; font-src data:; script-src 'none'; style-src-elem 'sha256-" in page
    assert page.index("1 of 1 moved; it holds when corrected for 1 comparison") < page.index(
        "What differs in the making</h2>"
    )
    assert {path.name for path in (out / "framing").iterdir()} == {
        f"profile.{k}" for k in "csv json svg png pdf".split()
    }
    about = json.loads((out / "compare.json").read_text())
    assert about["runs"]["a"]["manifest"] == hashlib.sha256((runs[0] / "manifest.json").read_bytes()).hexdigest()
    written = pd.read_csv(out / "framing" / "profile.csv")
    assert written[["a", "b", "difference"]].to_numpy().tolist() == [[2, 6, 4]]
    again = write_comparison(compare(*runs), tmp_path / "deep" / "again")
    assert again.read_text() == page
    assert str(tmp_path) not in page


def test_only_an_earlier_comparison_is_replaced(make_run, tmp_path):
    run = make_run("a", {"framing/profile": profile(war=(1, 1.0, 0.5, 2.0))})
    found, out = compare(run, run), tmp_path / "out"
    write_comparison(found, out)
    (out / "left.csv").touch()
    write_comparison(found, out)
    assert not (out / "left.csv").exists()
    (tmp_path / "link").symlink_to(out)
    (out / "left.csv").touch()
    for left in (".out.building-x", ".out.building-y"):  # of a process that was killed, and of somebody else
        (tmp_path / left / "new").mkdir(parents=True)
    (tmp_path / ".out.building-x" / "made-by-lafz").touch()
    with pytest.warns(LeftAlone, match=r"\.out\.building-y' has the name of a working folder"):
        write_comparison(found, tmp_path / "link")
    assert not (out / "left.csv").exists()
    assert (tmp_path / "link").is_symlink()
    assert {path.name for path in tmp_path.glob(".*")} == {".out.building-y"}
    with pytest.raises(ParameterError, match="exists and is no earlier comparison"):
        write_comparison(found, run)
    assert (run / "manifest.json").is_file()


def test_runs_of_one_name_are_told_apart(make_run, tmp_path):
    run = make_run("a", {"framing/profile": profile(war=(1, 1.0, 0.5, 2.0))})
    shutil.copytree(run, tmp_path / "other" / "a")
    names = names_of(load_run(run), load_run(tmp_path / "other" / "a"))
    assert names == (f"{tmp_path.name}/a", "other/a")
