"""What is saved is what is opened, and what has changed is never answered from before."""

import numpy as np
import pandas as pd
import pytest

from analysis import Tokens, read_corpus, tokenize
from analysis.text import storage
from analysis.text.storage import load_tokens, open_tokens, save_tokens

ARRAYS = (
    "ids start end document_offsets sentence_offsets sentence_segment sentence_start sentence_end vocabulary".split()
)


def assert_same(left: Tokens, right: Tokens) -> None:
    for name in ARRAYS:
        assert np.array_equal(getattr(left, name), getattr(right, name)), name
        assert getattr(left, name).dtype == getattr(right, name).dtype, name
    for name in ("documents", "segments", "problems"):
        pd.testing.assert_frame_equal(getattr(left.corpus, name), getattr(right.corpus, name))
    assert list(left.corpus.texts) == list(right.corpus.texts)
    assert dict(left.options) == dict(right.options)


@pytest.fixture
def folder(tmp_path):
    """A corpus of two documents, one of them not ASCII, and a problem."""
    place = tmp_path / "texts"
    place.mkdir()
    (place / "a.txt").write_text("The council met. It rose at noon.", encoding="utf-8")
    (place / "b.txt").write_text("مجلس نے کہا۔ \U0001f642 Ça va?", encoding="utf-8")
    (place / "c.txt").write_text("", encoding="utf-8")
    return place


def test_the_sample_comes_back_as_it_was(sample_tokens, tmp_path):
    save_tokens(sample_tokens, tmp_path / "saved")
    assert_same(open_tokens(tmp_path / "saved"), sample_tokens)


def test_what_is_opened_stays_on_disk_and_can_be_measured(sample_tokens, tmp_path):
    save_tokens(sample_tokens, tmp_path / "saved")
    opened = open_tokens(tmp_path / "saved")
    assert isinstance(opened.ids.base, np.memmap)
    rows = np.array([1, 3])
    assert_same(opened.subset(rows), sample_tokens.subset(rows))
    texts = opened.corpus.texts
    assert (texts[-1], list(texts[1:3])) == (sample_tokens.corpus.texts[-1], list(sample_tokens.corpus.texts[1:3]))


def test_a_folder_that_is_there_is_not_written_over(sample_tokens, tmp_path):
    (tmp_path / "saved").mkdir()
    with pytest.raises(ValueError, match=r"saved' exists: give the name of a new folder"):
        save_tokens(sample_tokens, tmp_path / "saved")
    assert list(tmp_path.iterdir()) == [tmp_path / "saved"]


@pytest.mark.parametrize("name", ["ids.npy", "texts.arrow", "segments.arrow", "tokens.json"])
def test_what_is_not_whole_is_not_opened(sample_tokens, tmp_path, name):
    save_tokens(sample_tokens, tmp_path / "saved")
    file = tmp_path / "saved" / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(ValueError, match="holds no saved tokens, or not all of them"):
        open_tokens(tmp_path / "saved")
    file.unlink()
    with pytest.raises(ValueError, match="holds no saved tokens, or not all of them"):
        open_tokens(tmp_path / "saved")


def test_the_second_time_nothing_is_read_or_tokenized(folder, tmp_path, monkeypatch):
    first = load_tokens(folder, cache=tmp_path / "cache")
    assert_same(first, tokenize(read_corpus(folder)))
    for name in ("read_corpus", "tokenize"):
        monkeypatch.delattr(storage, name)
    assert_same(load_tokens(folder, cache=tmp_path / "cache"), first)


@pytest.mark.parametrize("change", ["a byte", "another file", "a name", "metadata", "ignored", "language", "option"])
def test_whatever_changes_is_read_anew(folder, tmp_path, change):
    cache = tmp_path / "cache"
    load_tokens(folder, cache=cache)
    about: dict[str, object] = {}
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


def test_what_is_damaged_is_made_anew(folder, tmp_path):
    load_tokens(folder, cache=tmp_path / "cache")
    (saved,) = (tmp_path / "cache").iterdir()
    (saved / "start.npy").write_bytes(b"")
    own = tokenize(read_corpus(folder))
    assert_same(load_tokens(folder, cache=tmp_path / "cache"), own)
    assert_same(open_tokens(saved), own)


def test_what_is_saved_is_not_held_in_memory_too(folder, tmp_path):
    assert isinstance(load_tokens(folder, cache=tmp_path / "cache").ids.base, np.memmap)


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(folder, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be", encoding="utf-8")
    assert_same(load_tokens(folder, cache=blocked), tokenize(read_corpus(folder)))


def test_only_the_corpora_used_last_are_kept(folder, tmp_path):
    for number in range(storage.KEPT + 2):
        (folder / "a.txt").write_text(f"Version {number}.", encoding="utf-8")
        load_tokens(folder, cache=tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == storage.KEPT
