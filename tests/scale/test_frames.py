"""The frames of a corpus counted in shards are those of the whole in memory, the same bytes however it was cut."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis import read_corpus, tokenize
from analysis.core.paths import LEXICONS, SAMPLE
from analysis.core.resources import Budget
from analysis.framing.frames import in_language, profile
from analysis.framing.lexicon import Lexicon
from analysis.redundancy.repeats import weights
from analysis.scale import by_document as module
from analysis.scale.frames import frame_counts

MEMORY = 10**9
FRAMES = """\
  storm: {label: Storm, definition: What speaks of storms., terms: [rain*, {pattern: heavy wind, weight: 0.3}]}
  calm: {label: Calm, definition: What speaks of calm., terms: [quiet]}
"""
METADATA = "file,language\na.txt,en\nb.txt,en\nu.txt,ur\n"


@pytest.fixture
def of_news(make_lexicon) -> Lexicon:
    """A lexicon of words that the made-up corpora use."""
    storm = FRAMES.replace("rain*, {pattern: heavy wind", "rain, {pattern: north ... south")
    return make_lexicon(storm.replace("quiet", "peace"))


def cut(monkeypatch: pytest.MonkeyPatch, characters: int, cores: int = 1) -> None:
    monkeypatch.setattr(module, "budget", lambda memory, local, per_character: Budget(cores, characters))


def test_frames_by_hand(lexicon, make_folder, tmp_path):
    rain = "It rained. Rain and heavy wind, heavy wind. No more."
    corpus = make_folder({"b.txt": rain, "a.txt": "All was quiet.", "u.txt": "rain", "metadata.csv": METADATA})
    done = frame_counts([corpus], lexicon, tmp_path / "frames.csv", memory=MEMORY)
    assert (tmp_path / "frames.csv").read_text() == (
        "doc_id,frame,hits,score,sentences_with_hit,words,sentences\n"
        "a,storm,0,0,0,3,1\n"
        "a,calm,1,1,1,3,1\n"
        "b,storm,4,2.6,2,10,3\n"  # rained, rain, and twice 0.3
        "b,calm,0,0,0,10,3\n"
    )
    assert done == (3, 4, 0)


def test_sums_are_the_profile_in_memory(security, monkeypatch, tmp_path):
    cut(monkeypatch, 10_000)
    frame_counts([SAMPLE], security, tmp_path / "frames.parquet", memory=MEMORY)
    table = pq.read_table(tmp_path / "frames.parquet").to_pandas()
    tokens = in_language(tokenize(read_corpus(SAMPLE)), security)
    table["source"] = table["doc_id"].map(tokens.corpus.documents.set_index("doc_id")["source"])
    sums = table.groupby(["source", "frame"]).sum(numeric_only=True)
    own = profile(tokens, security, by="source").set_index(["source", "frame"])
    sums = sums.loc[own.index]
    assert sums["hits"].tolist() == own["hits"].tolist()
    pd.testing.assert_series_equal(1000 * sums["hits"] / sums["words"], own["per_1000_words"], check_names=False)
    pd.testing.assert_series_equal(1000 * sums["score"] / sums["words"], own["score_per_1000_words"], check_names=False)
    share = sums["sentences_with_hit"] / sums["sentences"]
    np.testing.assert_allclose(share, own["sentence_share"])


@pytest.mark.slow
@pytest.mark.parametrize("adjust", [False, True])
def test_the_bytes_do_not_depend_on_the_cut(lexicon, of_news, monkeypatch, tangled, repeated, tmp_path, adjust):
    corpora, own, least = ([repeated, SAMPLE], of_news, 300) if adjust else ([tangled, SAMPLE], lexicon, 1)
    found = set()
    for characters, cores in [(least, 1), (3_000, 2), (10**7, 1)]:
        cut(monkeypatch, characters, cores)
        out = tmp_path / "frames.parquet"
        done = frame_counts(corpora, own, out, memory=MEMORY, adjust_for_redundancy=adjust)
        found.add((out.read_bytes(), (tmp_path / "frames.problems.csv").read_bytes() if done.problems else b""))
    assert len(found) == 1
    assert pq.read_table(out)["hits"].to_numpy().sum() > 0


def test_adjusted_frames_by_hand(lexicon, make_folder, tmp_path):
    files = {
        "a.txt": "Rain and heavy wind. All was quiet. All was quiet.",
        "b.txt": "All was QUIET! It is quiet, quiet.",
        "u.txt": "All was quiet.",  # in another language: makes nothing weigh less
        "metadata.csv": METADATA,
    }
    done = frame_counts(
        [make_folder(files)], lexicon, tmp_path / "frames.csv", memory=MEMORY, adjust_for_redundancy=True
    )
    assert (tmp_path / "frames.csv").read_text() == (
        "doc_id,frame,hits,score,sentences_with_hit,words,sentences\n"
        "a,storm,2,1.3,1,6,3\n"  # 4 words, and twice 3 that weigh a third
        "a,calm,0.666667,0.666667,2,6,3\n"
        "b,storm,0,0,0,5,2\n"
        "b,calm,2.33333,2.33333,2,5,2\n"
    )
    assert done == (3, 4, 0)


@pytest.mark.parametrize("characters", [300, 10**6])
def test_sums_of_adjusted_frames_are_the_profile_in_memory(monkeypatch, repeated, of_news, tmp_path, characters):
    cut(monkeypatch, characters)
    frame_counts([repeated], of_news, tmp_path / "frames.parquet", memory=MEMORY, adjust_for_redundancy=True)
    table = pq.read_table(tmp_path / "frames.parquet").to_pandas()
    tokens = in_language(tokenize(read_corpus(repeated)), of_news)
    sums = table.groupby("frame").sum(numeric_only=True)
    own = profile(tokens, of_news, weights=weights(tokens)).set_index("frame")
    sums = sums.loc[own.index]
    assert "urdu" not in set(table["doc_id"])
    assert sums["hits"].round(9).tolist() == own["hits"].tolist()
    assert sums["hits"].min() >= 10
    rates = [1000 * sums["hits"] / sums["words"], 1000 * sums["score"] / sums["words"]]
    np.testing.assert_allclose(rates[0], own["per_1000_words"], rtol=1e-12)
    np.testing.assert_allclose(rates[1], own["score_per_1000_words"], rtol=1e-12)
    np.testing.assert_allclose(sums["sentences_with_hit"] / sums["sentences"], own["sentence_share"])
    np.testing.assert_allclose(sums["words"], weights(tokens).sum(), rtol=1e-12)


def test_what_another_lexicon_found_is_not_taken_for_this_ones(lexicon, make_lexicon, tmp_path):
    keys = []
    for own in (lexicon, make_lexicon(FRAMES.replace("quiet", "silent"))):
        work = tmp_path / "work"

        def stop(what: str, done: int, total: int) -> None:
            if done:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            frame_counts([SAMPLE], own, tmp_path / "a.csv", memory=MEMORY, work=work, progress=stop)
        keys.append({place.name for place in work.glob("*/count_frames/*")})
    assert len(keys[0]) == 1
    assert len(keys[1]) == 2


def test_the_command(command_line, tmp_path):
    lexicon = LEXICONS / "security_communication.yml"
    done = command_line("count", SAMPLE, "--lexicon", lexicon, "--out", tmp_path / "frames.parquet")
    assert done.returncode == 0, done.stderr
    rows = pq.read_table(tmp_path / "frames.parquet")
    assert done.stdout.startswith(f"{len(rows):,} rows from 26 documents: ")
    refused = command_line("count", SAMPLE, "--lexicon", tmp_path / "none.yml", "--out", tmp_path / "frames.parquet")
    assert refused.returncode == 2
    assert "no such lexicon" in refused.stderr.splitlines()[-1]
