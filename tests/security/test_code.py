"""What runs code, opens a shell or asks the network stands nowhere in the package, notebooks and tests' helpers."""

import ast
import hashlib
import json
import os
import re
import warnings

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.core.paths import NOTEBOOKS, ROOT
from analysis.framing.linear_model import fit, load, save
from analysis.text.storage import open_tokens, save_tokens

PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
NETWORK = {"urllib.request", "urllib3", "requests", "httpx", "aiohttp", "http.client", "ftplib", "smtplib", "socket"}
CALLS = {  # by their last names, on whatever they are called
    "eval",
    "exec",
    "__import__",
    "execfile",
    "read_pickle",
    "to_pickle",
    "extractall",
    "urlopen",
    "urlretrieve",
    "unsafe_load",
    "full_load",
}
WHOLE = {
    "compile",
    "builtins.compile",
    "tempfile.mktemp",
    "os.system",
    "os.popen",
    "torch.load",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "pd.eval",
}
SAFE_LOADERS = {"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader", "LOADER"}  # the last is one of the first two
WRITERS = {"to_csv", "writer", "DictWriter", "write_csv"}


def sources():
    """The syntax trees of the package, the notebooks and the tests' helpers, by path."""
    files = [*(ROOT / "analysis").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py"), ROOT / "tests" / "conftest.py"]
    found = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}
    for path in NOTEBOOKS.glob("*.ipynb"):
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            if cell["cell_type"] == "code":
                found[f"{path.name} cell {number}"] = "".join(cell["source"])
    return found


def dangers(name, source):
    """What a source holds that it must not, one line each."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = ast.parse(source)
    for node in ast.walk(tree):
        what = [*_imports(node), *_called(node)]
        found += [f"{name}:{node.lineno} {one}" for one in what]
    return found


def _imports(node):
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    for name in names:
        if name.split(".")[0] in PICKLES or name in NETWORK or name.split(".")[0] in NETWORK:
            yield f"imports {name}"


def _called(node):
    if not isinstance(node, ast.Call):
        return
    written = ast.unparse(node.func)
    last, options = written.rpartition(".")[2], {word.arg: word.value for word in node.keywords}
    if last in CALLS or written in WHOLE:
        yield f"calls {written}"
    # To pandas a text is an expression.
    if last == "query" and node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
        yield f"calls {written} with what is no constant"
    if (shell := options.get("shell")) is not None and not (isinstance(shell, ast.Constant) and shell.value is False):
        yield f"calls {written} with a shell"
    if last == "load" and written.split(".")[0] == "yaml":
        loader = options.get("Loader", node.args[1] if len(node.args) > 1 else None)
        if loader is None or ast.unparse(loader).rpartition(".")[2] not in SAFE_LOADERS:
            yield "loads YAML that makes objects"
    pickle = options.get("allow_pickle")
    if pickle is not None and not (isinstance(pickle, ast.Constant) and pickle.value is False):
        yield f"calls {written} with pickle"


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import urllib.request",
        "from urllib.request import urlopen",
        "from urllib import request; request.urlopen('x')",
        "import socket",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "pandas.read_pickle(path)",
        "torch.load(path)",
        "eval('1')",
        "builtins.exec('1')",
        "compile('1', '', 'eval')",
        "__import__('os')",
        "yaml.load(text)",
        "yaml.load(text, yaml.Loader)",
        "yaml.load(text, Loader=yaml.FullLoader)",
        "yaml.unsafe_load(text)",
        "subprocess.run('ls', shell=True)",
        "subprocess.run('ls', shell=yes)",
        "os.system('ls')",
        "pd.eval(text)",
        "table.eval(text)",
        "table.query(f'{name} > 1')",
        "tempfile.mktemp()",
        "archive.extractall()",
    ],
)
def test_the_search_finds(source):
    assert dangers("x", source)


@pytest.mark.parametrize(
    "source",
    [
        "re.compile('a')",
        "yaml.load(text, Loader=yaml.BaseLoader)",
        "np.load(path, mmap_mode='r')",
        "np.load(path, allow_pickle=False)",
        "subprocess.run(['ls'])",
        "ast.literal_eval('1')",
        "table.query('earlier')",
        "compiler.compile(format='pdf')",
        "urllib.parse.quote('a')",
    ],
)
def test_the_search_leaves(source):
    assert not dangers("x", source)


PAIRED = (
    "analysis/publish/run/forking.py",
    "analysis/publish/run/processes.py",
)  # a pair of sockets between two processes


def test_nothing_runs_code_opens_a_shell_or_asks_the_network():
    found = [line for name, source in sources().items() for line in dangers(name, source)]
    assert [line for line in found if not (line.startswith(PAIRED) and line.endswith("imports socket"))] == []


@pytest.mark.parametrize("name", PAIRED)
def test_a_socket_between_two_processes_has_no_address(name):
    assert re.findall(r"AF_INET|connect\(|create_|bind|listen|getaddrinfo", sources()[name]) == []


DELETES = {"rmtree", "unlink", "rmdir", "removedirs", "os.remove"}


def deletes(source):
    """The lines of a source that name what deletes a file or a folder, called there or handed on."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Attribute):
            names = [node.attr, ast.unparse(node)]
        if DELETES & {*names}:
            yield node.lineno


@pytest.mark.parametrize(
    "source",
    [
        "shutil.rmtree(place)",
        "weakref.finalize(self, shutil.rmtree, place)",
        "from shutil import rmtree",
        "path.unlink()",
        "place.rmdir()",
        "os.remove(path)",
    ],
)
def test_the_search_finds_what_deletes(source):
    assert [*deletes(source)] == [1]
    assert [*deletes("names.remove(one); tempfile.TemporaryDirectory()")] == []


def test_what_is_deleted_is_deleted_by_the_one_module_that_follows_no_link():
    named = {name for name, source in sources().items() if name.startswith("analysis/") and any(deletes(source))}
    assert named == {"analysis/core/files.py"}


class Bomb:
    """What a pickle runs when it is read."""

    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return (os.mkdir, (str(self.canary),))


def test_a_pickle_in_a_cache_is_not_run(tmp_path):
    save_tokens(tokenize(read_text("The council met.")), tmp_path / "saved")
    array = np.empty(1, dtype=object)
    array[0] = Bomb(tmp_path / "ran")
    np.save(tmp_path / "saved" / "ids.npy", array)
    with pytest.raises(ValueError, match="holds no saved tokens"):
        open_tokens(tmp_path / "saved")
    assert not (tmp_path / "ran").exists()


def test_a_pickle_in_a_model_is_not_run(tmp_path):
    pytest.importorskip("sklearn")
    texts = ["Troops took the village.", "The army shelled it.", "Prices rose again.", "The bank cut its rate."]
    save(fit(texts, np.array(["war", "war", "economy", "economy"], dtype=object), []), tmp_path / "model")
    numbers = tmp_path / "model" / "model.npz"
    with np.load(numbers) as stored:
        arrays = dict(stored)
    array = np.empty(1, dtype=object)
    array[0] = Bomb(tmp_path / "ran")
    np.savez(numbers, **(arrays | {"intercept": array}))
    about = json.loads((tmp_path / "model" / "model.json").read_text())
    about["sha256"] = hashlib.sha256(numbers.read_bytes()).hexdigest()
    (tmp_path / "model" / "model.json").write_text(json.dumps(about))
    with pytest.raises(ValueError, match="is damaged"):
        load(tmp_path / "model", lexicons=[])
    assert not (tmp_path / "ran").exists()


def test_every_table_is_written_by_one_rule():
    """A CSV that another line writes would not have its formulas guarded: it is named here, or guards them itself."""
    allowed = {"analysis/publish/tables.py", "analysis/framing/sheets.py"}
    found = set()
    for name, source in sources().items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                written = ast.unparse(node.func)
                own = written.startswith(("csv.", "pc.", "pa_csv.", "pyarrow.csv.")) or node.func.attr == "to_csv"
                if node.func.attr in WRITERS and own:
                    found.add(name)
    assert found - allowed == set()
