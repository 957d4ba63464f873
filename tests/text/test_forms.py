"""Stems and lemmas are other names for the same tokens, by the language of each document."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.text.corpus import read_corpus, read_texts
from analysis.text.forms import short_words, word_forms


def words(tokens):
    return tokens.vocabulary[tokens.ids].tolist()


@pytest.fixture
def two_languages(tmp_path):
    (tmp_path / "en.txt").write_text("The people asked. He asks, she was asking.", encoding="utf-8")
    (tmp_path / "de.txt").write_text("Die Kinder waren in den Häusern.", encoding="utf-8")
    (tmp_path / "ur.txt").write_text("لوگوں نے پوچھا۔", encoding="utf-8")
    pd.DataFrame({"file": ["en.txt", "de.txt", "ur.txt"], "language": ["en-GB", "de", "ur"]}).to_csv(
        tmp_path / "metadata.csv", index=False
    )
    return tokenize(read_corpus(tmp_path))


def test_words_are_left_as_they_are(two_languages):
    assert word_forms(two_languages, "words") is two_languages


def test_stems_go_by_the_language_of_the_document(two_languages):
    stems = word_forms(two_languages, "stems")
    # German: kinder -> kind, waren -> war, häusern -> haus; English: people -> peopl; asked, asks, asking -> ask
    german = "die kind war in den haus".split()
    english = "the peopl ask he ask she was ask".split()
    assert words(stems) == german + english + "لوگوں نے پوچھا".split()
    assert stems.options["forms"] == "stems (NLTK Snowball for de, en; none for ur)"


def test_lemmas_are_the_dictionary_form(two_languages):
    lemmas = word_forms(two_languages, "lemmas")
    assert words(lemmas.where(language="en-GB")) == "the people ask he ask she be ask".split()
    assert words(lemmas.where(language="de")) == "der kind sein in der haus".split()
    assert lemmas.options["forms"] == "lemmas (simplemma for de, en; none for ur)"


def test_places_and_sentences_are_untouched(two_languages):
    stems = word_forms(two_languages, "stems")
    for name in ("start", "end", "document_offsets", "sentence_offsets", "sentence_segment"):
        assert np.array_equal(getattr(stems, name), getattr(two_languages, name))
    assert stems.ids.dtype == two_languages.ids.dtype
    assert two_languages.options.get("forms") is None


def test_types_are_distinct_used_and_in_the_order_of_the_text(two_languages):
    stems = word_forms(two_languages, "stems")
    assert len(set(stems.vocabulary)) == len(stems.vocabulary)
    assert stems.vocabulary.tolist() == list(dict.fromkeys(words(stems)))


def test_a_word_is_another_type_in_another_language_only_where_its_stem_is(tmp_path):
    (tmp_path / "a.txt").write_text("wagen", encoding="utf-8")
    (tmp_path / "b.txt").write_text("wagen", encoding="utf-8")
    pd.DataFrame({"file": ["a.txt", "b.txt"], "language": ["de", "ur"]}).to_csv(tmp_path / "metadata.csv", index=False)
    stems = word_forms(tokenize(read_corpus(tmp_path)), "stems")
    assert words(stems) == ["wag", "wagen"]


def test_stop_words_stay_so_that_the_stop_list_still_fits():
    tokens = tokenize(read_text("They were very happy, having asked."))
    assert words(word_forms(tokens, "stems", keep={"they", "were", "very", "having"})) == (
        "they were very happi having ask".split()
    )


def test_what_is_no_plain_word_stays():
    text = "See https://example.org/Studies, #Studies, @Studies, 1990s, U.S. studies' and co-studies."
    assert words(word_forms(tokenize(read_text(text)), "stems")) == (
        "see https://example.org/Studies #Studies @Studies 1990s u.s. studi and co-studi".split()
    )


def test_no_words_at_all():
    assert len(word_forms(tokenize(read_texts([""])), "stems")) == 0


def test_an_unknown_form():
    with pytest.raises(ValueError, match="unknown word form 'roots': use 'words', 'stems' or 'lemmas'"):
        word_forms(tokenize(read_text("A word.")), "roots")


def test_short_words_are_measured_without_their_marks():
    tokens = tokenize(read_text("a an and مِن مِنَ 5 50 أنا"))  # two of them two letters under three or four characters
    assert short_words(tokens, 3) == {"a", "an", "مِن", "مِنَ", "5", "50"}
    assert short_words(tokens, 1) == frozenset()
