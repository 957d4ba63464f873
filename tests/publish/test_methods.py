"""The methods name what there is: functions, parameters, tables, and formulas that can be shown."""

import ast
import re
from pydoc import locate
from xml.etree import ElementTree

import pytest
from latex2mathml.converter import convert

from analysis.paths import ROOT
from analysis.publish.dictionary import tables
from analysis.publish.methods import methods, methods_page
from analysis.publish.parameters import notebooks, read_parameters

# What no notebook shows: scores of the word and sentence splitters on labelled texts, and axes between opposites.
ELSEWHERE = {"analysis.text.evaluation.score_spans", "analysis.framing.axes.axes"}
ROOMS = ("text", "terms", "framing", "redundancy")
LOOK = {"documents"}  # a parameter that changes what is shown and nothing that is computed


def formulas():
    return [pytest.param(f, id=f"{m.id}-{n}") for m in methods() for n, f in enumerate(m.formula)]


def with_formula():
    """The dotted names of the public functions of the rooms whose docstring has a formula set apart."""
    for path in sorted(path for room in ROOMS for path in (ROOT / "analysis" / room).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and ".. math::" in (ast.get_docstring(node) or ""):
                yield f"{module}.{node.name}"


def test_sections_come_in_the_order_of_the_notebooks():
    sections = list(dict.fromkeys(method.section for method in methods()))
    assert sections == ["text", *notebooks()]
    ids = [method.id for method in methods()]
    assert len(set(ids)) == len(ids)


def test_each_says_what_is_done_in_one_to_four_sentences():
    for method in methods():
        assert 1 <= len(re.findall(r"[.?!](?= [A-ZG]|$)", method.text)) <= 4, method.id
        assert method.title, method.id
        assert "\n" not in method.text, method.id


def test_every_function_is_there():
    for method in methods():
        assert method.code, method.id
        for name in method.code:
            assert callable(locate(name)), (method.id, name)


def test_every_formula_of_the_code_belongs_to_a_method():
    named = {name for method in methods() for name in method.code}
    found = set(with_formula())
    assert len(found) > 15
    assert found - named == ELSEWHERE


def test_parameters_are_those_of_the_notebooks():
    known = {parameter.name for path in notebooks().values() for parameter in read_parameters(path)}
    assert {name for method in methods() for name in method.parameters} == known - LOOK


def test_every_table_is_explained():
    named = [name for method in methods() for name in method.tables]
    assert set(named) == set(tables())


@pytest.mark.parametrize("formula", formulas())
def test_a_formula_becomes_mathml(formula):
    mathml = convert(formula, display="block")
    words = [text for text in ElementTree.fromstring(mathml).itertext() if text.strip()]
    assert words
    assert not [text for text in words if "\\" in text], mathml  # a command that is not known


@pytest.mark.parametrize("formula", formulas())
def test_markdown_leaves_a_formula_as_it_is(formula):
    assert not re.search(r"\\[^A-Za-z]|[$*`\n]", formula)
    assert formula == formula.strip()


def test_letters_are_explained_where_there_is_a_formula():
    spoken = {"firmness", "pasted"}  # formulas of whole words
    assert {method.id for method in methods() if method.formula and not method.where} == spoken
    assert not [method.id for method in methods() if method.where and not method.formula]


def test_a_source_has_a_year():
    for method in methods():
        assert all(re.search(r"\b(19|20)\d\d\b", source) for source in method.source), method.id


def test_the_page_of_the_methods_is_that_of_the_file():
    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert page == methods_page(), "docs/methods.md is stale: python -m analysis.publish.dictionary"
    assert page.count("\n### ") == len(methods())
    assert page.count("$") == 2 * len(formulas())
