"""Stems and lemmas are other names for the same tokens, by the language of each document."""

import gc

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, save_tokens, tokenize
from analysis.text import forms
from analysis.text.corpus import read_corpus, read_texts
from analysis.text.forms import short_words, word_forms
from analysis.text.shards import join_shards, load_documents, names, shards


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


def sharded_words(tokens):
    found = []
    for shard in shards(tokens):
        local = shard.tokens.vocabulary[shard.tokens.ids]
        assert names(tokens, shard.types[shard.tokens.ids]).tolist() == local.tolist()
        found += local.tolist()
    return found


@pytest.mark.parametrize("form", ["stems", "lemmas"])
@pytest.mark.parametrize("documents", [1, 2])
def test_forms_of_a_corpus_in_shards(two_languages, sharded, form, documents, monkeypatch):
    monkeypatch.setattr(forms, "AT_ONCE", 3)
    cut = sharded(two_languages, documents)
    whole, changed = word_forms(two_languages, form, keep={"in"}), word_forms(cut, form, keep={"in"})
    assert sharded_words(changed) == words(whole)
    assert names(changed, np.arange(len(changed.vocabulary))).tolist() == sorted(whole.vocabulary)
    assert changed.options == whole.options
    assert dict(load_documents(changed, np.array([0])).options) == whole.options
    assert sharded_words(cut) == words(two_languages)
    some = changed.where(language="ur")
    folder = changed.types.parent
    del changed
    assert sharded_words(some) == words(whole.where(language="ur"))
    assert folder.exists()
    assert sharded_words(word_forms(some, form, keep={"in"})) == words(whole.where(language="ur"))
    del some
    gc.collect()
    assert not folder.exists()


def test_forms_of_some_documents_of_a_corpus_in_shards(two_languages, sharded):
    cut = sharded(two_languages, 2).where(language__not="ur")
    whole, changed = (word_forms(tokens, "stems") for tokens in (two_languages.where(language__not="ur"), cut))
    assert sharded_words(changed) == words(whole)
    assert changed.options == whole.options
    assert word_forms(cut, "words") is cut


def test_stems_of_the_sample_in_shards(sample_tokens, sample_shards):
    whole, changed = word_forms(sample_tokens, "stems"), word_forms(sample_shards, "stems")
    assert sharded_words(changed) == words(whole)
    assert len(changed.vocabulary) == len(whole.vocabulary)


def test_short_words_of_a_corpus_in_shards(sample_tokens, sample_shards, sharded, monkeypatch):
    monkeypatch.setattr(forms, "AT_ONCE", 5)
    marked = tokenize(read_texts(["a an and مِن مِنَ", "5 50 أنا"]))
    for length in (0, 1, 2, 3, 4):
        assert short_words(sample_shards, length) == short_words(sample_tokens, length)
        assert short_words(sharded(marked, 1), length) == short_words(marked, length)


def test_a_word_of_marks_alone_is_short_where_there_is_one():
    tokens = tokenize(read_texts(["a \u0650 b"]), scheme="treebank")
    assert short_words(tokens, 1) == {"\u0650"}


def test_a_part_without_a_document_is_passed_over(two_languages, sharded, tmp_path):
    whole, none = two_languages, np.zeros(0, dtype=np.int64)
    saved = [tmp_path / name for name in "abc"]
    for place, rows in zip(saved, (np.array([0]), none, np.arange(1, whole.n_documents)), strict=True):
        save_tokens(whole.subset(rows), place)
    cut = join_shards(saved, tmp_path / "whole")
    assert [shard.number for shard in shards(cut)] == [0, 2]
    assert sharded_words(word_forms(cut, "stems")) == words(word_forms(whole, "stems"))


def test_shards_whose_documents_have_one_name_keep_their_own_words(tmp_path):
    saved = [tmp_path / name for name in "ab"]
    for place, text in zip(saved, ("He condemned it.", "They were walking away."), strict=True):
        save_tokens(tokenize(read_text(text)), place)
    cut = join_shards(saved, tmp_path / "whole")
    assert sharded_words(word_forms(cut, "stems")) == "he condemn it they were walk away".split()
