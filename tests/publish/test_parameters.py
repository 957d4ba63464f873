"""Parameters are read from the notebooks and checked before anything runs."""

from pathlib import Path

import pytest

from analysis.core.errors import ParameterError
from analysis.publish.parameters import (
    notebooks,
    parse_assignments,
    read_parameters,
    read_params_file,
    resolve,
    takes,
)
from tests.in_process import write_notebook


def notebook(folder: Path, source: str) -> Path:
    return write_notebook(folder / "01_made_up.ipynb", source)


@pytest.fixture
def made_up(tmp_path):
    return notebook(
        tmp_path,
        'corpus: str = "data/sample"  # the texts [a path]\n'
        "top_n: int = 25  # how many [1 to 1,000]\n"
        "threshold: float = 0.8  # how like [above 0 up to 1]\n"
        "deep: bool = False  # whether\n"
        "group_by: Optional[str] = None  # the column [a metadata column]\n"
        "every: Optional[str] = None  # how long [day, week or month]\n"
        "phrases: Optional[list] = None  # what is one word [phrases with commas between]\n",
    )


def test_a_parameter_is_a_line_with_type_default_and_meaning(made_up):
    corpus, top_n, _, deep, group_by, every, phrases = read_parameters(made_up)
    assert corpus == ("corpus", "str", False, "data/sample", "the texts", "a path")
    assert top_n == ("top_n", "int", False, 25, "how many", "1 to 1,000")
    assert deep == ("deep", "bool", False, False, "whether", "")
    assert group_by == ("group_by", "str", True, None, "the column", "a metadata column")
    words = ["a whole number, 1 to 1,000", "true or false", "a metadata column, or none", "day, week or month, or none"]
    assert [takes(parameter) for parameter in (top_n, deep, group_by, every)] == words
    assert takes(phrases) == "phrases with commas between, or none"


def test_every_parameter_of_every_notebook_says_what_it_means():
    for section, path in notebooks().items():
        parameters = read_parameters(path)
        assert parameters[0].name == "corpus", section
        assert all(len(parameter.meaning) > 15 for parameter in parameters), section


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("top_n = 3", "not 'name: type = value"),
        ("x: list[str] = []", "parameter 'x' is a list"),
        ("top_n: int = 3  # how many", "does not say what it takes"),
        ("top_n: int = 3  # how many [some]", "does not say what it takes"),
        ("top_n: int = 3  # how many [0]", "does not say what it takes"),
        ("every: str = 'day'  # how long [day]", "does not say what it takes"),
        ("name: str = 'x'  # what it is", "does not say what it takes"),
        ("deep: bool = True  # whether [0 or more]", "does not say what it takes"),
    ],
)
def test_a_line_that_declares_no_parameter_is_refused(tmp_path, line, said):
    with pytest.raises(ParameterError, match=said):
        read_parameters(notebook(tmp_path, line))


def test_the_command_line_lists_what_each_takes(typed):
    said = typed("params", "term_frequency").out
    assert "day, week, month, year or decade, or none" in said
    assert "a whole number, 1 to 1,000" in said


def test_all_parameters_are_resolved_given_or_default(made_up):
    resolved = resolve({"made_up": made_up}, {"top_n": "3", "threshold": 1, "group_by": "source"})
    assert resolved == {
        "made_up": {
            "corpus": "data/sample",
            "top_n": 3,
            "threshold": 1.0,
            "deep": False,
            "group_by": "source",
            "every": None,
            "phrases": None,
        }
    }


def test_an_unknown_name_is_named_with_the_nearest_known_one(made_up):
    with pytest.raises(ParameterError, match=r"no parameter 'treshold'\. Did you mean 'threshold'\?"):
        resolve({"made_up": made_up}, {"treshold": "0.7"})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("top_n", "ten", "'top_n' takes a whole number, 1 to 1,000, not 'ten': how many"),
        ("top_n", 2.5, "takes a whole number, 1 to 1,000, not 2.5"),
        ("top_n", True, "takes a whole number, 1 to 1,000, not True"),
        ("top_n", "", "takes a whole number"),
        ("top_n", 0, "takes a whole number, 1 to 1,000, not 0: how many"),
        ("top_n", "1001", "takes a whole number, 1 to 1,000, not 1001: how many"),
        ("threshold", "high", "'threshold' takes a number, above 0 up to 1, not 'high'"),
        ("threshold", 0, "'threshold' takes a number, above 0 up to 1, not 0.0"),
        ("threshold", "1.01", "'threshold' takes a number, above 0 up to 1, not 1.01"),
        ("deep", "1", "'deep' takes true or false, not 1"),
        ("corpus", 5, "'corpus' takes a path, not 5"),
        ("group_by", ["a"], "'group_by' takes a metadata column, or none, not"),
        ("every", "weak", "takes day, week or month, or none, not 'weak': how long. Did you mean 'week'?"),
        ("phrases", "[1984, war on]", "takes phrases with commas between, or none, not [1984, 'war on']: what is one"),
        ("every", "day, week", "takes day, week or month, or none, not 'day, week': how long"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(made_up, name, value, said):
    with pytest.raises(ParameterError) as error:
        resolve({"made_up": made_up}, {name: value})
    assert said in str(error.value)


def test_a_default_that_was_changed_by_hand_is_checked_too(tmp_path):
    changed = notebook(tmp_path, "top_n: int = -5  # how many [0 or more]")
    with pytest.raises(ParameterError, match="takes a whole number, 0 or more, not -5"):
        resolve({"m": changed}, {})


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("top_n", 1, 1),
        ("top_n", 1000, 1000),
        ("threshold", 5e-324, 5e-324),
        ("threshold", 1.0, 1.0),
        ("deep", "true", True),
        ("deep", "False", False),
        ("deep", "no", False),
        ("every", "day", "day"),
        ("every", "week", "week"),
        ("every", "month", "month"),
        ("every", None, None),
        ("group_by", "none", None),
        ("group_by", "2024", "2024"),  # a text that looks like a number
        ("phrases", "prime minister, law and order", ["prime minister", "law and order"]),
        ("phrases", '["yes, minister", on time]', ["yes, minister", "on time"]),
        ("phrases", ["prime minister"], ["prime minister"]),
        ("phrases", "none", None),
    ],
)
def test_a_value_is_taken_as_the_type_of_its_parameter(made_up, name, value, taken):
    assert resolve({"m": made_up}, {name: value})["m"][name] == taken


def test_only_known_notebooks_can_be_chosen():
    assert list(notebooks(["redundancy", "framing"])) == ["framing", "redundancy"]
    with pytest.raises(ParameterError, match=r"no notebook 'frames'\. Did you mean 'framing'\?"):
        notebooks(["frames"])


def test_assignments_need_a_name_and_a_value():
    assert parse_assignments(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}
    with pytest.raises(ParameterError, match="'top_n' is not a parameter: write name=value"):
        parse_assignments(["top_n"])


def test_a_parameter_file_is_a_mapping(tmp_path):
    file = tmp_path / "p.yml"
    file.write_text("top_n: 3\ngroup_by: null\n")
    assert read_params_file(file) == {"top_n": 3, "group_by": None}
    for content, said in [("- a\n", "must hold 'name: value' lines"), ("a: [", "is not YAML"), ("3: x\n", "must hold")]:
        file.write_text(content)
        with pytest.raises(ParameterError, match=said):
            read_params_file(file)
    with pytest.raises(ParameterError, match="no such parameter file"):
        read_params_file(tmp_path / "absent.yml")
