"""A parameter is a value in the kernel, exactly the one that was given, or is refused in one line: never code."""

import ast
import json
import os

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from analysis.core.errors import ParameterError
from analysis.core.paths import LEXICONS
from analysis.framing.lexicon import read_lexicon
from analysis.framing.validity_file import read_validity
from analysis.publish.parameters import TYPES, Parameter, check, notebooks, read_params_file, resolve
from analysis.publish.run.processes import Processes, run_notebooks
from tests.in_process import write_notebook

ATTACKS = [
    '"); import os; os.system("touch ran"); ("',
    "'); import os; os.system('touch ran'); ('",
    "'''\nimport os\nos.system('touch ran')\n'''",
    '"""\nimport os\nos.system("touch ran")\n"""',
    "x\nimport os; os.system('touch ran')",
    "x\r\nimport os; os.system('touch ran')",
    "x\u2028import os; os.system('touch ran')",
    "x\x0cimport os; os.system('touch ran')",
    "x\\",
    "\\",
    "\\'",
    '\\"',
    "\\\\\"); open('ran', 'w').close() #",
    "\\N{LATIN SMALL LETTER A}",
    "\\x41\\u0041\\U00000041\\101",
    "{__import__('os').system('touch ran')}",
    "%run ran.py",
    "!touch ran",
    "!!python/object/apply:os.system ['touch ran']",
    "$(touch ran) `touch ran` ${HOME}",
    "# comment",
    "\0",
    "\x1b[31m",
    "\u202e\u2066",
    "\U0001f600",
    "{{ 7*7 }}",
    "None",
    "True",
    "1",
]
WHOLE = st.integers(-(2**63) + 1, 2**63 - 1)
NUMBERS = st.floats(-(2.0**63), 2.0**63, exclude_min=True, exclude_max=True)
VALUES = {"int": WHOLE, "float": NUMBERS, "bool": st.booleans()}
VALUES["str"] = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
VALUES["list"] = st.lists(VALUES["str"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


def injected(values):
    """What papermill writes into a notebook for these values, read as names and literals: code would be neither."""
    found = {}
    for node in ast.parse(PythonTranslator.codify(values)).body:
        assert isinstance(node, ast.Assign)
        (target,) = node.targets
        assert isinstance(target, ast.Name)
        value = node.value
        if isinstance(value, ast.Call):  # float('inf'), the one call that stands for a value
            assert ast.unparse(value.func) == "float"
            found[target.id] = float(ast.literal_eval(value.args[0]))
        else:
            found[target.id] = ast.literal_eval(value)
    return found


def same(one, other):
    return type(one) is type(other) and (one == other or (one != one and other != other))


def resolved(name, value):
    section = "redundancy" if name == "similarity" else "term_frequency"
    return resolve(notebooks([section]), {name: value})[section]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(TYPES)).flatmap(lambda kind: VALUES[kind]))
def test_every_value_that_passes_is_injected_as_itself(value):
    parameter = Parameter("x", type(value).__name__, False, None, "")
    assert same(injected({"x": check(value, parameter)})["x"], value)


def refusal(value, parameter):
    """What a value becomes, and what is said where it is refused."""
    try:
        return check(value, parameter), ""
    except ParameterError as error:
        return None, str(error)


@settings(max_examples=300, deadline=None)
@given(ANYTHING, st.sampled_from(list(TYPES)), st.booleans())
def test_whatever_is_given_is_refused_or_of_the_type(value, kind, optional):
    found, said = refusal(value, Parameter("x", kind, optional, None, "what it means"))
    if said:
        assert "\n" not in said
        return
    assert (found is None and optional) or type(found) is TYPES[kind]
    assert same(injected({"x": found})["x"], found)


HUGE = "9" * 5000  # Python writes no number of so many digits


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("top_n", "10; import os", "takes a whole number"),
        ("top_n", "__import__('os').system('touch ran')", "takes a whole number"),
        ("top_n", "2024-13-45", "takes a whole number"),
        ("top_n", "2024-06-01", "takes a whole number"),
        ("top_n", "1e3", "takes a whole number"),
        ("top_n", "[" * 5000, "takes a whole number"),
        ("top_n", "!!python/object/apply:os.system ['true']", "takes a whole number"),
        ("top_n", HUGE, "takes a whole number"),
        ("top_n", "0x" + "f" * 5000, "too long to write"),
        ("top_n", 2**63, "takes a whole number"),
        ("top_n", True, "takes a whole number"),
        ("top_n", [1, 2], "takes a whole number"),
        ("top_n", {"__reduce__": 1}, "takes a whole number"),
        ("similarity", ".nan", "takes a number"),
        ("similarity", ".inf", "takes a number"),
        ("similarity", float("-inf"), "takes a number"),
        ("similarity", 10**400, "takes a number"),
        ("corpus", "a\0b", "takes a path"),
        ("corpus", "\udcff", "takes a path"),
        ("corpus", 7, "takes a path"),
        ("top_n=1; import os #", "1", "no parameter"),
        ("os.system", "1", "no parameter"),
        ("__builtins__", "1", "no parameter"),
        ("get_ipython", "1", "no parameter"),
        ("display", "1", "no parameter"),
    ],
)
def test_what_is_no_value_is_refused_in_one_line(name, value, said):
    with pytest.raises(ParameterError, match=said) as told:
        resolved(name, value)
    assert len(str(told.value).splitlines()) == 1
    assert len(str(told.value)) < 1000


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


# Each level has the keys of the one below it nine times: with six more levels they would never all be read.
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 6))


@pytest.mark.parametrize("text", [LAUGHS, MERGES, "a: &a {x: 1}\nb: {<<: *a}\n", "top_n: &x [*x]\n"])
def test_aliases_are_not_read(tmp_path, text):
    file = tmp_path / "own.yml"
    file.write_text(text)
    with pytest.raises(ParameterError, match="aliases are not read: write out what they stand for"):
        read_params_file(file)
    with pytest.raises(ValueError, match=r"own\.yml is not a validity file: aliases are not read"):
        read_validity(file, read_lexicon(LEXICONS / "actors.yml"))
    with pytest.raises(ParameterError, match="takes a whole number"):
        resolve(notebooks(["redundancy"]), {"top_n": text})


@pytest.mark.parametrize(
    "text",
    [
        "top_n: !!python/object/apply:os.system ['touch ran']\n",
        "top_n: !!python/name:os.system\n",
        "!!python/object/new:os.system ['touch ran']: 1\n",
        "top_n: 2024-13-45\n",
        f"top_n: {HUGE}\n",
        "top_n: " + "[" * 5000,
        "top_n: \x00\n",
        "? [a, b]\n: 1\n",
        "1: 2\n",
        "- top_n\n",
        "'top_n=1\nimport os': 1\n",
        "<<: *missing\n",
        b"top_n: \xff\xfe",
    ],
)
def test_a_file_of_parameters_is_refused_in_one_line(tmp_path, text):
    file = tmp_path / "own.yml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ParameterError) as told:
        resolve(notebooks(["term_frequency"]), read_params_file(file))
    assert len(str(told.value).splitlines()) == 1
    assert len(str(told.value)) < 1000


def test_in_a_real_kernel_each_value_is_the_one_that_was_given(tmp_path):
    """Papermill's own way, as a report goes it: a process, an injected cell, a kernel."""
    values = {f"text_{number}": value for number, value in enumerate(ATTACKS) if value != "\0"}
    values |= {"whole": -(2**62), "share": 0.1 + 0.2, "small": 5e-324, "yes": True, "nothing": None}
    code = "import json\nprint(json.dumps({name: globals()[name] for name in NAMES}))"
    write_notebook(
        tmp_path / "in.ipynb", "\n".join(f"{name} = 0" for name in values), f"NAMES = {list(values)!r}\n{code}"
    )
    job = {"notebook": str(tmp_path / "in.ipynb"), "output": "out.ipynb", "parameters": values, "folder": str(tmp_path)}
    with Processes(tmp_path, os.environ) as processes:
        logs = run_notebooks({"a": job}, processes, lambda *_: None, at_once=1)
    assert "error" not in logs["a"]
    last = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1]
    assert json.loads(last.outputs[0].text) == values
    assert {path.name for path in tmp_path.iterdir()} == {"in.ipynb", "out.ipynb"}
