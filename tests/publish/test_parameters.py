"""Parameters are read from the notebooks and checked before anything runs."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.errors import ParameterError
from analysis.publish.parameters import check, notebooks, parse_assignments, read_parameters, read_params_file, resolve


def notebook(folder: Path, source: str) -> Path:
    path = folder / "01_made_up.ipynb"
    cell = new_code_cell(source)
    cell.metadata["tags"] = ["parameters"]
    nbformat.write(new_notebook(cells=[cell]), path)
    return path


@pytest.fixture
def made_up(tmp_path):
    return notebook(
        tmp_path,
        'corpus: str = "data/sample"  # the texts\n'
        "top_n: int = 25  # how many\n"
        "threshold: float = 0.8  # how like\n"
        "deep: bool = False  # whether\n"
        "group_by: Optional[str] = None  # the column\n",
    )


def test_a_parameter_is_a_line_with_type_default_and_meaning(made_up):
    corpus, top_n, *_, group_by = read_parameters(made_up)
    assert corpus == ("corpus", "str", False, "data/sample", "the texts")
    assert top_n == ("top_n", "int", False, 25, "how many")
    assert group_by == ("group_by", "str", True, None, "the column")


def test_every_parameter_of_every_notebook_says_what_it_means():
    for section, path in notebooks().items():
        parameters = read_parameters(path)
        assert parameters[0].name == "corpus", section
        assert all(len(parameter.meaning) > 15 for parameter in parameters), section


def test_a_derived_parameter_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="not 'name: type = value"):
        read_parameters(notebook(tmp_path, "top_n = 3"))
    with pytest.raises(ParameterError, match="parameter 'x' is a list"):
        read_parameters(notebook(tmp_path, "x: list[str] = []"))


def test_all_parameters_are_resolved_given_or_default(made_up):
    resolved = resolve({"made_up": made_up}, {"top_n": "3", "threshold": 1, "group_by": "source"})
    assert resolved == {
        "made_up": {"corpus": "data/sample", "top_n": 3, "threshold": 1.0, "deep": False, "group_by": "source"}
    }


def test_an_unknown_name_is_named_with_the_nearest_known_one(made_up):
    with pytest.raises(ParameterError, match=r"no parameter 'treshold'\. Did you mean 'threshold'\?"):
        resolve({"made_up": made_up}, {"treshold": "0.7"})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("top_n", "ten", "'top_n' takes a whole number, not 'ten': how many"),
        ("top_n", 2.5, "takes a whole number, not 2.5"),
        ("top_n", True, "takes a whole number, not True"),
        ("top_n", "", "takes a whole number"),
        ("threshold", "high", "'threshold' takes a number, not 'high'"),
        ("deep", "1", "'deep' takes true or false, not 1"),
        ("corpus", 5, "'corpus' takes a text, not 5"),
        ("group_by", ["a"], "'group_by' takes a text or none, not"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(made_up, name, value, said):
    with pytest.raises(ParameterError) as error:
        resolve({"made_up": made_up}, {name: value})
    assert said in str(error.value)


@pytest.mark.parametrize(("given", "taken"), [("true", True), ("False", False), ("no", False)])
def test_texts_from_the_command_line_become_booleans(made_up, given, taken):
    assert resolve({"m": made_up}, {"deep": given})["m"]["deep"] is taken


def test_none_is_a_value_where_the_parameter_allows_it(made_up):
    group_by = read_parameters(made_up)[-1]
    assert check("none", group_by) is None
    assert check(None, group_by) is None


def test_a_text_stays_a_text_even_when_it_looks_like_a_number(made_up):
    assert resolve({"m": made_up}, {"group_by": "2024"})["m"]["group_by"] == "2024"


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


def test_code_in_a_yaml_value_is_not_run(tmp_path):
    file = tmp_path / "p.yml"
    file.write_text("top_n: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(ParameterError, match="is not YAML"):
        read_params_file(file)
