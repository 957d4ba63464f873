"""Precision, recall and F1 against coders: by hand, against scikit-learn, and on average over many drawn sheets."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from analysis import read_text, tokenize
from analysis.core.paths import SAMPLE
from analysis.framing.coding import draw_sheet, item_name
from analysis.framing.frames import score_sentences
from analysis.framing.sheets import read_sheet, write_sheet
from analysis.framing.validity import coded_spans, validity
from analysis.framing.validity_file import read_codes, read_validity, write_validity
from analysis.text.reading.metadata import read_table
from tests.framing.conftest import TRUTH, by_truth

FRAMES = """\
  war: {definition: A fight., terms: [war]}
  law: {definition: Courts., terms: [court]}
"""


def tokens_of(sentences):
    return tokenize(read_text("\n\n".join(sentences)), boilerplate=True)


def coded(sentences, *coders, weight=1.0, stratum="(all)"):
    """The codes of each coder for all sentences of `tokens_of`."""
    start = np.cumsum([0, *(len(sentence) + 2 for sentence in sentences)])[:-1]
    end = start + [len(sentence) for sentence in sentences]
    names = [item_name("text", *place) for place in zip(start, end, sentences, strict=True)]
    items = pd.DataFrame({"item": names, "doc_id": "text", "start": start, "end": end})
    items = items.assign(sentence=sentences, stratum=stratum, weight=weight, probability=np.nan)
    return pd.concat([items.assign(coder=str(n), frame=pd.Series(own, dtype=object)) for n, own in enumerate(coders)])


def row(table, frame):
    return table.set_index("frame").loc[frame]


def scores_of(lexicon, sentences, *coders, **options):
    """The row of "war" of sentences as they were coded."""
    return row(validity(coded(sentences, *coders), tokens_of(sentences), lexicon, **options), "war")


def test_counts_and_shares(lexicon):
    sentences = ["A war here.", "A war there.", "War in court.", "Rain fell.", "A court met.", "Snow fell."]
    codes = ["war", "none", "war", "war", "law", "none"]
    table = validity(coded(sentences, codes), tokens_of(sentences), lexicon)
    war = row(table, "war")
    assert war[["coded", "found", "both", "tied", "items", "blank"]].tolist() == [3, 3, 2, 0, 6, 0]
    assert war[["precision", "recall", "f1"]].tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    law = row(table, "law")  # found in two sentences, for one sentence may be found for several frames
    assert law[["coded", "found", "both"]].tolist() == [1, 2, 1]
    assert law[["precision", "recall", "f1"]].tolist() == pytest.approx([1 / 2, 1, 2 / 3])


def test_weights_bring_recall_back_to_the_corpus(lexicon):
    found, silent = ["A war here.", "A war there."], ["Rain fell.", "Snow fell."]
    table = coded([*found, *silent], ["war", "none", "war", "none"])
    table["stratum"] = ["war"] * 2 + ["(none)"] * 2
    table["weight"] = [1.0, 1, 9, 9]  # of 20 sentences
    war = row(validity(table, tokens_of([*found, *silent]), lexicon), "war")
    assert war[["coded", "found", "both"]].tolist() == [2, 2, 1]
    assert war["precision"] == pytest.approx(1 / 2)
    assert war["recall"] == pytest.approx(1 / 10)  # and not 1 of 2: the missed one stands for nine
    assert war["f1"] == pytest.approx(2 / 12)


def test_the_majority_decides_and_what_is_level_is_left_out(lexicon):
    sentences = ["A war here.", "A war there.", "Rain fell.", "Snow fell.", "Wind blew."]
    coders = (
        ["war", "war", "war", None, None],
        ["war", "law", "war", "law", None],
        ["none", "none", "war", "none", None],
    )
    table = coded(sentences, *coders, weight=2)
    scores = validity(table, tokens_of(sentences), lexicon)
    war = row(scores, "war")
    # Left out: "there", with three codes; "Snow", with two. Blank: "Wind". The two that are left stand for all five.
    assert war[["coded", "found", "both", "tied", "items", "blank"]].tolist() == [2, 1, 1, 1, 2, 1]
    assert war[["precision", "recall"]].tolist() == [1, 0.5]
    assert row(scores, "law")["tied"] == 2
    assert set(scores["coders"]) == {3}


def test_the_weight_of_what_is_left_out_goes_to_its_stratum(lexicon):
    sentences = ["A war here.", "A war there.", "War again.", "Rain fell."]
    table = coded(sentences, ["war", None, "none", "war"], ["war", None, "none", None])
    table["stratum"], table["weight"] = ["war", "war", "war", "(none)"] * 2, [1.0, 4, 1, 6] * 2
    war = row(validity(table, tokens_of(sentences), lexicon), "war")
    assert war["precision"] == pytest.approx(1 / 2)  # 3 of 3 + 3
    assert war["recall"] == pytest.approx(3 / 9)
    lost = validity(table.assign(frame=table["frame"].where(table["stratum"] == "war")), tokens_of(sentences), lexicon)
    assert row(lost, "war")["note"].endswith("no code that counts in the stratum (none), left out of the estimates")


def test_the_interval_of_a_share_of_equal_weights_is_that_of_wilson_whatever_the_order(lexicon):
    sentences = [f"A war {number}." for number in range(40)]
    codes = ["war"] * 28 + ["none"] * 12
    war = scores_of(lexicon, sentences, codes)
    # Of a sample the variance is p (1 - p) / (n - 1): 39 sentences in a formula that has p (1 - p) / n.
    expected = stats.binomtest(28, 40).proportion_ci(method="wilson")
    assert war[["precision_low", "precision_high"]].tolist() == pytest.approx([expected.low, expected.high], abs=0.004)
    assert (war["f1"], war["recall"]) == (pytest.approx(56 / 68), 1)
    again = validity(coded(sentences, codes).sample(frac=1, random_state=1), tokens_of(sentences), lexicon)
    pd.testing.assert_series_equal(row(again, "war"), war)


def test_nine_of_nine_are_no_certainty(lexicon):
    sentences = [*(f"A war {number}." for number in range(9)), "Rain fell."]
    war = scores_of(lexicon, sentences, ["war"] * 9 + ["none"])
    assert war[["precision", "recall", "f1"]].tolist() == [1, 1, 1]
    assert war["precision_low"] == pytest.approx(stats.binomtest(9, 9).proportion_ci(method="wilson").low)
    assert 0.8 < war["f1_low"] < 2 * war["precision_low"] / (1 + war["precision_low"])  # something may be missed, too
    assert war[["precision_high", "recall_high", "f1_high"]].tolist() == [1, 1, 1]


TRUE = {"precision": 60 / 100, "recall": 60 / 90, "f1": 120 / 190}


def test_over_many_sheets_the_estimate_is_the_truth_of_the_corpus_and_the_interval_holds_it(lexicon):
    tokens = tokens_of(TRUTH)
    sheets = (by_truth(draw_sheet(tokens, lexicon, size=80, seed=seed)) for seed in range(200))
    table = pd.DataFrame([row(validity(sheet, tokens, lexicon), "war") for sheet in sheets])
    for name, own in TRUE.items():
        assert ((table[f"{name}_low"] <= own) & (own <= table[f"{name}_high"])).mean() >= 0.93, name
        assert table[name].astype(float).mean() == pytest.approx(own, abs=0.03), name
    assert (table["both"] / table["coded"]).mean() > 0.75  # as the sheet has it, without weights


@pytest.mark.parametrize(
    ("found", "both", "missed", "state", "note"),
    [
        (30, 29, 0, "supported", r"the interval of F1, 0\.\d+ to 0\.99\d, is not below 0\.5"),
        (12, 6, 0, "uncertain", r"the interval of F1, 0\.[34]\d+ to 0\.[89]\d+, is on both sides of 0\.5"),
        (20, 2, 10, "failed", r"the interval of F1, 0\.0\d+ to 0\.[23]\d+, is below 0\.5"),
        (3, 0, 0, "uncertain", r"the interval of F1, 0\.000 to 0\.\d+, is on both sides of 0\.5"),
        (30, 0, 0, "failed", r"the interval of F1, 0\.000 to 0\.[12]\d+, is below 0\.5"),
    ],
)
def test_states(found, both, missed, state, note, lexicon):
    sentences = [f"A war {number}." for number in range(found)] + [f"Rain {number}." for number in range(missed + 50)]
    codes = ["war"] * both + ["none"] * (found - both) + ["war"] * missed + ["none"] * 50
    war, one = scores_of(lexicon, sentences, codes, codes), scores_of(lexicon, sentences, codes)
    assert war["state"] == state
    assert re.fullmatch(note, war["note"])
    assert (one["state"], one["note"]) == (state, war["note"] + "; no second coder: agreement is not known")
    assert np.isnan(one["alpha"])


def test_one_frame_among_many_does_not_fail_by_chance(lexicon):
    sentences = [f"A war {number}." for number in range(40)] + [f"Rain {number}." for number in range(200)]
    codes = ["war"] * 10 + ["none"] * 30 + ["war"] * 12 + ["none"] * 188
    # Above the interval of the frame alone, below that of the two frames.
    between = scores_of(lexicon, sentences, codes)["f1_high"] + 0.005
    war = scores_of(lexicon, sentences, codes, threshold=between)
    assert war["state"] == "uncertain"
    assert "which may be chance among 2 frames" in war["note"]
    assert scores_of(lexicon, sentences, codes, threshold=between + 0.05)["state"] == "failed"


def test_coders_who_do_not_agree_tell_nothing(lexicon):
    sentences = [f"A war {number}." for number in range(20)]
    war = scores_of(lexicon, sentences, ["war"] * 14 + ["none"] * 6, ["war"] * 11 + ["none"] * 9)
    # 17 of 20 agree; of 40 codes 25 are "war": alpha = 1 - (6 / 40) / (2 * 25 * 15 / (40 * 39)) = 0.688
    assert war["alpha"] == pytest.approx(0.688)
    assert war["state"] == "supported"
    war = scores_of(lexicon, sentences, ["war"] * 14 + ["none"] * 6, ["war"] * 10 + ["none"] * 10)
    assert war["state"] == "uncertain"
    assert war["note"] == "coders agree too little: alpha 0.594 is below 0.667"


def test_a_frame_that_is_neither_coded_nor_found(lexicon):
    table = validity(coded(["Rain fell."], ["none"]), tokens_of(["Rain fell."]), lexicon)
    assert table[["precision", "recall", "f1", "f1_low", "alpha"]].isna().all().all()
    assert table["state"].tolist() == ["uncertain"] * 2
    assert table["note"][0].startswith("no sentence coded and none found")


def test_the_coded_sentences_of_the_sample_as_scikit_learn_counts_them(sample_tokens, security):
    metrics = pytest.importorskip("sklearn.metrics")
    gold = read_table(SAMPLE / "gold" / "frames.csv")
    table = validity(coded_spans(gold, sample_tokens, security), sample_tokens, security)
    frames = security.frames["frame"].tolist()
    found = score_sentences(gold["sentence"].tolist(), security)[frames].to_numpy() > 0
    human = gold["frame"].to_numpy(dtype=object)[:, None] == frames
    scores = metrics.precision_recall_fscore_support(human, found, average=None, zero_division=np.nan)
    for name, values in zip(("precision", "recall", "f1", "coded"), scores, strict=True):
        assert table[name].tolist() == pytest.approx(values.tolist(), nan_ok=True), name
    assert set(table["items"]) == {len(gold)}


def test_from_a_corpus_to_the_file_and_back(sample_tokens, security, tmp_path):
    sheet = draw_sheet(sample_tokens, security, size=60)
    sheet["coder_1"] = sheet["coder_2"] = np.where(sheet["stratum"].str.startswith("("), "none", sheet["stratum"])
    write_sheet(sheet, tmp_path / "sheet.csv", security)
    codes = read_sheet(tmp_path / "sheet.csv", security)
    table = validity(codes, sample_tokens, security)
    assert table["recall"].dropna().tolist() == [1] * 12  # the coders said what the lexicon finds
    for name in ("validity.yml", "validity.json"):
        write_validity(table, tmp_path / name, security, codes)
        pd.testing.assert_frame_equal(read_validity(tmp_path / name, security), table, rtol=1e-5)
        again = validity(read_codes(tmp_path / name, security), sample_tokens, security)
        same = ["frame", "coded", "found", "both", "items", "precision", "f1", "f1_low", "f1_high", "state"]
        pd.testing.assert_frame_equal(again[same], table[same], rtol=1e-5)
    record = yaml.safe_load((tmp_path / "validity.yml").read_text("utf-8"))
    assert record == json.loads((tmp_path / "validity.json").read_text("utf-8"))
    assert record["lexicon"] == {"name": security.name, "version": security.version, "sha256": security.sha256}


def test_whose_validity_a_file_tells(lexicon, security, make_lexicon, tmp_path):
    codes = coded(["A war."], ["war"])
    table = validity(codes, tokens_of(["A war."]), lexicon)
    path = tmp_path / "v.yml"
    write_validity(table, path, lexicon, codes)
    edited = make_lexicon(FRAMES.replace("[war]", "[war, battle]"))
    for name, other, message in (
        ("v.yml", edited, r"v\.yml was made for lexicon test 1, as its file was then"),
        ("v.yml", security, r"v\.yml was made for lexicon test 1, and not for security_communication"),
        ("w.yml", lexicon, "no such validity file"),
    ):
        with pytest.raises(ValueError, match=message):
            read_validity(tmp_path / name, other)
    for name, other, message in (
        ("v.yml", security, "not those of lexicon 'security_communication'"),
        ("v.csv", lexicon, r"'v\.csv': validity is written as \.yml or \.json"),
    ):
        with pytest.raises(ValueError, match=message):
            write_validity(table, tmp_path / name, other, codes)
    for content in ("frames: [", "[1, 2]", "lexicon: {name: a, version: b, sha256: c}\nframes: [{frame: war}]", "\x00"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=r"v\.yml is not a validity file"):
            read_validity(path, lexicon)


@pytest.mark.parametrize(
    ("key", "value"),
    [("f1", "high"), ("coded", 1.5), ("items", True), ("state", "yes"), ("note", None), ("alpha", []), ("f1", -1)],
)
def test_what_cannot_stand_in_a_column_is_named(lexicon, tmp_path, key, value):
    path, record = file_of_one(lexicon, tmp_path)
    record["frames"][0][key] = value
    path.write_text(json.dumps(record), encoding="utf-8")
    frame = record["frames"][0]["frame"]
    with pytest.raises(ValueError, match=rf"v\.json has {re.escape(repr(value))} for '{key}' of '{frame}': score"):
        read_validity(path, lexicon)
    del record["frames"][0][key]
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"v\.json is not a validity file: it lacks '{key}'"):
        read_validity(path, lexicon)


def test_a_coded_sentence_that_is_none_is_named(lexicon, tmp_path):
    path, record = file_of_one(lexicon, tmp_path)
    names, (item, *rest) = record["sentences"]
    for sentences, message in (
        ([names, [item, *rest[:-1], "peace"]], f"v.json has 'peace' for 'frame' of '{item}'"),
        ([names, [item, *rest[:-1]]], "it lacks 'sentences'"),
        ([], "it lacks 'sentences'"),
        (None, "it lacks 'sentences'"),
    ):
        path.write_text(json.dumps(record | {"sentences": sentences}), encoding="utf-8")
        with pytest.raises(ValueError, match=re.escape(message)):
            read_codes(path, lexicon)


def file_of_one(lexicon, folder):
    """A validity file of one coded sentence, and what it holds."""
    path, codes = folder / "v.json", coded(["A war."], ["war"])
    write_validity(validity(codes, tokens_of(["A war."]), lexicon), path, lexicon, codes)
    return path, json.loads(path.read_text("utf-8"))


def test_codes_that_are_not_of_this_corpus_or_lexicon(lexicon):
    table, tokens = coded(["A war."], ["war"]), tokens_of(["A war."])
    item, other = table["item"][0], coded(["A law."], ["war"])["item"][0]
    for changed, message in (
        ({"doc_id": "b"}, f"document 'b' of item '{item}' is not in the corpus"),
        ({"item": other}, f"document 'text' of item '{other}' has another text at 0 to 6"),
        ({"frame": "wra"}, "code 'wra' is no frame of lexicon 'test': use war, law, none"),
        ({"frame": None}, "no sentence is coded"),
    ):
        with pytest.raises(ValueError, match=message):
            validity(table.assign(**changed), tokens, lexicon)
    with pytest.raises(ValueError, match=r"threshold=1\.5"):
        validity(table, tokens, lexicon, threshold=1.5)


def test_spans_coded_elsewhere(lexicon):
    tokens = tokens_of(["A war here.", "Rain fell."])
    spans = pd.DataFrame({"file": ["text.txt", "text"], "start": ["0", "13"], "end": [11, 23], "frame": ["WAR", ""]})
    found = coded_spans(spans, tokens, lexicon)
    assert found["frame"].tolist() == ["war", None]
    assert found[["doc_id", "start", "end", "sentence"]].to_numpy().tolist() == [
        ["text", 0, 11, "A war here."],
        ["text", 13, 23, "Rain fell."],
    ]
    assert row(validity(found, tokens, lexicon), "war")[["coded", "items", "blank"]].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"file": "b.txt"}, "row 2: document 'b.txt' is not in the corpus"),
        ({"end": 99}, "row 2: 'text' 0 to 99"),
        ({"start": "x"}, "row 2: start and end are whole numbers of characters, not 'x'"),
        ({"sentence": "A wra here."}, "row 2: 'text' 0 to 11 is 'A war here.', not the sentence coded"),
        ({"frame": "wra"}, "row 2: 'wra' is no frame of lexicon 'test'"),
    ],
)
def test_spans_that_are_wrong(changed, message, lexicon):
    spans = pd.DataFrame({"file": ["text.txt"], "start": 0, "end": 11, "frame": "war", "sentence": "A war here."})
    with pytest.raises(ValueError, match=message):
        coded_spans(spans.assign(**changed), tokens_of(["A war here."]), lexicon)
    with pytest.raises(ValueError, match="no column 'end'"):
        coded_spans(spans.drop(columns="end"), tokens_of(["A war here."]), lexicon)
    with pytest.raises(ValueError, match="no column 'doc_id'"):
        coded_spans(spans.drop(columns="file"), tokens_of(["A war here."]), lexicon)
