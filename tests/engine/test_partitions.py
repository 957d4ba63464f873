"""A corpus read in pieces is the corpus read whole, however it is cut."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from analysis import Corpus, read_corpus, tokenize
from analysis.core.errors import ParameterError
from analysis.core.paths import SAMPLE
from analysis.core.resources import Budget
from analysis.engine import partitions as module
from analysis.engine.partitions import Partition, partitions, plan_partitions, read_shards
from analysis.text.corpus import CorpusError

SIZES = [1, 700, 5_000, 10**6]


def parts_of(folder: str | Path, characters: int, **reading: object) -> list[Corpus]:
    return [shard for piece in partitions([folder], characters=characters, **reading) for shard in read_shards(piece)]


def together(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Tables of shards as one; a column that a shard's documents do not have is empty."""
    return pd.concat([table for table in tables if len(table)], ignore_index=True)[columns].fillna("").astype(str)


def problems(shards: list[Corpus]) -> list[tuple[str, str]]:
    return [tuple(row) for shard in shards for row in shard.problems.itertuples(index=False)]


@pytest.mark.parametrize("characters", SIZES)
@pytest.mark.parametrize("reading", [{}, {"name_pattern": "{source} {title}"}, {"language": "ur"}])
def test_shards_are_the_corpus(tangled, characters, reading):
    whole = read_corpus(tangled, **reading)
    shards = parts_of(tangled, characters, **reading)
    for name in ("documents", "segments"):
        table = getattr(whole, name)
        expected = table.fillna("").astype(str)
        pd.testing.assert_frame_equal(
            together([getattr(shard, name) for shard in shards], list(table.columns)), expected
        )
    assert [text for shard in shards for text in shard.texts] == list(whole.texts)
    assert sorted(problems(shards)) == sorted(whole.problems.itertuples(index=False, name=None))


def test_the_tangled_corpus_has_what_it_is_for(tangled):
    whole = read_corpus(tangled)
    doc_ids = set(whole.documents["doc_id"])
    assert {"sub/same.txt", "sub/same.md", "a#1", "a.csv#1", "a#5", "z twins#in/four.txt", "table#12"} <= doc_ids
    reasons = dict(whole.problems.itertuples(index=False, name=None))
    original = "has the same bytes as twin 2.txt: both are kept"
    assert [reasons[name] for name in ("z twins.zip#in/four.txt", "zz twins.zip#in/seven.txt")] == [original] * 2
    told = [path for path, reason in whole.problems.itertuples(index=False, name=None) if reason == original]
    assert told == ["twin 3.md", "z twins.zip#in/four.txt", "zz twins.zip#in/seven.txt"]
    assert sum("same bytes as lines again.jsonl" in reason for reason in whole.problems["reason"]) == 12


def test_problems_stand_in_one_order(tangled):
    orders = {tuple(problems(parts_of(tangled, characters))) for characters in SIZES}
    assert len(orders) == 1


def test_pieces_are_small(tangled):
    pieces = partitions([tangled], characters=1_000)
    assert all(len(piece.files) == 1 or sum(file.size for file in piece.files) <= 1_000 for piece in pieces)
    assert len(pieces) > 5
    sizes = [[len(text) for text in shard.texts] for piece in pieces for shard in read_shards(piece)]
    assert all(sum(own) <= 1_000 or len(own) == 1 for own in sizes)
    assert max(len(list(read_shards(piece))) for piece in pieces) >= 3  # a table that is larger than a piece
    assert max(map(len, sizes)) > 1


def test_doc_ids_that_clash_the_other_way_round(tmp_path):
    # a.csv has the doc_id "a.csv", since a.txt is there; and "a.csv#1.txt", which comes later, that of its first row.
    for name, text in {"a.csv": "text\nIt rained.\n", "a.txt": "Again.", "a.csv#1.txt": "And again."}.items():
        (tmp_path / name).write_text(text)
    whole = read_corpus(tmp_path).documents["doc_id"].tolist()
    assert whole == ["a.csv#1", "a.csv#1.txt", "a.txt"]
    assert [doc_id for shard in parts_of(tmp_path, 1) for doc_id in shard.documents["doc_id"]] == whole


def test_several_corpora_are_told_apart(tmp_path):
    for name in ("speeches", "news"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1999.txt").write_text(f"The {name} of the year.")
    (tmp_path / "news" / "bad.txt").write_text("")
    (tmp_path / "wire.csv").write_text("text\nIt rained.\n")
    corpora = [tmp_path / "speeches", tmp_path / "news", tmp_path / "wire.csv"]
    shards = [shard for piece in partitions(corpora, characters=10) for shard in read_shards(piece)]
    documents = pd.concat([shard.documents for shard in shards if len(shard.texts)])
    assert documents["doc_id"].tolist() == ["speeches/1999", "news/1999", "wire/wire#1"]
    assert documents["path"].tolist() == ["speeches/1999.txt", "news/1999.txt", "wire/wire.csv#1"]
    assert [path for path, _ in problems(shards)] == ["news/bad.txt"]


def test_two_corpora_of_one_name_are_refused(tmp_path):
    for place in ("a", "b"):
        shutil.copytree(SAMPLE, tmp_path / place / "news")
    with pytest.raises(CorpusError, match=r"a/news' and '.*b/news' are both called 'news'.* rename one"):
        partitions([tmp_path / "a" / "news", tmp_path / "b" / "news"], characters=1_000)


@pytest.mark.parametrize(
    ("corpora", "options", "said"),
    [
        ([], {}, "no corpus: give a folder"),
        (["none"], {}, "no such file or folder: 'none'"),
        ([SAMPLE], {"language": "xx"}, "language 'xx' is not known"),
        ([SAMPLE], {"metadata": "none.csv"}, "no such table: 'none.csv'"),
        ([SAMPLE], {"name_pattern": "{"}, "file-name pattern '{' has"),
        ([SAMPLE], {"emojis": True}, "'emojis' is no parameter of reading"),
    ],
)
def test_mistakes(corpora, options, said):
    with pytest.raises(ValueError, match=said):
        partitions(corpora, characters=1_000, **options)


def test_a_folder_without_a_file(tmp_path):
    with pytest.raises(CorpusError, match=r"no document could be read from .*: it holds no file"):
        partitions([tmp_path], characters=1_000)


def test_words_of_shards_are_those_of_the_corpus():
    whole = tokenize(read_corpus(SAMPLE), boilerplate=True, emoji=False)
    pieces = partitions([SAMPLE], characters=9_000, boilerplate=True, emoji=False)
    found = [tokenize(shard, **dict(piece.options)) for piece in pieces for shard in read_shards(piece)]
    assert len(found) > 5
    words = [word for tokens in found for word in tokens.vocabulary[tokens.ids]]
    assert words == whole.vocabulary[whole.ids].tolist()


# --- the key


@pytest.fixture
def corpus(tmp_path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.txt").write_text(f"The {name}.")
    return folder


def keys(folder: Path, characters: int = 1, **reading: object) -> list[str]:
    return [piece.key for piece in partitions([folder], characters=characters, **reading)]


def test_a_key_stands_for_what_is_read(corpus, monkeypatch):
    one, two = keys(corpus)
    assert one != two
    assert keys(corpus, characters=2) == [one, two]  # how much is in memory changes no result
    assert not {one, two} & {*keys(corpus, language="ur"), *keys(corpus, boilerplate=True)}
    changed = (corpus / "one.txt").stat().st_mtime_ns + 10**9
    os.utime(corpus / "one.txt", ns=(changed, changed))
    assert keys(corpus)[0] != one
    assert keys(corpus)[1] == two
    (corpus / "metadata.csv").write_text("file,source\ntwo.txt,Daily\n")
    assert keys(corpus)[1] != two
    now = keys(corpus)
    monkeypatch.setattr(module, "code_version", lambda: "another")
    assert not set(now) & set(keys(corpus))


def test_a_key_is_the_same_in_every_process(tangled):
    program = (
        "import sys; from analysis.engine.partitions import partitions\n"
        "print(*(piece.key for piece in partitions([sys.argv[1]], characters=5_000)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, tangled],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
    )
    assert run.stdout.split() == keys(tangled, 5_000), run.stderr


# --- at an address


@pytest.mark.parametrize("ending", ["", "/*.parquet", "/00.parquet"])
def test_files_at_an_address(remote_files, ending):
    pytest.importorskip("fsspec")
    local = remote_files / ending.strip("/*") if ending == "/00.parquet" else remote_files
    whole = read_corpus(local)
    found = [
        shard
        for piece in partitions([f"file://{remote_files}{ending}"], characters=40_000)
        for shard in read_shards(piece)
    ]
    documents = pd.concat([shard.documents for shard in found if len(shard.texts)], ignore_index=True)
    pd.testing.assert_frame_equal(documents[whole.documents.columns], whole.documents)


def test_an_address_that_holds_nothing(tmp_path):
    pytest.importorskip("fsspec")
    with pytest.raises(CorpusError, match=r"no file at 'file://.*none/': give the address"):
        partitions([f"file://{tmp_path}/none/"], characters=1)
    with pytest.raises(CorpusError, match=r"metadata 'a\.csv' goes with a folder, not with 'file:///x'"):
        partitions(["file:///x"], characters=1, metadata="a.csv")
    with pytest.raises(CorpusError, match="'abc://x/y': Protocol not known: abc"):
        partitions(["abc://x/y"], characters=1)


def test_a_partition_is_a_small_plain_tuple(tangled):
    piece = partitions([tangled], characters=10**6)[0]
    assert isinstance(piece, Partition)
    assert eval(repr(piece), {"Partition": Partition, "File": type(piece.files[0])}) == piece


def test_a_long_text_is_read_by_one_process_or_not_at_all(make_folder):
    folder = make_folder({"a.txt": "One.", "b.md": "It rained. " * 50})  # of 550 characters
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("in/d.txt", "It snowed. " * 60)
        archive.writestr("in/e.pdf", "x" * 9_000)  # of which the text may be short
    plan = Budget(cores=4, characters=100, room=1_320, alone=2_000, each=2)
    pieces, same = plan_partitions([folder], plan)
    assert same == plan
    assert {piece.room for piece in pieces} == {1_320}
    pieces, alone = plan_partitions([folder], plan._replace(room=1_319))
    assert alone == plan._replace(cores=1, room=2_000)
    assert {piece.room for piece in pieces} == {2_000}
    assert [piece.key for piece in pieces] == [piece.key for piece in plan_partitions([folder], Budget(1, 50))[0]]
    with pytest.raises(ParameterError, match=r"^'c\.zip' has a text of 0\.0 MB, which takes a process"):
        plan_partitions([folder], plan._replace(room=1_319, alone=1_319))


def test_no_text_that_is_too_long_is_read_to_find_that_out(tmp_path):
    for name in ("a.txt", "b.txt", "c.txt"):  # of one size, for which they would be read to compare them
        with (tmp_path / name).open("wb") as file:
            file.truncate(301_000_000)  # of NULs, which are no text
        os.utime(tmp_path / name, ns=(0, 10**18))
    with pytest.raises(ParameterError, match=r"^'a\.txt' has a text of 301\.0 MB"):
        plan_partitions([tmp_path], Budget(2, 100, room=10**8, alone=10**9, each=15))
    with (tmp_path / "c.txt").open("rb") as file:
        file.read(1)
    if not (tmp_path / "c.txt").stat().st_atime_ns:
        pytest.skip("this file system does not keep when a file was read last")
    assert (tmp_path / "a.txt").stat().st_atime_ns == 0
    for name in ("b.txt", "c.txt"):
        (tmp_path / name).unlink()
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(501_000_000)  # which is not read whatever the memory
    [piece], _ = plan_partitions([tmp_path], Budget(2, 100, room=10**8, alone=10**9, each=15))
    assert problems(list(read_shards(piece))) == [
        ("a.txt", "is larger than 500 MB: divide it, or make it a .csv, .jsonl or .parquet file")
    ]


def test_a_long_row_of_a_table_is_told_when_it_is_read(make_folder):
    folder = make_folder({"a.csv": "text\nOne.\n" + "It rained. " * 50 + "\n"})
    [piece], _ = plan_partitions([folder], Budget(1, 100, room=549, alone=549, each=1))
    with pytest.raises(ParameterError, match=r"^'a\.csv#2' has a text of 0\.0 MB"):
        list(read_shards(piece))
    assert [len(shard.texts) for shard in read_shards(piece._replace(room=550))] == [1, 1]
