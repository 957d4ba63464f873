"""The redundancy notebook finds what its own tables bear out, says what these texts cannot carry, and goes on."""

from functools import partial

import pandas as pd
import pytest

from tests.in_process import shown_by


def shown(run):
    return shown_by(run, "redundancy")


def of_kind(made, kind):
    return [text for what, text in made if what == kind]


@pytest.fixture
def run(run_cells):
    return partial(run_cells, "redundancy")


def read(run, name):
    return pd.read_csv(run / "redundancy" / f"{name}.csv", keep_default_na=False)


def test_what_is_borrowed_can_be_counted_again(sample_run, sample_tokens):
    found = read(sample_run, "passages")
    documents = sample_tokens.corpus.documents.set_index("doc_id")
    had: dict[str, dict[str, set[int]]] = {doc_id: {} for doc_id in documents.index}  # taker, origin, words by place
    for row in found.to_dict("records"):
        sizes = {side: row[f"{side}_end"] - row[f"{side}_start"] for side in "ab"}
        for own, other in ("ab", "ba"):
            if row["kind"] == "reworded" or sizes[own] > 2 * sizes[other]:
                continue
            if documents.loc[row[f"{other}_doc"], "date"] < documents.loc[row[f"{own}_doc"], "date"]:
                k = int((sample_tokens.doc_ids == row[f"{own}_doc"]).argmax())
                first, stop = sample_tokens.document_offsets[k : k + 2]
                start, end = sample_tokens.start[first:stop], sample_tokens.end[first:stop]
                words = ((start >= row[f"{own}_start"]) & (end <= row[f"{own}_end"])).nonzero()[0]
                had[row[f"{own}_doc"]].setdefault(row[f"{other}_doc"], set()).update(words.tolist())
    table = read(sample_run, "borrowed").set_index("doc_id")
    assert table["borrowed"].to_dict() == {taker: len(set().union(*of.values())) for taker, of in had.items()}
    assert table["borrowed"].sum() > 500
    order = {doc_id: (date, row) for row, (doc_id, date) in enumerate(documents["date"].items())}
    for taker, of in had.items():
        seen: set[int] = set()
        for origin in sorted(of, key=order.__getitem__):  # each word comes from the earliest that has it
            of[origin], seen = of[origin] - seen, seen | of[origin]
        origin = table.loc[taker, "origin"]
        assert max(map(len, of.values()), default=0) == len(of.get(origin, ())), taker


def test_the_sample_is_held_against_its_labels(sample_run):
    table = read(sample_run, "known_reuse").set_index("kind")
    assert float(table.loc["verbatim", "recall"]) > 0.95
    assert float(table.loc["all", "precision"]) > 0.9


def test_by_hand_mistakes_cost_their_section_and_no_more(run, small):
    made = shown(run(small, similarity=1.5, min_link=2.0, group_by="sauce"))
    notes = of_kind(made, "note")
    assert any(text.startswith("Left out: no metadata column 'sauce': this corpus has doc_id") for text in notes)
    assert "Left out: threshold is 1.5: use a share above 0 and at most 1, such as 0.8." in notes
    assert "Left out: min_link is 2.0: use a share above 0 and at most 1, such as 0.1." in notes
    assert (
        "finding",
        "No two documents have different dates, so none can be said to have had a passage first.",
    ) in made
    assert "repeat_map" in of_kind(made, "figure")
    assert "No figure “novelty”: a course takes 30 sentences or documents." in notes


def test_one_word_alone(run, tmp_path):
    (tmp_path / "one.txt").write_text("Word.", encoding="utf-8")
    made = shown(run(tmp_path / "one.txt"))
    assert of_kind(made, "figure") == []
    assert "No run of four words appears twice in “one”." in of_kind(made, "note")
    findings = of_kind(made, "finding")
    assert findings[0] == "No sentence of 5 words or more is repeated verbatim."
    assert findings[-1] == "No term of the lexicon occurs in the text."


URDU = (
    "حکومت تمام سیاسی جماعتوں سے مشاورت کرے گی اور پارلیمان کو اعتماد میں لیا جائے گا "
    "اور قوم کو ہر قدم پر آگاہ رکھا جائے گا۔"
)


def test_documents_in_urdu_with_labels_for_others(run, tmp_path):
    texts = [f"سڑک بند ہے۔\n\n{URDU}", URDU]
    rows = ["file,source,date,language\n", "0.txt,جنگ,2024-06-20,ur\n", "1.txt,ڈان,2024-06-21,ur\n"]
    for k, text in enumerate(texts):
        (tmp_path / f"{k}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "metadata.csv").write_text("".join(rows), encoding="utf-8")
    (tmp_path / "gold").mkdir()
    columns = "source_file,source_start,source_end,target_file,target_start,target_end,kind"
    (tmp_path / "gold" / "reuse.csv").write_text(f"{columns}\nz.txt,0,5,0.txt,0,5,near\n", encoding="utf-8")
    made = shown(run(tmp_path))
    notes = of_kind(made, "note")
    assert (
        "Left out: lexicon 'security_communication' is in 'en' and the documents are in ur: give one of theirs."
        in notes
    )
    assert "Left out: doublets are looked for in English documents, and there are none." in notes
    assert "Left out: reuse.csv row 2: no place 'z.txt' 0 to 5." in notes
    assert not {"borrowed_shares", "reuse_network", "timeline"} & set(of_kind(made, "figure"))  # one bar, one cell
    assert {
        "No figure “borrowed shares”: there are no two values to compare.",
        "No figure “reuse network”: no two groups have text of two earlier ones.",
        "No figure “timeline”: no passage appears in three places.",
    } <= set(notes)
    table = read(tmp_path / "run", "borrowed")
    assert table["borrowed"].tolist() == [0, len(URDU.split())]
    assert table["origin"].tolist() == ["", "0"]


def test_what_stands_in_too_many_places_is_said_to_be_passed_over(run, tmp_path):
    text = "The council closed the old bridge to all lorries. " + "war " * 25_000
    table = pd.DataFrame({"body": [text, *["The council closed the old bridge to all lorries."] * 200]})
    table.to_csv(tmp_path / "table.csv", index=False)
    made = shown(run(tmp_path / "table.csv", text_column="body"))
    assert any("“war war war war” appears 24,997 times: too often" in text for text in of_kind(made, "note"))
    # Six runs of four in nine words, each of them in 201 documents.
    aside = "Not looked at are 6 runs of four words that appear in more than 200 documents."
    assert ("finding", f"No two documents share a passage. {aside}") in made
    assert "common_runs" in of_kind(made, "table")
