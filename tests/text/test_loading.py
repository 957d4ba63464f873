"""What has changed is never answered from before."""

import os

import numpy as np
import pytest

from analysis import CorpusError, read_corpus, tokenize
from analysis.text import loading
from analysis.text.loading import load_tokens
from analysis.text.storage import open_tokens


@pytest.fixture
def folder(tmp_path):
    """A corpus of two documents, one of them not ASCII, and a problem."""
    place = tmp_path / "texts"
    place.mkdir()
    (place / "a.txt").write_text("The council met. It rose at noon.", encoding="utf-8")
    (place / "b.txt").write_text("مجلس نے کہا۔ \U0001f642 Ça va?", encoding="utf-8")
    (place / "c.txt").write_text("", encoding="utf-8")
    return place


def test_the_sample_has_a_name_in_every_folder_that_has_no_such_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_tokens("sample", cache=tmp_path / "cache").n_documents == 26
    assert len(read_corpus("data/sample").documents) == 26
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "a.txt").write_text("It rains.", encoding="utf-8")
    assert read_corpus("sample").documents["doc_id"].tolist() == ["a"]
    with pytest.raises(CorpusError, match=r"no such file or folder: 'It rains\.'.*\(texts themselves go into a list\)"):
        load_tokens("It rains.")


def test_the_second_time_nothing_is_read_or_tokenized(folder, tmp_path, monkeypatch, assert_same):
    first = load_tokens(folder, cache=tmp_path / "cache")
    assert_same(first, tokenize(read_corpus(folder)))
    assert isinstance(first.ids.base, np.memmap)  # not held in memory too
    for name in ("read_corpus", "tokenize"):
        monkeypatch.delattr(loading, name)
    assert_same(load_tokens(folder, cache=tmp_path / "cache"), first)


@pytest.mark.parametrize("change", ["a byte", "another file", "a name", "metadata", "ignored", "language", "option"])
def test_whatever_changes_is_read_anew(folder, tmp_path, change, assert_same):
    cache = tmp_path / "cache"
    load_tokens(folder, cache=cache)
    about = {}
    if change == "a byte":
        (folder / "a.txt").write_text("The council met. It rose at seven.", encoding="utf-8")
    elif change == "another file":
        (folder / "d.txt").write_text("More.", encoding="utf-8")
    elif change == "a name":
        (folder / "a.txt").rename(folder / "z.txt")
    elif change == "metadata":
        (folder / "metadata.csv").write_text("file,source\na,Daily\n", encoding="utf-8")
    elif change == "ignored":
        (folder / ".lafzignore").write_text("b.txt\n", encoding="utf-8")
    else:
        about = {"language": "ur"} if change == "language" else {"lowercase": False}
    again = load_tokens(folder, cache=cache, **about)
    assert len(list(cache.iterdir())) == 2
    language = str(about.get("language", "en"))
    assert_same(again, tokenize(read_corpus(folder, language=language), lowercase="lowercase" not in about))


def test_a_file_that_cannot_be_read_is_kept_in_mind_too(folder, tmp_path, monkeypatch, assert_same):
    (folder / "d.txt").symlink_to("nowhere.txt")
    first = load_tokens(folder, cache=tmp_path / "cache")
    assert first.corpus.problems["path"].tolist() == ["c.txt", "d.txt"]
    with monkeypatch.context() as patch:
        patch.delattr(loading, "read_corpus")
        assert_same(load_tokens(folder, cache=tmp_path / "cache"), first)
    (folder / "nowhere.txt").write_text("It is there.", encoding="utf-8")
    assert load_tokens(folder, cache=tmp_path / "cache").n_documents == 4  # both names of it


def test_what_is_damaged_is_made_anew(folder, tmp_path, assert_same):
    load_tokens(folder, cache=tmp_path / "cache")
    (saved,) = (tmp_path / "cache").iterdir()
    (saved / "start.npy").write_bytes(b"")
    own = tokenize(read_corpus(folder))
    assert_same(load_tokens(folder, cache=tmp_path / "cache"), own)
    assert_same(open_tokens(saved), own)


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(folder, tmp_path, assert_same):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be", encoding="utf-8")
    assert_same(load_tokens(folder, cache=blocked), tokenize(read_corpus(folder)))


def test_only_the_corpora_used_last_are_kept_and_what_others_keep_in_that_folder(folder, tmp_path):
    cache, elsewhere = tmp_path / "cache", tmp_path / "elsewhere"
    digests = [f"{number:032x}" for number in range(3)]
    cache.mkdir()
    (cache / digests[0]).mkdir()  # as another program's cache may name it
    (cache / "texts").mkdir()
    elsewhere.mkdir()
    (elsewhere / "tokens.json").touch()
    (cache / digests[1]).symlink_to(elsewhere)
    for place in (cache / digests[0] / "a", cache / "texts" / "tokens.json", cache / ".building"):
        place.touch()
    others = set(cache.iterdir())
    for number in range(loading.KEPT + 1):
        (folder / "a.txt").write_text(f"Version {number}.", encoding="utf-8")
        load_tokens(folder, cache=cache)
    assert len(set(cache.iterdir()) - others) == loading.KEPT
    assert others <= set(cache.iterdir())
    assert (elsewhere / "tokens.json").exists()


def test_what_changed_while_it_was_read_is_not_kept_as_what_it_was(folder, tmp_path, monkeypatch):
    def read_while_it_changes(path, **about):
        (folder / "metadata.csv").write_text("file,source\na,Daily\n", encoding="utf-8")
        return read_corpus(path, **about)

    with monkeypatch.context() as patched:
        patched.setattr(loading, "read_corpus", read_while_it_changes)
        assert load_tokens(folder, cache=tmp_path / "cache").corpus.documents["source"].tolist() == ["Daily", ""]
    (folder / "metadata.csv").unlink()
    assert load_tokens(folder, cache=tmp_path / "cache").corpus.documents["source"].tolist() == ["", ""]


def test_a_notebook_of_a_report_reads_no_corpus_but_the_reports(folder, tmp_path, monkeypatch, assert_same):
    made = load_tokens(folder, cache=tmp_path / "cache")
    monkeypatch.setenv(loading.ONLY_KEPT, "1")
    assert_same(load_tokens(folder, cache=tmp_path / "cache"), made)
    (folder / "d.txt").write_text("More.", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"texts' is no longer what was read for this report: make the report again"):
        load_tokens(folder, cache=tmp_path / "cache")


def test_what_is_no_file_is_no_corpus(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(CorpusError, match="is no file but a pipe"):
        load_tokens(tmp_path / "pipe.txt", cache=tmp_path / "cache")


def test_what_a_tokenizer_of_ones_own_makes_is_not_kept(folder, tmp_path):
    for size in (1, 2):
        tokens = load_tokens(folder, cache=tmp_path / "cache", scheme=lambda sentence, size=size: [(0, size)])
        assert tokens.vocabulary[0] == "the"[:size]
    assert not (tmp_path / "cache").exists()
