"""A report for each value of a parameter, made for real, and the page that holds them against each other."""

import json

import pandas as pd
import pytest

from analysis.core.errors import ParameterError
from analysis.framing.lexicon import LexiconError
from analysis.publish.comparing.sweep import by_change, folder_names, grid, sentences, small_lines, sweep


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """One text, two of whose sentences have 7 of 9 words in common: nearly the same at 0.5, not at 0.95."""
    folder = tmp_path_factory.mktemp("corpus") / "one text"
    folder.mkdir()
    town = "The council met on Monday in the {} town.\n"
    (folder / "a.txt").write_text(f"{town.format('old')}\nA bridge was built.\n\n{town.format('new')}")
    return folder


@pytest.fixture(scope="module")
def swept(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("sweeps") / "similarity"
    return out, sweep(corpus, out, ["similarity=0.5,0.95", "top_n=5"], only=["redundancy"])


@pytest.mark.slow
def test_a_sweep_makes_a_whole_report_for_each_value(swept):
    out, done = swept
    assert (done.made, done.kept, done.failures) == (["similarity=0.5", "similarity=0.95"], [], [])
    for name, value in zip(done.made, (0.5, 0.95), strict=True):
        manifest = json.loads((out / name / "manifest.json").read_text())
        assert manifest["parameters"]["redundancy"]["similarity"] == value
        assert manifest["parameters"]["redundancy"]["top_n"] == 5
    table = pd.read_csv(out / "numbers.csv")
    pairs = table[table["name"] == "pairs of nearly equal sentences"]
    assert pairs[["similarity", "value"]].to_numpy().tolist() == [[0.5, 1], [0.95, 0]]


@pytest.mark.slow
def test_the_page_says_what_changes_and_leads_to_the_reports(swept):
    out, done = swept
    page = done.page.read_text()
    assert "<li>Pairs of nearly equal sentences: 1 with 0.5, 0 with 0.95.</li>" in page
    assert 'href="similarity%3D0.5/index.html"' in page
    assert "<script" not in page
    assert "Findings side by side" in page
    assert page.count("1 pair of different sentences") == 1
    assert str(out) not in page


@pytest.mark.slow
def test_what_is_finished_is_kept_and_what_was_changed_is_made_anew(swept, corpus, typed):
    out, _ = swept
    before = (out / "similarity=0.5" / "run-log.json").read_text()
    (out / "similarity=0.95" / "redundancy" / "near_repeats.csv").write_text("mine")
    (corpus.parent / "mine").write_text("mine")
    (out / ".index.html").symlink_to(corpus.parent / "mine")
    parameters = ("-p", "similarity=0.5,0.95", "-p", "top_n=5")
    done = typed("sweep", corpus, "--only", "redundancy", *parameters, "--out", out)
    assert (done.status, done.out) == (0, f"{out / 'index.html'}\n")
    assert "lafz: 1 finished run kept as it was: similarity=0.5" in done.err.splitlines()
    assert (out / "similarity=0.5" / "run-log.json").read_text() == before
    assert (out / "similarity=0.95" / "redundancy" / "near_repeats.csv").read_text() != "mine"
    assert (corpus.parent / "mine").read_text() == "mine"


@pytest.mark.slow
def test_what_fails_leaves_the_others(small, typed, tmp_path):
    lexicon = tmp_path / "urdu.yml"
    lexicon.write_text(
        'name: u\nversion: "1"\nlanguage: ur\nlicence: CC0-1.0\ndescription: d\nframes:\n  f: {label: F, definition: d,'
        " terms: [{pattern: x, weight: 1}]}\n"
    )
    out = tmp_path / "out"
    parameter = f"lexicon=data/lexicons/gun_violence.yml,{lexicon}"
    done = typed("sweep", small, "--only", "framing", "-p", parameter, "--out", out)
    assert (done.status, done.out) == (1, f"{out / 'index.html'}\n")
    assert [path.parent.name for path in out.glob("*/manifest.json")] == ["lexicon=gun_violence.yml"]
    [failure] = [line for line in done.err.splitlines() if line.startswith("lafz: ")]
    assert failure.startswith("lafz: lexicon=urdu.yml: ")
    assert "the documents are in en" in failure
    assert "the documents are in en" in (out / "index.html").read_text()


def test_nothing_is_started_with_a_value_that_cannot_be(small, tmp_path):
    out = tmp_path / "out"
    for assignments, said_of in (
        (["similarity=0.5,high"], "parameter 'similarity' takes a number, above 0 up to 1, not 'high'"),
        (["similarty=0.5,0.6"], "Did you mean 'similarity'"),
        (["similarity=0.5,.50"], "similarity=0.5 and similarity=.50 are the same run"),
        (["similarity=0.5,7"], "parameter 'similarity' takes a number, above 0 up to 1, not 7.0"),
        (["group_by=sauce,salsa"], "'sauce', which is no metadata column. Did you mean 'source'?"),
        (["target=Nobody,No one"], "'Nobody', which is no value of 'source'"),
        (["stopwords=none.txt,no.txt"], "no such stop list"),
        (["corpus=a,b"], "lafz sweep CORPUS"),
        (["similarity=0.5"], "nothing to sweep"),
        (["similarity"], "is not a parameter"),
        (["similarity=0.5,0.5"], "has the value '0.5' twice"),
        (["seed=1,2,3,4,5", "top_n=1,2,3,4,5"], "5 × 5 values are 25 runs: take at most 24"),
    ):
        with pytest.raises(ParameterError, match=said_of):
            sweep(small, out, assignments)
    broken = tmp_path / "broken.yml"
    broken.write_text("frames: [")
    with pytest.raises(LexiconError, match=r"broken\.yml"):
        sweep(small, out, [f"lexicon=data/lexicons/style.yml,{broken}"])
    assert not out.exists()
    out.mkdir()
    (out / "thesis.md").touch()
    with pytest.raises(ParameterError, match="exists and is no earlier sweep"):
        sweep(small, out, ["similarity=0.5,0.6"])


def test_the_grid_runs_through_all_values_and_a_comma_can_be_quoted():
    assert grid(["a=1,2", "b=x,y"]) == [{"a": a, "b": b} for a in "12" for b in "xy"]
    assert [own["a"] for own in grid(['a="1,5",2', "a=3"])] == ["1,5", "2", "3"]
    assert grid(["a=,x"]) == [{"a": ""}, {"a": "x"}]  # none, and x


def test_folders_have_names_that_every_file_system_takes():
    values = [{"pattern": "war/peace: *", "seed": "1"}, {"pattern": "WAR/peace? *", "seed": "1"}]
    assert folder_names(values) == ["pattern=war_peace_", "pattern=WAR_peace_-2"]
    long = [{"pattern": letter * 300} for letter in "ab"]
    assert [len(name) for name in folder_names(long)] == [100, 100]


def test_numbers_are_sorted_by_how_much_they_change():
    rows = [("x", "words", 10), ("x", "pairs", 9), ("x", "hits", 2), ("x", "old", 7)]
    rows += [("y", "words", 10), ("y", "pairs", 10), ("y", "hits", 4)]
    table = pd.DataFrame(rows, columns=["run", "name", "value"]).assign(unit="", lexicon=lambda own: "a/" + own["run"])
    assert by_change(table) == (["hits", "pairs"], ["words"], ["old"])
    assert sentences(table, ["hits"], ["lexicon"]) == ["Hits: 2 with x, 4 with y."]
    many = pd.DataFrame({"k": list("12345"), "name": "share", "unit": "share", "value": [0.1, 0.5, 0.2, 0.3, 0.05]})
    assert sentences(many, ["share"], ["k"]) == ["Share: from 5.0% (5) to 50.0% (2)."]


def test_a_chart_has_a_line_for_each_value_of_the_other_parameter():
    rows = [(a, b, "pairs", float(a) * len(b)) for a in ("1", "10", "2") for b in ("x", "yy")]
    table = pd.DataFrame(rows, columns=["a", "b", "name", "value"])
    axes = small_lines(table, ["pairs"], ["a", "b"]).axes[0]
    drawn = [[tuple(point) for point in line.get_xydata()] for line in axes.lines]
    assert drawn == [[(1, 1), (2, 2), (10, 10)], [(1, 2), (2, 4), (10, 20)]]  # to scale, and in the order of numbers
