"""Stop lists are read as they were meant and match tokens as they are."""

import codecs

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.core.paths import STOPWORDS
from analysis.text.stopwords import read_stopwords, stop_lists, stop_words, stopped


def test_one_word_a_line_folded_as_tokens_are(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes("# a comment\nThe\n  and  \r\n\nDon’t # another\nE\u0301tat\n".encode())
    assert read_stopwords(path) == {"the", "and", "don't", "état"}


def test_a_folder_is_all_its_lists(tmp_path):
    (tmp_path / "en.txt").write_bytes(codecs.BOM_UTF8 + b"the\n")
    (tmp_path / "de.txt").write_bytes("für\n".encode("cp1252"))
    (tmp_path / "notes.md").write_bytes(b"left out\n")
    assert read_stopwords(tmp_path) == {"the", "für"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "no such stop list: .*: give a text file with one word a line, or a folder"),
        ("empty", "no such stop list: .*: give a text file with one word a line, or a folder"),
        ("binary.txt", r"stop list binary\.txt its bytes are not text"),
        ("", r"stop list binary\.txt its bytes are not text"),
    ],
)
def test_what_is_no_list(tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    with pytest.raises(ValueError, match=message):
        read_stopwords(tmp_path / name)


def test_the_shipped_lists_are_made_of_words_that_can_be_tokens():
    words = read_stopwords(STOPWORDS)
    assert {"the", "of", "wouldn't", "ہے", "کی"} <= words
    assert not {"terrorism", "war", "law", "people"} & words
    assert not [word for word in words if " " in word]


def test_the_shipped_english_list_takes_about_half_of_running_text(sample_tokens):
    words = read_stopwords(STOPWORDS / "en.txt")
    english = sample_tokens.where(language="en")
    share = sum(word in words for word in english.vocabulary[english.ids]) / len(english)
    assert 0.40 < share < 0.60


def test_lists_by_name_are_those_of_the_languages():
    assert {"the", "won't"} <= stop_words("stopwordsiso", ["en-GB"])
    assert "ہے" not in stop_words("stopwordsiso", ["en"])
    assert {"ہے", "the"} <= stop_words("stopwordsiso", ["ur", "en"])
    assert stop_words("data/stopwords") == read_stopwords(STOPWORDS)
    assert stop_words("") == frozenset()


def test_each_language_of_a_corpus_has_its_list():
    own, iso = "data/stopwords", "stopwordsiso"
    languages = ["en_GB", "ur", "es-MX", "es", "pt_BR", "nb", "nn", "ps", "zh"]
    lists = {"en": own, "es": iso, "nb": iso, "nn": iso, "ps": "", "pt": iso, "ur": own, "zh": ""}
    assert stop_lists(own, languages) == lists
    words = stop_words(own, languages)
    assert {"the", "کی", "de", "también", "não", "ikke", "ikkje"} <= words  # "د" is of Pashto
    assert not {"able", "gobierno", "د"} & words  # "able" is in the English list of stopwordsiso
    assert stop_words(own, ["ps"]) == read_stopwords(STOPWORDS)
    assert stop_lists(iso, ["en", "ps"]) == {"en": iso, "ps": ""}
    assert stop_lists("nltk", ["ur", "en"]) == {"en": "nltk", "ur": ""}
    assert stop_lists("", ["en"]) == {"en": ""}


def test_lists_of_ones_own_are_for_all_languages_where_they_are_not_named_by_them(tmp_path):
    (tmp_path / "es.txt").write_text("gobierno\n", encoding="utf-8")
    languages = ["es-MX", "en"]
    assert stop_lists(tmp_path, languages) == {"en": "stopwordsiso", "es": str(tmp_path)}
    assert {"gobierno", "the"} <= stop_words(tmp_path, languages)
    assert "también" not in stop_words(tmp_path, languages)
    assert set(stop_lists(tmp_path / "es.txt", languages).values()) == {str(tmp_path / "es.txt")}
    (tmp_path / "names.txt").write_text("azm\n", encoding="utf-8")
    assert set(stop_lists(tmp_path, languages).values()) == {str(tmp_path)}
    assert stop_words(tmp_path, languages) == {"gobierno", "azm"}


def test_words_of_stopwordsiso_are_folded_as_tokens_are():
    # A dot below its letter or in one with it, and marks in another order than the list has them.
    tokens = tokenize(read_text("का\u092b\u093cी का\u095eी ثُم\u0651\u064e"))
    assert set(tokens.vocabulary) <= stop_words("data/stopwords", ["hi", "ar"])
    assert len(tokens.vocabulary) == 2


@pytest.mark.parametrize("name", ["stopwordsiso", "nltk"])
def test_a_language_without_a_list(name):
    with pytest.raises(ValueError, match=f"stop list '{name}' has no words for tlh: name a file"):
        stop_words(name, ["tlh"])


def test_nltk_lists_are_read_where_they_are(tmp_path, monkeypatch):
    import nltk
    from nltk.corpus import stopwords

    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    stopwords.__dict__.pop("_LazyCorpusLoader__reader", None)
    with pytest.raises(ValueError, match="NLTK's stop lists are not on this machine: install its data 'stopwords'"):
        stop_words("nltk", ["en"])
    folder = tmp_path / "corpora" / "stopwords"
    folder.mkdir(parents=True)
    (folder / "english").write_text("the\nwon't\n", encoding="utf-8")
    assert stop_words("nltk", ["en", "ur"]) == {"the", "won't"}


def test_stop_words_of_a_corpus_in_shards(sample_tokens, sample_shards) -> None:
    words = sample_shards.vocabulary[np.arange(len(sample_shards.vocabulary))]
    for listed in (read_stopwords(STOPWORDS), {"a", "peas", "zz"}, set(), None):
        assert stopped(sample_shards.vocabulary, listed).tolist() == stopped(words, listed).tolist()
    assert stopped(sample_shards.vocabulary, {"the", "peas"}).sum() == 1
    with pytest.raises(ValueError, match="stopwords is 'war': give a collection of words"):
        stopped(sample_shards.vocabulary, "war")
