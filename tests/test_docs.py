"""The pages of docs/ that follow from the package are current, and say of each language what the measures find."""

import runpy

import pytest

from analysis.core.paths import ROOT
from analysis.publish.dictionary import methods, tables
from analysis.text.sentences import LANGUAGES

generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))


@pytest.fixture(scope="module")
def languages():
    pytest.importorskip("simplemma")
    return generate["languages"]().set_index("code")


@pytest.mark.parametrize("name", generate["PAGES"])
def test_a_generated_page_is_current(name):
    if name == "languages.md":
        pytest.importorskip("simplemma")
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert page == generate["PAGES"][name](), f"docs/{name} is stale: make docs"


def test_each_table_and_method_has_a_heading():
    page = generate["tables_page"]()
    assert all(f"\n### {name}\n" in page for name in tables())
    page = generate["methods_page"]()
    assert page.count("\n### ") == len(methods())
    assert page.count("$") == 2 * sum(len(method.formula) for method in methods())


def test_every_language_has_a_name_and_a_row(languages):
    assert set(generate["NAMES"]) == set(languages.index) == LANGUAGES
    assert languages["language"].is_unique


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
def test_what_a_language_has(languages, code, words, stop_words, stems, lemmas):
    columns = ["words", "stop words", "stems", "lemmas"]
    assert languages.loc[code, columns].tolist() == [words, stop_words, stems, lemmas]


def test_what_is_found_by_rules_for_english_is_found_in_english_alone(languages):
    for name in ("frames", "passives", "actors", "speakers", "doublets"):
        assert languages.index[languages[name]].tolist() == ["en"], name
