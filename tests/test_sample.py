"""The sample corpus is what its README says: every file listed, every labelled span in its place."""

import csv
from itertools import pairwise
from pathlib import Path

import pandas as pd

from analysis import Corpus, load_run, tokenize
from analysis.core.paths import ROOT
from analysis.framing.frames import in_language
from analysis.framing.lexicon import Lexicon
from analysis.framing.validity import coded_spans, validity
from analysis.framing.validity_file import read_validity
from analysis.text.reading.metadata import read_table

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
GOLD = SAMPLE / "gold"
FRAMES = set(
    (
        "threat war_and_eradication resolve_and_renewal national_unity law_and_prosecution diplomacy "
        "development_and_welfare narrative_and_information sacrifice civilian_harm rights_and_accountability "
        "denial_and_dissent"
    ).split()
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


METADATA = rows(SAMPLE / "metadata.csv")
# Bytes decoded by hand: text mode would turn CRLF into \n and shift every offset after it.
TEXTS = {row["file"]: (SAMPLE / row["file"]).read_bytes().decode("utf-8-sig") for row in METADATA}
REUSE = rows(GOLD / "reuse.csv")


def span(row: dict[str, str], side: str = "") -> str:
    start, end = int(row[f"{side}start"]), int(row[f"{side}end"])
    assert 0 <= start < end <= len(TEXTS[row[f"{side}file"]]), row
    return TEXTS[row[f"{side}file"]][start:end]


def test_every_document_has_a_metadata_row_and_the_reverse() -> None:
    documents = {path.name for path in SAMPLE.iterdir() if path.suffix in {".txt", ".md"}}
    assert documents == set(TEXTS)
    assert len(METADATA) == len(documents) == 26
    assert (SAMPLE / ".lafzignore").read_text(encoding="utf-8") == "gold/\n"


def test_metadata_agrees_with_the_files() -> None:
    for row in METADATA:
        assert row["file"].startswith(row["date"])
        assert TEXTS[row["file"]].splitlines()[0].removeprefix("# ") == row["title"]
        assert row["source_kind"] in {"official", "agency", "daily", "opinion", "rights", "radio"}
        assert row["language"] in {"en", "ur"}


def test_frames_quote_body_sentences() -> None:
    coded = rows(GOLD / "frames.csv")
    assert len(coded) >= 330
    english = {row["file"] for row in METADATA if row["language"] == "en"}
    assert {row["file"] for row in coded} == english
    assert {row["frame"] for row in coded} == FRAMES | {"none"}
    for row in coded:
        assert span(row) == row["sentence"] == row["sentence"].strip()
    for before, after in pairwise(coded):
        assert before["file"] != after["file"] or int(before["end"]) <= int(after["start"])


def test_boilerplate_quotes_the_text_and_is_no_coded_sentence() -> None:
    lines = rows(GOLD / "boilerplate.csv")
    kinds = {"promotion", "subscribe", "copyright", "byline", "dateline"}
    assert {row["kind"] for row in lines} == kinds
    sentences = [(row["file"], int(row["start"]), int(row["end"])) for row in rows(GOLD / "frames.csv")]
    for row in lines:
        assert span(row) == row["text"]
        start, end = int(row["start"]), int(row["end"])
        assert not [s for s in sentences if s[0] == row["file"] and s[1] < end and start < s[2]]


def test_english_documents_are_title_headings_boilerplate_and_coded_sentences() -> None:
    labelled: dict[str, list[tuple[int, int]]] = {}
    for row in rows(GOLD / "frames.csv") + rows(GOLD / "boilerplate.csv"):
        labelled.setdefault(row["file"], []).append((int(row["start"]), int(row["end"])))
    for row in METADATA:
        if row["language"] != "en":
            continue
        text, rest, at = TEXTS[row["file"]], "", 0
        for start, end in sorted(labelled[row["file"]]):
            rest, at = rest + text[at:start], end
        left = [line.strip() for line in (rest + text[at:]).splitlines() if line.strip()]
        assert left[0].removeprefix("# ") == row["title"]
        # What no label covers is a heading: a short line of its own that ends no sentence.
        assert all(len(line.split()) <= 8 and line[-1] not in ".!" for line in left[1:]), left


def test_reuse_spans_are_of_their_kind() -> None:
    assert {row["kind"] for row in REUSE} == {"verbatim", "edited", "reworded"}
    for row in REUSE:
        source, target = (" ".join(span(row, side).split()) for side in ("source_", "target_"))
        assert (source == target) == (row["kind"] == "verbatim"), row
        assert row["note"].split("; ")[0] in {"direct", "shared origin"}
        if row["source_file"] == row["target_file"]:
            assert int(row["source_end"]) <= int(row["target_start"])
        else:
            assert row["source_file"][:10] <= row["target_file"][:10]


def test_reuse_is_complete_for_repeated_sentences() -> None:
    """Any two coded sentences that are the same are inside a verbatim row, whoever wrote them."""
    verbatim = [row for row in REUSE if row["kind"] == "verbatim"]

    def inside(sentence: dict[str, str], row: dict[str, str], side: str) -> bool:
        return (
            sentence["file"] == row[f"{side}_file"]
            and int(row[f"{side}_start"]) <= int(sentence["start"])
            and int(sentence["end"]) <= int(row[f"{side}_end"])
        )

    first_seen: dict[str, list[dict[str, str]]] = {}
    for sentence in rows(GOLD / "frames.csv"):
        for earlier in first_seen.setdefault(sentence["sentence"], []):
            assert any(inside(earlier, r, "source") and inside(sentence, r, "target") for r in verbatim), sentence
        first_seen[sentence["sentence"]].append(sentence)


def test_paragraphs_repeat_within_at_least_two_documents() -> None:
    within = {r["source_file"] for r in REUSE if r["kind"] == "verbatim" and r["source_file"] == r["target_file"]}
    repeating = set()
    for name in within:
        paragraphs = [p.strip() for p in TEXTS[name].replace("\r\n", "\n").split("\n\n")]
        if len(set(paragraphs)) < len(paragraphs):
            repeating.add(name)
    assert len(repeating) >= 2


def test_doublets_quote_coordinated_pairs() -> None:
    pairs = rows(GOLD / "doublets.csv")
    assert len(pairs) >= 60
    assert {row["doublet"] for row in pairs} == {"0", "1"}
    for row in pairs:
        assert span(row).lower() == f"{row['first']} and {row['second']}".lower()


def test_a_sentence_or_pair_is_coded_alike_wherever_it_stands() -> None:
    for name, key, label in (("frames.csv", ["sentence"], "frame"), ("doublets.csv", ["first", "second"], "doublet")):
        codes: dict[str, set[str]] = {}
        for row in rows(GOLD / name):
            codes.setdefault(" ".join(row[k] for k in key).lower(), set()).add(row[label])
        assert all(len(labels) == 1 for labels in codes.values())


def test_the_oddities_of_real_files_are_there() -> None:
    raw = {name: (SAMPLE / name).read_bytes() for name in TEXTS}
    assert sum(data.startswith(b"\xef\xbb\xbf") for data in raw.values()) == 1
    assert sum(b"\r\n" in data for data in raw.values()) == 1
    assert sum("\n\n" not in text.replace("\r\n", "\n") for text in TEXTS.values()) == 1
    assert sum("AZM\u2011E\u2011ISTEHKAM" in text for text in TEXTS.values()) == 1
    curly = {name for name, text in TEXTS.items() if "’" in text or "“" in text}
    straight = {name for name, text in TEXTS.items() if "'" in text or '"' in text}
    assert curly - straight
    assert straight - curly
    assert curly & straight
    assert sum(name.endswith(".md") for name in TEXTS) == 1
    everything = "\n".join(TEXTS.values())
    for sign in ("U.S.", "Lt. Gen.", "p.m.", "Rs. 2.5 billion", "3,500", "12.5%", "AZM-E-ISTEHKAM"):
        assert sign in everything
    for sign in ("https://", "desk@example.org", "@valley_radio", "#AzmEIstehkam", "ALSO READ: ", "Read more: "):
        assert sign in everything


def test_the_urdu_document_is_urdu() -> None:
    (name,) = [row["file"] for row in METADATA if row["language"] == "ur"]
    letters = [c for c in TEXTS[name] if c.isalpha()]
    assert sum("\u0600" <= c <= "\u06ff" for c in letters) / len(letters) > 0.99
    assert TEXTS[name].count("۔") >= 10


def test_the_validity_file_is_that_of_the_shipped_lexicon_and_labels(sample: Corpus, security: Lexicon) -> None:
    tokens = in_language(tokenize(sample), security)
    coded = coded_spans(read_table(GOLD / "frames.csv"), tokens, security)
    measured = validity(coded, tokens, security)
    kept = read_validity(GOLD / "validity.yml", security)
    pd.testing.assert_frame_equal(kept[measured.columns.tolist()], measured, check_dtype=False, rtol=1e-5)


def test_the_gallery_and_the_readme_say_what_the_committed_report_says() -> None:
    run = load_run(ROOT / "figures" / "sample")
    loaded, repeated = run["redundancy/loaded"], run["redundancy/repeated_shares"]
    words = run["term_frequency/all_words"].iloc[0]
    moved = run["redundancy/before_and_after"].set_index("term").loc["terrorism"]
    states = run["framing/validity"]["state"].value_counts()
    war = run["framing/shares"].set_index("frame").loc["war_and_eradication"]
    copied = f"{repeated['repeated'].sum() / loaded['words'].sum():.0%} of all words"
    counts = f"{moved['count']:.0f} occurrences to {moved['adjusted']:.0f}"
    assert states.to_dict() == {"uncertain": 9, "supported": 2, "failed": 1}
    said = {
        "README.md": [
            f"{loaded['documents'].sum()} short documents",
            f"*{words['term']}* is used most: {words['count']:.0f} times, in {words['documents']} of the documents",
            f"in {war['share']:.0%} of sentences; the lexicon alone says {war['raw_share']:.0%}",
            copied,
            counts,
        ],
        "docs/gallery.md": [
            f"{loaded['documents'].sum()} short documents",
            copied,
            f"*Terrorism* occurs {moved['count']:.0f} times as printed, and {moved['adjusted']:.0f} times when",
            "coders bear out two on these texts; one fails and nine are uncertain",
        ],
    }
    assert len(loaded) == 8  # "eight kinds of source", in both
    for page, sentences in said.items():
        text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
        assert [one for one in [*sentences, "eight kinds of source"] if one not in text] == [], page
