"""Every table that a run can have is in the dictionary, as the run writes it."""

import ast
import re
from pydoc import locate
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from latex2mathml.converter import convert

from analysis import load_run, tokenize
from analysis.core.paths import ROOT
from analysis.publish import frame_tables
from analysis.publish.corpus_tables import CAPTIONS
from analysis.publish.dictionary import GROUP, meaning, methods, tables
from analysis.publish.parameters import notebooks, read_cells, read_parameters
from analysis.redundancy.near import near_repeats, near_texts
from analysis.redundancy.reuse import common_shingles
from analysis.text.corpus import read_texts
from analysis.text.periods import undated

SAVING = {"save_table": 1, "save_figure": 1}  # the place of the name among the arguments
# What no notebook shows: scores of the word and sentence splitters on labelled texts, and axes between opposites.
ELSEWHERE = {"analysis.text.evaluation.score_spans", "analysis.framing.axes.axes"}
ROOMS = ("text", "terms", "framing", "redundancy")
LOOK = {"documents"}  # a parameter that changes what is shown and nothing that is computed


@pytest.fixture(scope="module")
def run(sample_run):
    return load_run(sample_run)


@pytest.fixture(scope="module")
def written():
    return yaml.safe_load((ROOT / "analysis" / "publish" / "dictionary.yml").read_text(encoding="utf-8"))


def columns(table):
    return list(tables()[table].columns)


def saved(path):
    """The names of the tables that a notebook saves."""
    for cell in read_cells(path):
        for node in ast.walk(ast.parse(cell.source)) if cell.kind == "code" else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAVING:
                yield ast.literal_eval(node.args[SAVING[node.func.id]])


def test_every_column_of_a_run_has_a_meaning(run):
    said = [meaning(name, column, group_by="source") for name in run for column in run[name].columns]
    assert len(said) > 700
    assert all(said)


def test_the_file_beside_each_table_has_the_meanings(run):
    for name in run:
        about = run.about(name)
        assert about["row"] == tables()[name].row
        said = {column["name"]: column.get("meaning") for column in about["columns"]}
        assert said == {column: meaning(name, column, group_by="source") for column in run[name].columns}, name


def test_the_columns_are_those_of_a_run(run):
    for name in run:
        found, named = list(run[name].columns), ["source" if column == GROUP else column for column in columns(name)]
        if named[-1].startswith("<"):  # and columns besides
            assert found[: len(named) - 1] == named[:-1], name
        else:
            assert set(found) == set(named), name
            assert found[0] == named[0], name


def test_tables_that_the_sample_does_not_have(security):
    tokens = tokenize(read_texts(["We will win this war now.", "We will win that war now.", "It rained all day."]))
    assert list(undated(tokens).columns) == columns("term_frequency/undated")
    assert list(common_shingles(tokens, n=2, max_documents=2).columns) == columns("redundancy/common_runs")
    assert list(near_texts(tokens, near_repeats(tokens, 0.6)).columns) == columns("redundancy/restatements")
    embedding = pytest.importorskip("analysis.framing.embedding")
    pytest.importorskip("wordllama")
    assert list(frame_tables.nearness(tokens, security, {}).columns) == columns("framing/nearness")
    proposed = embedding.expand(tokens, security, min_count=1)
    assert list(proposed.columns) == columns("framing/proposed_terms")


def test_every_table_of_a_notebook_is_in_the_dictionary_and_no_other():
    named = {f"{section}/{name}" for section, path in notebooks().items() for name in saved(path)}
    assert len(named) > 80
    figures = {name.partition(".")[0] for name in tables() if "." in name}  # that draw a further table
    assert figures <= named
    assert {name for name in tables() if "." not in name} == named | {f"corpus/{name}" for name in CAPTIONS}


def test_nothing_is_written_in_vain(written):
    used = {column for name in tables() for column in columns(name)}
    assert set(written["columns"]) <= used
    for section, entries in written["tables"].items():
        for name, entry in entries.items():
            assert set(entry) <= {"row", "like", "without", "columns", "means"}, name
            assert set(entry.get("without", ())) <= set(columns(entry["like"]) if "like" in entry else ()), name
            assert set(entry.get("means", {})) <= set(columns(f"{section}/{name}")), name
            own = [column for column in entry.get("means", {}) if column in written["columns"] and "like" not in entry]
            assert all(entry["means"][column] != written["columns"][column] for column in own), name


def test_meanings_are_sentences_on_one_line():
    for name in tables():
        for said in [tables()[name].row, *tables()[name].columns.values()]:
            assert said[0].isalnum() or said[0] in "(1", (name, said)
            assert said.endswith("."), (name, said)
            assert "\n" not in said, (name, said)


def test_a_meaning_is_the_tables_own_or_that_of_the_table_it_is_like_or_the_shared_one(written):
    shared = written["columns"]
    assert meaning("framing/matches", "doc_id") == shared["doc_id"]
    assert meaning("framing/evidence", "start") != shared["start"]
    own = written["tables"]["term_frequency"]["all_pairs"]["means"]
    assert meaning("term_frequency/pairs", "g2") == own["g2"]
    assert meaning("framing/words_of_frame", "z") == written["tables"]["framing"]["words_beside"]["means"]["z"]
    assert meaning("framing/words_of_frame", "term") == shared["term"]
    assert meaning("framing/validity", "f1") == meaning("framing/validity_of_frames", "f1")
    with pytest.raises(KeyError):
        meaning("framing/validity", "f1_low")


def test_columns_whose_names_vary():
    group = meaning("framing/profile_by_group", "outlet", group_by="outlet")
    assert group == meaning("term_frequency/loaded", "country", group_by="country")
    assert "Occurrences" in meaning("term_frequency/words_by_group", "Local radio")
    assert meaning("framing/together", "threat (unknown)") == meaning("framing/together", "Law")
    assert "Metadata" in meaning("corpus/documents", "outlet", group_by="outlet")
    # A group of this name, as well as the column of groups, goes before what the name means elsewhere.
    assert meaning("framing/profile_by_group", "language", group_by="language") == group
    assert meaning("framing/style_by_group", "words") == meaning("framing/style_by_group", "Daily")


@pytest.mark.parametrize(
    ("table", "column", "group_by"),
    [
        ("framing/profile", "count", None),
        ("framing/profile", "source", "source"),  # this table has no groups
        ("framing/profile_by_group", "source", None),
        ("framing/profile_by_group", "source", "country"),
    ],
)
def test_a_column_that_no_run_has_is_refused(table, column, group_by):
    with pytest.raises(KeyError, match=f"no column '{column}' in table '{table}': it has .*per_1000_words"):
        meaning(table, column, group_by=group_by)


# What the meanings of these columns say in words, computed from the other columns of the table.
RELATIONS = {
    ("term_frequency/all_spread", "evenness"): lambda t: 1 - t["dp_norm"],
    ("term_frequency/all_keyness", "log_odds_z"): lambda t: t["log_odds_z"].abs() * _sign(t),
    ("term_frequency/all_keyness", "simple_maths"): lambda t: (t["per_million"] + 1) / (t["reference_per_million"] + 1),
    ("term_frequency/all_keyness", "pct_diff"): lambda t: 100 * (t["per_million"] / t["reference_per_million"] - 1),
    ("term_frequency/all_pairs", "pmi"): lambda t: np.log2(t["count"] / t["expected"]),
    ("term_frequency/all_pairs", "dice"): lambda t: 2 * t["count"] / (t["first_count"] + t["second_count"]),
    ("term_frequency/all_pairs", "log_dice"): lambda t: 14 + np.log2(t["dice"]),
    ("term_frequency/all_pairs", "t_score"): lambda t: (t["count"] - t["expected"]) / np.sqrt(t["count"]),
    ("term_frequency/all_pairs", "z_score"): lambda t: (t["count"] - t["expected"]) / np.sqrt(t["expected"]),
    ("term_frequency/all_trends", "per_million"): lambda t: 1e6 * t["count"] / t["words"],
    ("term_frequency/diversity", "guiraud"): lambda t: t["types"] / np.sqrt(t["words"]),
    ("term_frequency/diversity", "herdan"): lambda t: np.log(t["types"]) / np.log(t["words"]),
    ("framing/shifts", "per_1000_words"): lambda t: 1000 * t["hits"] / t["words"],
    ("framing/shifts", "difference"): lambda t: t["per_1000_words"] - t["reference_per_1000"],
    ("framing/headline_body", "gap"): lambda t: t["headline_per_1000"] - t["body_per_1000"],
    ("framing/pairs_of_frames", "ppmi"): lambda t: np.log2((t["both"] / t["expected"]).clip(lower=1)),
    ("framing/validity_of_frames", "f1"): lambda t: 2 / (1 / t["precision"] + 1 / t["recall"]),
    ("framing/firmness", "firmness"): lambda t: (t["boosters"] - t["hedges"]) / (t["boosters"] + t["hedges"]),
    ("framing/voice", "agentless_share"): lambda t: t["agentless"] / t["passives"],
    ("framing/actor_roles", "active_share"): lambda t: t["acts"] / (t["acts"] + t["acted_upon"]),
    ("framing/coverage", "share"): lambda t: t["sentences"] / t.groupby("source")["sentences"].transform("sum"),
    ("framing/speakers", "share"): lambda t: t["quoted_words"] / t["quoted_words"].sum(),
    ("redundancy/repeated_shares", "repeated_share"): lambda t: t["repeated"] / t["words"],
    ("redundancy/document_pairs", "jaccard"): lambda t: 1 / (1 / t["containment_a"] + 1 / t["containment_b"] - 1),
    ("redundancy/borrowed", "borrowed_share"): lambda t: t["borrowed"] / t["words"],
    ("redundancy/borrowed_between", "share"): lambda t: t["borrowed"] / t["words"],
    ("redundancy/compression", "redundancy"): lambda t: 1 - t["phrases"] / t["words"] / t["shuffled"],
    ("redundancy/compression", "known"): lambda t: 1 - t["given"] / t["phrases"],
    ("redundancy/before_and_after", "lost"): lambda t: t["count"] - t["adjusted"],
    ("redundancy/frames_once", "lost"): lambda t: 1 - t["counted once"] / t["as it stands"],
}


def _sign(table):
    return table["key"].map({"target": 1, "neither": 0, "reference": -1})


@pytest.mark.parametrize(("table", "column"), RELATIONS)
def test_what_is_said_of_a_column_holds(run, table, column):
    computed = RELATIONS[table, column](run[table]).astype(float)
    np.testing.assert_allclose(run[table][column].astype(float), computed, rtol=1e-4, atol=2e-4)


def test_places_are_characters_from_0_and_end_after_the_last(run, sample):
    checked = 0
    for name in run:
        table = run[name]
        texts = [column for column in ("text", "keyword", "participle") if column in table.columns]
        if not texts or not {"doc_id", "start", "end"} <= set(table.columns):
            continue
        for row in table.head(20).to_dict("records"):
            place = " ".join(sample.text(row["doc_id"])[row["start"] : row["end"]].split())
            said = " ".join(row[texts[0]].split())
            assert place.endswith(said) if texts == ["participle"] else place == said, (name, row)
            checked += 1
    assert checked > 100


def test_sentences_and_words_are_counted_from_0(run, sample_tokens):
    words = sample_tokens.to_frame()
    first = words.drop_duplicates(["doc_id", "sentence"]).set_index(["doc_id", "sentence"])["start"]
    leading = run["framing/sentence_frames"]
    assert (
        leading["start"].to_numpy() <= first.loc[list(zip(leading["doc_id"], leading["sentence"], strict=True))]
    ).all()
    assert leading["sentence"].min() == 0
    places = run["term_frequency/places"]
    assert (words["token"].to_numpy()[places["place"]] == places["term"]).all()
    dots = run["redundancy/dot_plot"]
    own = words[words["doc_id"] == dots["doc_id"].iloc[0]]
    assert own["start"].to_numpy()[dots["a_word"]].tolist() == dots["a_start"].tolist()


def formulas():
    return [pytest.param(f, id=f"{m.id}-{n}") for m in methods() for n, f in enumerate(m.formula)]


def with_formula():
    """The dotted names of the public functions of the rooms whose docstring has a formula set apart."""
    for path in sorted(path for room in ROOMS for path in (ROOT / "analysis" / room).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and ".. math::" in (ast.get_docstring(node) or ""):
                yield f"{module}.{node.name}"


def test_methods_are_sorted_by_section_and_named_once():
    assert list(dict.fromkeys(method.section for method in methods())) == ["text", *notebooks()]
    ids = [method.id for method in methods()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("method", [pytest.param(method, id=method.id) for method in methods()])
def test_a_method_is_described_and_sourced(method):
    assert method.title
    assert 1 <= len(re.findall(r"[.?!](?= [A-ZG]|$)", method.text)) <= 8  # sentences
    assert "\n" not in method.text
    assert method.code
    assert all(callable(locate(name)) for name in method.code)
    assert all(re.search(r"\b(19|20)\d\d\b", source) for source in method.source)
    spoken = method.id in ("firmness", "borrowed")  # their formulas consist of words
    assert bool(method.formula) == (bool(method.where) or spoken)


def test_every_formula_of_the_code_belongs_to_a_method():
    named = {name for method in methods() for name in method.code}
    found = set(with_formula())
    assert len(found) > 15
    assert found - named == ELSEWHERE


def test_methods_name_every_table_and_parameter():
    known = {parameter.name for path in notebooks().values() for parameter in read_parameters(path)}
    assert {name for method in methods() for name in method.parameters} == known - LOOK
    assert {name for method in methods() for name in method.tables} == set(tables())


@pytest.mark.parametrize("formula", formulas())
def test_a_formula_becomes_mathml_and_markdown_leaves_it_alone(formula):
    mathml = convert(formula, display="block")
    words = [text for text in ElementTree.fromstring(mathml).itertext() if text.strip()]
    assert words
    assert not [text for text in words if "\\" in text], mathml  # a command that is not known
    assert not re.search(r"\\[^A-Za-z]|[$*`\n]", formula)
    assert formula == formula.strip()
