"""Shares of sentences corrected by coders: by hand, over many drawn sheets, and for a sharded corpus."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.core.paths import SAMPLE
from analysis.framing.coding import draw_sheet
from analysis.framing.frames import in_language, profile
from analysis.framing.shares import corrected_shares, plan
from analysis.framing.validity import coded_spans
from analysis.text.reading.metadata import read_table
from tests.framing.conftest import TRUTH, by_truth

FRAMES = """\
  war: {definition: A fight., terms: [war]}
  law: {definition: Courts., terms: [court]}
"""


@pytest.fixture
def many():
    return tokenize(read_text("\n\n".join(TRUTH)), boilerplate=True)


def row(table, frame):
    return table.set_index("frame").loc[frame]


def test_a_share_by_hand(lexicon):
    text = "A war here. A war there. War in court. Rain fell. A court met. Snow fell. Wind blew."
    tokens = tokenize(read_text(text))
    spans = pd.DataFrame({"doc_id": "text", "start": tokens.sentence_start[:5], "end": tokens.sentence_end[:5]})
    coded = coded_spans(spans.assign(frame=["war", "none", "war", "war", "law"]), tokens, lexicon)
    war = row(corrected_shares(coded, tokens, lexicon), "war")
    # Found in 3 of 7 sentences, rightly in 2 of 3; of 4 that are not found 2 are coded, 1 as war.
    assert war["raw_share"] == pytest.approx(3 / 7)
    assert war["share"] == pytest.approx(3 / 7 * 2 / 3 + 4 / 7 * 1 / 2)
    assert war[["coded", "items"]].tolist() == [3, 5]
    assert 0 <= war["ci_low"] < war["share"] < war["ci_high"] <= 1


def test_it_is_the_difference_estimator(many, lexicon):
    coded = by_truth(draw_sheet(many, lexicon, size=80))
    war = row(corrected_shares(coded, many, lexicon), "war")
    found = coded["sentence"].str.lower().str.contains("war").to_numpy(dtype=float)
    human, weight = (coded["frame"] == "war").to_numpy(dtype=float), coded["weight"].to_numpy()
    scale = np.average(human[found == 1], weights=weight[found == 1])
    scale -= np.average(human[found == 0], weights=weight[found == 0])
    expected = scale * 100 / 530 + np.average(human - scale * found, weights=weight)
    assert war["share"] == pytest.approx(expected)


def test_the_interval_holds_the_truth_and_is_narrower_than_that_of_the_codes_alone(many, lexicon):
    held, width = [], []
    for seed in range(200):
        war = row(corrected_shares(by_truth(draw_sheet(many, lexicon, size=80, seed=seed)), many, lexicon), "war")
        held.append(war["ci_low"] <= 90 / 530 <= war["ci_high"])
        width.append(war["ci_high"] - war["ci_low"])
    assert 0.93 <= np.mean(held) <= 0.995
    assert np.mean(width) < 2 * 1.96 * np.sqrt(90 / 530 * (1 - 90 / 530) / 80)


def test_a_corpus_that_is_coded_whole_is_known(many, lexicon):
    war = row(corrected_shares(by_truth(draw_sheet(many, lexicon, size=1000)), many, lexicon), "war")
    assert war[["share", "ci_low", "ci_high"]].tolist() == pytest.approx([90 / 530] * 3)


def test_each_group_by_its_own_sentences(make_corpus, lexicon):
    files = {"a.txt": "A war here. Rain fell.", "b.txt": "A war there. Snow fell. Snow lay.", "c.txt": "A war then."}
    sources = "file,source\na,Post\nb,Radio\nc,Daily\n"
    tokens = tokenize(make_corpus(files | {"metadata.csv": sources}))
    spans = pd.DataFrame({"doc_id": ["a", "a", "b"], "start": [0, 12, 0], "end": [11, 22, 12]})
    coded = coded_spans(spans.assign(frame=["war", "war", "none"]), tokens, lexicon)
    table = corrected_shares(coded, tokens, lexicon, by="source")
    assert list(table) == ["source", "frame", "raw_share", "share", "ci_low", "ci_high", "coded", "items"]
    war = table[table["frame"] == "war"].set_index("source")
    assert war["raw_share"].to_dict() == pytest.approx({"Daily": 1, "Post": 1 / 2, "Radio": 1 / 3})
    assert war.loc["Post", ["share", "coded", "items"]].tolist() == [1, 2, 2]
    # Of Radio's sentences without a match none is coded: the lexicon is taken at its word, and may be wrong.
    assert war.loc["Radio", ["share", "coded", "items"]].tolist() == [0, 0, 1]
    assert war.loc["Radio", "ci_high"] > 2 / 3
    assert war.loc["Daily", ["share", "ci_low", "ci_high"]].isna().all()


def test_in_shards_as_in_memory(sample_tokens, sample_shards, security):
    coded = coded_spans(read_table(SAMPLE / "gold" / "frames.csv"), sample_tokens, security)
    whole, own = (corrected_shares(coded, tokens, security, by="source") for tokens in (sample_tokens, sample_shards))
    pd.testing.assert_frame_equal(whole, own, check_exact=True)
    raw = profile(in_language(sample_tokens, security), security, "source")
    assert whole["raw_share"].tolist() == pytest.approx(raw["sentence_share"].tolist())


def test_a_plan_for_the_worst_case(many, lexicon):
    table = plan(many, lexicon, 0.2).set_index("frame")
    assert table["raw_share"].to_dict() == pytest.approx({"war": 100 / 530, "law": 0})
    assert table[["right", "missed"]].to_numpy().tolist() == [[0.5, 0.5]] * 2
    # Of every 85 sentences 50 are drawn of the 100 wars and 35 of the 430 others (none is doubtful).
    variance = 0.25 * (100 * 100 / (50 / 85) + 430 * 430 / (35 / 85)) / 530**2
    needed = variance * (2 * 1.959964 / 0.2) ** 2
    assert table["sentences"].tolist() == [int(np.ceil(needed / (1 + needed / 530)))] * 2


def test_a_plan_by_a_pilot_gives_about_the_width(many, lexicon):
    pilot = by_truth(draw_sheet(many, lexicon, size=120))
    needed = int(row(plan(many, lexicon, 0.1, pilot=pilot), "war")["sentences"])
    assert needed < int(row(plan(many, lexicon, 0.1), "war")["sentences"])
    widths = []
    for seed in range(20):
        sheet = by_truth(draw_sheet(many, lexicon, size=needed, seed=seed))
        war = row(corrected_shares(sheet, many, lexicon), "war")
        widths.append(war["ci_high"] - war["ci_low"])
    assert np.mean(widths) == pytest.approx(0.1, rel=0.15)


@pytest.mark.parametrize("width", [0, 1, -0.1, float("nan")])
def test_a_width_that_is_none(many, lexicon, width):
    with pytest.raises(ValueError, match=rf"width={width!r}"):
        plan(many, lexicon, width)
