"""Frames over time, and from the beginning of documents to their end."""

import numpy as np
import pytest

from analysis import Tokens, read_text, tokenize
from analysis.framing.course import over_position, over_time
from analysis.framing.frames import profile
from analysis.framing.lexicon import Lexicon

FRAMES = """\
  war: {definition: A fight., terms: [war, {pattern: fight*, weight: 0.5}]}
  law: {definition: Courts., terms: [court*]}
"""


DATED = {
    "a.txt": "War is war. It rained.",  # 5 words
    "b.txt": "The court met.",  # 3
    "c.txt": "They fight.",  # 2
    "d.txt": "It was war.",  # without a date
    "metadata.csv": "file,date\na,2024-01-30\nb,2024-01-02\nc,2024-03-01\nd,\n",
}


def test_over_time(make_corpus, lexicon: Lexicon) -> None:
    table = over_time(tokenize(make_corpus(DATED)), lexicon, resamples=200)
    assert table["frame"].tolist() == ["war"] * 3 + ["law"] * 3
    assert table["period"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-02-01", "2024-03-01"] * 2
    assert table["documents"].tolist() == [2, 0, 1] * 2
    assert table["hits"].tolist() == [2, 0, 1, 1, 0, 0]
    assert table["words"].tolist() == [8, 0, 2] * 2
    assert table["per_1000_words"].tolist() == pytest.approx([250, np.nan, 500, 125, np.nan, 0], nan_ok=True)
    # January drawn again: b twice or a twice
    assert table.loc[0, ["ci_low", "ci_high"]].tolist() == pytest.approx([0, 400])
    assert table.loc[[1, 2], ["ci_low", "ci_high"]].isna().all(axis=None)


def test_over_time_by_weight(make_corpus, lexicon: Lexicon) -> None:
    tokens = tokenize(make_corpus(DATED))
    assert over_time(tokens, lexicon, measure="score")["hits"].tolist()[:3] == [2, 0, 0.5]
    halved = over_time(tokens, lexicon, "year", weights=np.full(len(tokens), 0.5))
    assert halved[["hits", "words", "per_1000_words"]].to_numpy().tolist() == [[1.5, 5, 300], [0.5, 5, 100]]


def test_no_dates(lexicon: Lexicon) -> None:
    tokens = tokenize(read_text("It was war."))
    with pytest.raises(ValueError, match="no document has a date"):
        over_time(tokens, lexicon)
    with pytest.raises(ValueError, match="every is 'hour': use 'day', 'week', 'month', 'year'"):
        over_time(tokens, lexicon, "hour")


def test_over_position(make_corpus, lexicon: Lexicon) -> None:
    files = {
        # title left out; then 2, 6 and 2 words: middles at 1, 5 and 9 of 10
        "a.txt": "War At Last\n\nWar came. It rained all of the day. Courts sat.",
        # 3 and 5 words: middles at 1.5 and 5.5 of 8
        "b.txt": "It snowed again. It was also a war.",
    }
    table = over_position(tokenize(make_corpus(files)), lexicon, 4, resamples=200)
    assert table["position"].tolist() == [1, 2, 3, 4] * 2
    # quarters of a: 0.4 -> 1st, 2 (the border) -> 3rd, 3.6 -> 4th; of b: 0.75 -> 1st, 2.75 -> 3rd
    assert table["words"].tolist() == [5, 0, 11, 2] * 2
    assert table["documents"].tolist() == [2, 0, 2, 1] * 2
    assert table["hits"].tolist() == [1, 0, 1, 0, 0, 0, 0, 1]
    assert table["per_1000_words"].tolist() == pytest.approx(
        [200, np.nan, 1000 / 11, 0, 0, np.nan, 0, 500], nan_ok=True
    )
    assert table.loc[2, ["ci_low", "ci_high"]].tolist() == pytest.approx([0, 200])  # a twice, b twice
    assert table.loc[[1, 3], "ci_low"].isna().all()


def test_all_positions_together_are_the_text(sample_tokens: Tokens, security: Lexicon) -> None:
    titles = sample_tokens.corpus.segments["kind"].to_numpy()[sample_tokens.sentence_segment] == "title"
    words = np.diff(sample_tokens.sentence_offsets)
    for segments in (1, 7, 1000):
        table = over_position(sample_tokens, security, segments, resamples=0)
        assert len(table) == segments * len(security.frames)
        assert table["words"].sum() == words[~titles].sum() * len(security.frames)


def test_one_period_is_the_profile(sample_tokens: Tokens, security: Lexicon) -> None:
    whole = profile(sample_tokens, security, resamples=100)
    year = over_time(sample_tokens, security, "year", resamples=100)
    assert year["hits"].tolist() == whole["hits"].tolist()
    assert year["ci_high"].tolist() == pytest.approx(whole["ci_high"].tolist())


def test_position_of_nothing(lexicon: Lexicon) -> None:
    table = over_position(tokenize(read_text("© 2024 The Daily")), lexicon, 2)
    assert table["words"].tolist() == [0] * 4
    assert table["per_1000_words"].isna().all()
    with pytest.raises(ValueError, match="segments is 0: use 1 or more"):
        over_position(tokenize(read_text("War.")), lexicon, 0)


@pytest.mark.parametrize("measure", ["hits", "score"])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_course_in_parts_is_that_of_the_whole(measure: str, weighted: bool, cut, same) -> None:
    options = {"measure": measure, "weights": cut.weights if weighted else None, "resamples": 50, "seed": 2}
    for every in ("week", "year"):
        same(over_time(cut.parts, cut.lexicon, every, **options), over_time(cut.whole, cut.lexicon, every, **options))
    same(over_position(cut.parts, cut.lexicon, 4, **options), over_position(cut.whole, cut.lexicon, 4, **options))


def test_documents_without_words_are_in_no_period(make_corpus, lexicon: Lexicon) -> None:
    files = {"a.txt": "War.", "b.txt": "© 2024 The Daily", "metadata.csv": "file,date\na,2024-01-02\nb,2024-01-02\n"}
    assert over_time(tokenize(make_corpus(files)), lexicon)["documents"].tolist() == [1, 1]
