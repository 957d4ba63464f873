"""A corpus that was read in shards has the documents, words and problems of the one that was read as a whole."""

import os
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from analysis import CorpusError, read_corpus, tokenize
from analysis.core.paths import SAMPLE
from analysis.engine import sharding
from analysis.engine.sharding import sharded_tokens
from analysis.text.shards import are_shards, shards

pytestmark = pytest.mark.slow


@pytest.fixture
def small(monkeypatch):
    """Shards of so many characters that a corpus of a few pages has several."""
    monkeypatch.setattr(sharding, "MOST", 10_000)


def words_of(tokens, shard_names):
    bounds = tokens.document_offsets.tolist()
    return [shard_names[first:last] for first, last in pairwise(bounds)]


def test_the_sample_in_shards_is_the_sample(small, sample_tokens, tmp_path):
    cut = sharded_tokens(SAMPLE, tmp_path / "sample", tmp_path / "work", memory=10**9)
    found = list(shards(cut))
    assert len(found) > 3
    written = [word for shard in found for word in shard.tokens.vocabulary[shard.tokens.ids].tolist()]
    assert written == sample_tokens.vocabulary[sample_tokens.ids].tolist()
    assert cut.document_offsets.tolist() == sample_tokens.document_offsets.tolist()
    starts = np.concatenate([shard.tokens.sentence_start for shard in found])
    assert starts.tolist() == sample_tokens.sentence_start.tolist()
    pd.testing.assert_frame_equal(cut.corpus.documents, sample_tokens.corpus.documents)
    pd.testing.assert_frame_equal(cut.corpus.problems, sample_tokens.corpus.problems, check_dtype=False)
    segments = pd.concat([shard.tokens.corpus.segments for shard in found], ignore_index=True)
    pd.testing.assert_frame_equal(segments, sample_tokens.corpus.segments)
    assert cut.options == sample_tokens.options
    assert are_shards(tmp_path / "sample")
    assert sorted(place.name for place in tmp_path.iterdir()) == ["sample", "work"]


def test_options_and_metadata_are_those_of_reading_the_whole(small, make_folder, tmp_path):
    folder = make_folder(
        {
            "metadata.csv": "file,source,date,desk\na,Daily,2024-06-22,home\nc,Weekly,22 Junember,\n",
            "a.txt": "War 🙂. " * 2000,
            "b.txt": "",
            "c.txt": "Read more: peace.\n\n" + "Peace is near. " * 500,
        }
    )
    cut = sharded_tokens(folder, tmp_path / "cut", tmp_path / "work", memory=10**9, boilerplate=True, emoji=False)
    corpus = read_corpus(folder)
    whole = tokenize(corpus, boilerplate=True, emoji=False)
    assert len(cut) == len(whole)
    assert cut.n_documents == 2
    pd.testing.assert_frame_equal(cut.corpus.documents, corpus.documents)
    assert cut.corpus.problems.to_numpy().tolist() == corpus.problems.to_numpy().tolist()
    assert len(corpus.problems) > 1
    assert cut.groups("desk").tolist() == ["home", "(none)"]


def test_without_a_document_nothing_is_left(make_folder, tmp_path):
    with pytest.raises(CorpusError, match=r"no document could be read from .*: b.txt: "):
        sharded_tokens(make_folder({"b.txt": ""}), tmp_path / "cut", tmp_path / "work", memory=10**9)
    assert not (tmp_path / "cut").exists()


def files(folder):
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def contents(folder):
    return {name: content for name, (_, content) in files(folder).items()}


def test_an_interrupted_reading_goes_on(small, tmp_path):
    told = []

    def stop_at_two(what, done, total):
        told.append((what, done, total))
        if done == 2:
            raise KeyboardInterrupt

    sharded_tokens(SAMPLE, tmp_path / "whole", tmp_path / "other", memory=10**9)
    with pytest.raises(KeyboardInterrupt):
        sharded_tokens(SAMPLE, tmp_path / "cut", tmp_path / "work", memory=10**9, progress=stop_at_two)
    assert not (tmp_path / "cut").exists()
    first = files(tmp_path / "work")
    kept = len(list((tmp_path / "work" / "save_shards").iterdir()))  # other processes were at work too
    assert kept >= 2
    sharded_tokens(
        SAMPLE, tmp_path / "cut", tmp_path / "work", memory=10**9, progress=lambda *about: told.append(about)
    )
    total = told[0][2]
    assert told == [("reading", done, total) for done in (0, 1, 2, *range(kept, total + 1))]
    assert first.items() <= files(tmp_path / "work").items()  # neither done again nor changed by joining
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_what_was_read_stays_whole_where_its_shards_cannot_be_joined(small, tmp_path, monkeypatch):
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "mine.txt").touch()  # so that nothing can be given this name
    with pytest.raises(OSError, match="cut"):
        sharded_tokens(SAMPLE, tmp_path / "cut", tmp_path / "work", memory=10**9)
    read = files(tmp_path / "work")
    assert [path.name for path in (tmp_path / "cut").iterdir()] == ["mine.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut", "work"]
    monkeypatch.setattr("os.link", no_links)
    found = sharded_tokens(SAMPLE, tmp_path / "new" / "cut", tmp_path / "work", memory=10**9)
    assert files(tmp_path / "work") == read
    assert found.n_documents == 26


def test_what_was_kept_of_other_bytes_with_the_time_and_size_of_these_is_not_taken(make_folder, tmp_path):
    corpus = make_folder({"a.txt": "It rained."})
    sharded_tokens(corpus, tmp_path / "words of rain", tmp_path / "work", memory=10**9)
    time = (corpus / "a.txt").stat().st_mtime_ns
    (corpus / "a.txt").write_text("It snowed.")
    os.utime(corpus / "a.txt", ns=(time, time))
    tokens = sharded_tokens(corpus, tmp_path / "words of snow", tmp_path / "work", memory=10**9)
    assert tokens.corpus.text("a") == "It snowed."


def no_links(source, target):
    raise OSError(1, "Operation not permitted", target)
