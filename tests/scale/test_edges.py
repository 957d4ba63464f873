"""Corpora with next to nothing in them, odd names, little memory, and tables that would cover what is read."""

import importlib
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import read_corpus
from analysis.core import resources
from analysis.core.errors import ParameterError
from analysis.core.jobs import FEW, run_stage
from analysis.core.paths import LEXICONS, SAMPLE
from analysis.core.resources import BASE, SMALLEST, budget, connect, fitting
from analysis.engine import pairing
from analysis.engine.files import corpus_name
from analysis.framing.lexicon import read_lexicon
from analysis.scale import by_document
from analysis.scale.count import count, totals
from analysis.scale.frames import frame_counts
from analysis.scale.near import near
from analysis.scale.pairs import pairs
from analysis.text.corpus import CorpusError

LEXICON = read_lexicon(LEXICONS / "security_communication.yml")
SAID = "It rained all night in the north. The council met at noon and closed the bridge."
Make = Callable[..., Any]
TABLES: dict[str, Make] = {
    "count": count,
    "frames": lambda corpora, out, **more: frame_counts(corpora, LEXICON, out, **more),
    "totals": totals,
    "pairs": pairs,
    "sentences": near,
    "paragraphs": lambda corpora, out, **more: near(corpora, out, unit="paragraph", **more),
}
EVERY = pytest.mark.parametrize("make", TABLES.values(), ids=TABLES)


def folder(place: Path, **texts: str) -> Path:
    """A corpus of a file for each text."""
    place.mkdir()
    for name, text in texts.items():
        (place / f"{name}.txt").write_text(text)
    return place


@EVERY
@pytest.mark.parametrize("texts", [{}, {"a": "", "b": " \n"}], ids=["no file", "no text"])
def test_no_document_is_an_error_that_says_why_and_leaves_nothing(make: Make, texts: dict[str, str], tmp_path: Path):
    corpus, out = folder(tmp_path / "corpus", **texts), tmp_path / "out" / "table.csv"
    why = "a.txt: is empty" if texts else "it holds no file"
    with pytest.raises(CorpusError, match=f"no document could be read from '{corpus}': {why}"):
        make([corpus], out, memory=SMALLEST)
    assert not list(tmp_path.glob("out/*"))


@EVERY
def test_documents_without_a_word_have_a_table_without_a_count(make: Make, tmp_path: Path):
    make([folder(tmp_path / "corpus", a="...", b="--")], tmp_path / "table.csv", memory=SMALLEST)
    table = pd.read_csv(tmp_path / "table.csv")
    frames = len(LEXICON.frames) if "hits" in table else 0  # zeros too
    assert (len(table), table.get("hits", pd.Series([0])).sum()) == (2 * frames, 0)
    assert sorted(path.suffix for path in tmp_path.iterdir() if "common" not in path.name) == ["", ".csv"]


@EVERY
def test_problems_are_those_of_reading_the_whole(make: Make, tmp_path: Path):
    corpus, out = folder(tmp_path / "corpus", a=SAID, b="", c=SAID), tmp_path / "table.csv"
    (corpus / "picture.png").write_bytes(b"\x89PNG")
    found = make([corpus], out, memory=SMALLEST)
    expected = read_corpus(corpus).problems
    assert getattr(found, "problems", 3) == len(expected) == 3  # of totals no more is told than how many rows there are
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "table.problems.csv"), expected, check_dtype=False)


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
@pytest.mark.parametrize("text", ["Too short.", "...", "Five words that are here."])
def test_a_table_without_a_pair_has_its_columns(text: str, name: str, tmp_path: Path):
    corpus, out = folder(tmp_path / "corpus", a=text, b="Something else is written."), tmp_path / name
    for make, columns in (
        (pairs, "a,b,shared,containment_a,containment_b,jaccard,earlier"),
        (near, "a_doc,a_start,a_end,b_doc,b_start,b_end,similarity,omitted"),
    ):
        assert make([corpus], out, memory=SMALLEST).pairs == 0
        table = pd.read_parquet(out) if name.endswith("parquet") else pd.read_csv(out)
        assert (len(table), table.columns.tolist()) == (0, columns.split(","))


def test_reading_parameters_are_kept_to(tmp_path: Path):
    rows = [
        {"body": f"The bridge {face} over the {river} river {face} is closed", "text": f"nothing {face}"}
        for face, river in (("☹", "old"), ("☺", "OLD"))
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "news.parquet")

    def found(make: Any, **reading: Any) -> int:
        number: int = make([tmp_path / "news.parquet"], tmp_path / "out.parquet", memory=SMALLEST, **reading).pairs
        return number

    assert [found(make, text_column="body") for make in (pairs, near)] == [0, 0]  # each face is a word
    assert found(pairs, emoji=False) == 0
    assert [found(make, text_column="body", emoji=False) for make in (pairs, near)] == [1, 1]
    assert found(near, text_column="body", emoji=False, lowercase=False) == 0


@pytest.mark.parametrize(("text", "words", "sentences"), [("Rain", 1, 1), (SAID, 14, 2)])
def test_one_document_is_counted_and_paired_with_nothing(text: str, words: int, sentences: int, tmp_path: Path):
    corpus, out = folder(tmp_path / "corpus", a=text), tmp_path / "table.parquet"
    counted = count([corpus], out, memory=SMALLEST, adjust_for_redundancy=True)
    assert (counted.documents, counted.rows) == (1, words)
    assert totals([corpus], out, memory=SMALLEST) == words
    assert pairs([corpus], out, memory=SMALLEST)[:2] == (1, 0)
    assert near([corpus], out, memory=SMALLEST)[:3] == (1, sentences, 0)


@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_problems_that_are_gone_are_told_no_more(kind: str, tmp_path: Path):
    corpus, out = folder(tmp_path / "corpus", a="Rain", b=""), tmp_path / f"table{kind}"
    assert count([corpus], out, memory=SMALLEST).problems == 1
    assert (tmp_path / "table.problems.csv").exists()
    (corpus / "b.txt").write_text("Snow")
    assert count([corpus], out, memory=SMALLEST).problems == 0
    assert not (tmp_path / "table.problems.csv").exists()


@EVERY
def test_a_table_is_not_written_over_the_text_that_it_is_made_of(make: Make, tmp_path: Path):
    news, link = tmp_path / "news.csv", tmp_path / "link.csv"
    news.write_text(f'text\n"{SAID}"\n')
    link.symlink_to(news)
    for out in (news, link):
        with pytest.raises(
            ValueError, match=f"^'{out}' is read and would be written over: give the table another name"
        ):
            make([news], out, memory=SMALLEST)
    with pytest.raises(ValueError, match="is read and would be written over"):
        make([f"file://{news}"], news, memory=SMALLEST)
    assert news.read_text() == f'text\n"{SAID}"\n'
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.csv", "news.csv"]


@pytest.mark.parametrize("read", ["metadata.csv", "table.problems.csv", "table.common.csv"])
def test_what_is_read_is_not_covered_by_what_stands_beside_the_table(read: str, tmp_path: Path):
    corpus = folder(tmp_path / "corpus", a=SAID)
    (corpus / read).write_text("file,text\na.txt,Rain\n")
    out = corpus / ("metadata.csv" if read == "metadata.csv" else "table.parquet")
    with pytest.raises(ValueError, match=f"^'{corpus / read}' is read and would be written over"):
        pairs([corpus], out, memory=SMALLEST)
    assert (corpus / read).read_text() == "file,text\na.txt,Rain\n"


def test_metadata_that_are_given_are_not_covered_either(typed: Any, tmp_path: Path):
    corpus, metadata = folder(tmp_path / "corpus", a=SAID), tmp_path / "about.csv"
    metadata.write_text("file,title\na.txt,Rain\n")
    status, _, said = typed("count", corpus, "--out", metadata, "-p", f"metadata={metadata}")
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith(f"lafz: '{metadata}' is read and would be written over")
    assert metadata.read_text() == "file,title\na.txt,Rain\n"


def test_a_table_in_the_home_folder_covers_nothing_there_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    texts, about = tmp_path / "news.csv", folder(tmp_path / "corpus", a=SAID) / "metadata.csv"
    texts.write_text(f'text\n"{SAID}"\n')
    about.write_text("file,title\na.txt,Rain\n")
    for corpus, out, more in (
        (texts, "~/news.csv", {}),
        (tmp_path / "corpus", "~/corpus/metadata.csv", {}),
        (tmp_path / "corpus", about, {"metadata": "~/corpus/metadata.csv"}),
    ):
        with pytest.raises(ValueError, match=f"^'{out}' is read and would be written over"):
            count([corpus], out, memory=SMALLEST, **more)
    assert len(list(tmp_path.rglob("*"))) == 4


@pytest.mark.parametrize("place", [".", "corpus"])
def test_an_earlier_table_is_replaced_also_among_the_texts(place: str, tmp_path: Path):
    corpus, out = folder(tmp_path / "corpus", a=SAID), tmp_path / place / "counts.csv"
    for _ in range(2):
        count([corpus], out, memory=SMALLEST)
    assert len(pd.read_csv(out)) == 14


@EVERY
def test_a_name_that_is_no_text_stands_before_documents_as_it_is_written_out(make: Make, tmp_path: Path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/news\xff"))
    try:
        odd.mkdir()
    except OSError:
        pytest.skip("this file system has no names that are no text")
    (odd / "a.txt").write_text(SAID)
    make([odd, folder(tmp_path / "other", b=SAID)], tmp_path / "table.csv", memory=SMALLEST)
    table = pd.read_csv(tmp_path / "table.csv")
    names = {value for column in ("doc_id", "a", "b", "a_doc", "b_doc") if column in table for value in table[column]}
    assert "term" in table or names == {"news\\udcff/a", "other/b"}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a/news/..", "a"),
        ("a/news/.", "news"),
        ("~/../x", "x"),
        ("a.b/c.d.txt", "c.d"),
        ("s3://bucket/*.csv", "bucket"),
    ],
)
def test_the_name_of_a_corpus_is_that_of_the_folder_that_is_meant(given: str, name: str):
    assert corpus_name(given) == name


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--out", "{file}/table.csv"], "what should be a folder on the way is a file: give another path"),
        (["--out", "table.csv", "--work", "{file}"], "what should be a folder on the way is a file: give another path"),
        (["--out", "x" * 252 + ".csv"], "give a shorter name"),
    ],
)
def test_a_place_that_cannot_be_is_told_in_one_line(
    typed: Any, tmp_path: Path, more: list[str], said: str, monkeypatch
):
    corpus = folder(tmp_path / "corpus", a=SAID)
    monkeypatch.chdir(tmp_path)
    status, _, errors = typed("count", corpus, *(each.format(file=corpus / "a.txt") for each in more))
    assert (status, errors.count("\n")) == (2, 1)
    assert errors.endswith(f": {said}\n")


@EVERY
def test_a_text_for_which_there_is_no_memory_is_refused_before_it_is_read(make: Make, tmp_path: Path):
    corpus = folder(tmp_path / "corpus", a=SAID)
    with (corpus / "long.txt").open("wb") as file:
        file.truncate(301_000_000)
    with pytest.raises(ParameterError, match=r"^'long\.txt' has a text of 301\.0 MB, which takes a"):
        make([corpus], tmp_path / "table.csv", memory=10**9)
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_what_a_text_takes_is_told_in_one_line(typed: Any, tmp_path: Path):
    with (folder(tmp_path / "corpus") / "long.txt").open("wb") as file:
        file.truncate(301_000_000)
    status, _, errors = typed("count", tmp_path / "corpus", "--out", tmp_path / "table.csv", "--memory", "1GB")
    assert status == 2
    assert errors == (  # 0.27 GB and 16 bytes a character
        "lafz: 'long.txt' has a text of 301.0 MB, which takes a process of 5,086 MB, and --memory leaves one 1,000 MB: "
        "give more, or divide the text\n"
    )


def test_workers_of_this_machine_are_as_many_as_the_memory_is_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resources, "cores", lambda: 64)
    assert [fitting(size) for size in (SMALLEST, 2 * SMALLEST - 1, 2 * SMALLEST, 10**9, 100 * SMALLEST)] == [
        1,
        1,
        2,
        3,
        64,
    ]
    # What each has holds a process and a shard.
    assert all(size // fitting(size) > BASE for size in range(SMALLEST, 20 * SMALLEST, 10**7))
    assert budget(10**9 // fitting(10**9), local=False).characters == (10**9 // 3 - BASE) // 30


def test_so_many_workers_are_begun(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(resources, "cores", lambda: 64)
    with connect("local", workers=2) as client:
        assert len(client.scheduler_info()["workers"]) == 2


def test_short_tasks_are_given_to_new_processes_only_where_there_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "code").mkdir()
    source = "import os\n\ndef told(task, place):\n    (place / 'process').write_text(str(os.getpid()))\n"
    (tmp_path / "code" / "edge_stage.py").write_text(source)  # of a module, which new processes can import too
    monkeypatch.syspath_prepend(tmp_path / "code")
    function = importlib.import_module("edge_stage").told

    def here(number: int, short: bool) -> bool:
        tasks = [SimpleNamespace(key=f"{number}-{short}-{k}") for k in range(number)]
        places = run_stage(function, tasks, tmp_path / "work", cores=2, short=short)
        return {(place / "process").read_text() for place in places} == {str(os.getpid())}

    assert here(2 * FEW - 1, short=True)
    assert not here(2 * FEW, short=True)
    assert not here(2, short=False)


# --- interrupted, and done by others


@EVERY
def test_an_interrupted_call_goes_on_where_it_stood(
    make: Make, tmp_path: Path, cut_near: Callable[[int, int], None], monkeypatch: pytest.MonkeyPatch
):
    cut_near(10_000, 1_000)
    monkeypatch.setattr(by_document, "budget", pairing.budget)
    whole, out = tmp_path / "whole.parquet", tmp_path / "table.parquet"
    make([SAMPLE], whole, memory=10**9)
    stopped: list[str] = []  # the stages of several tasks, each after its first one, or after what was done before
    begun: dict[str, int] = {}  # with how many tasks done each began in the last call

    def progress(what: str, done: int, total: int) -> None:
        if done > begun.setdefault(what, done) and done < total and what not in stopped:
            stopped.append(what)
            raise KeyboardInterrupt

    for stages in range(9):
        begun.clear()
        with suppress(KeyboardInterrupt):
            make([SAMPLE], out, memory=10**9, progress=progress)
        assert all(begun.get(what) for what in stopped[:stages])
        if len(stopped) == stages:
            break
        assert not out.exists()
    assert {*stopped} >= ({"counting"} if "counting" in begun else {"reading"})
    assert make is not near or "comparing" in stopped
    assert out.read_bytes() == whole.read_bytes()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "killed_at"), [(pairs, {"reading"}), (near, {"comparing"}), (near, {"reading", "comparing"})]
)
def test_workers_of_a_cluster_write_the_same_bytes(
    make: Make, killed_at: set[str], tmp_path: Path, cut_near: Callable[[int, int], None]
):
    pytest.importorskip("distributed")
    cut_near(10_000, 1_000)
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    found = make([SAMPLE], here, memory=10**9)
    with suppress(TimeoutError), connect("local", workers=4) as client:  # of whom some are killed
        alive = list(client.run(os.getpid).values())

        def progress(what: str, done: int, total: int) -> None:
            if what in killed_at and done == 1:
                assert done < total  # others are to do yet
                os.kill(alive.pop(), signal.SIGKILL)

        assert make([SAMPLE], there, memory=10**9, client=client, progress=progress) == found
    assert len(alive) == 4 - len(killed_at)
    assert there.read_bytes() == here.read_bytes()
