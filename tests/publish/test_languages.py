"""The page of languages says what the measures find, and about every language."""

import pytest

from analysis.core.paths import ROOT
from analysis.publish.languages import NAMES, languages, languages_page
from analysis.text.sentences import LANGUAGES

pytest.importorskip("simplemma")


@pytest.fixture(scope="module")
def table():
    return languages().set_index("code")


def test_the_page_is_what_comes_out():
    page = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")
    assert page == languages_page(), "docs/languages.md is stale: python -m analysis.publish.dictionary"


def test_every_language_has_a_name_and_a_row(table):
    assert set(NAMES) == set(table.index) == LANGUAGES
    assert table["language"].is_unique


# By hand, of what each says of itself: NLTK's stemmers, simplemma's and stopwordsiso's lists, the folders of data/.
@pytest.mark.parametrize(
    ("code", "words", "stop_words", "stems", "lemmas"),
    [
        ("en", True, "own", True, True),
        ("ur", True, "own", False, False),
        ("fi", True, "stopwordsiso", True, True),
        ("ps", True, "", False, False),
        ("hi", True, "stopwordsiso", False, True),
        ("zh", False, "", False, False),
        ("nb", True, "stopwordsiso", True, True),
        ("tr", True, "stopwordsiso", False, True),
    ],
)
def test_what_a_language_has(table, code, words, stop_words, stems, lemmas):
    assert table.loc[code, ["words", "stop words", "stems", "lemmas"]].tolist() == [words, stop_words, stems, lemmas]


def test_what_is_found_by_rules_for_english_is_found_in_english_alone(table):
    for name in ("frames", "passives", "actors", "speakers", "doublets"):
        assert table.index[table[name]].tolist() == ["en"], name
