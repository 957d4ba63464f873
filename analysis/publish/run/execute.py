"""One notebook, run by nbclient in a process of its own: ``python -m analysis.publish.run.execute``, a job on stdin.

The job is a line of JSON: notebook, output (a file name in the folder), parameters, folder and environment. When stdin
ends before the notebook does, whoever asked for it is gone: the kernel is killed and the process ends. Progress goes to
stdout as "done/total"; the last line is a JSON object, empty for success, else with cell, error and message.
"""

import json
import os
import re
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# jsonschema would compile a grammar of web addresses, which takes a second and which no notebook needs.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbformat  # noqa: E402
import psutil  # type: ignore[import-untyped]  # noqa: E402
from jupyter_client.kernelspec import KernelSpecManager  # noqa: E402
from jupyter_core.paths import jupyter_runtime_dir  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: E402
from papermill.translators import PythonTranslator  # noqa: E402
from traitlets.config import Config  # noqa: E402

from analysis.core.paths import ROOT  # noqa: E402

_LONGEST = 100  # bytes of the name of a socket's file, of which macOS takes 103 and Linux 107


def execute(notebook: Path, output: str, parameters: dict[str, Any]) -> dict[str, str]:
    """Run `notebook` with `parameters`, write it to `output`, and say what went wrong, if anything did."""
    command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    if command not in ("python", "python3") and Path(command).resolve() != Path(sys.executable).resolve():
        message = f"the Jupyter kernel 'python3' belongs to {command}: unset JUPYTER_PATH, or install ipykernel here"
        return {"cell": "-", "error": "KernelError", "message": message}
    node = _with_parameters(nbformat.read(notebook, as_version=4), parameters)  # type: ignore[no-untyped-call]
    total, begun, failed = len(node.cells), [], {}

    def begin(cell: Any, cell_index: int) -> None:
        begun.append(str(cell.id))
        print(f"{cell_index}/{total}", flush=True)

    options: dict[str, Any] = {"kernel_name": "python3", "record_timing": False, "raise_on_iopub_timeout": True}
    try:
        NotebookClient(node, on_cell_start=begin, config=_connection(), **options).execute()
        print(f"{total}/{total}", flush=True)
    except CellExecutionError as error:
        failed = {"cell": begun[-1], "error": error.ename, "message": error.evalue}
        if error.ename == "SystemExit":
            failed |= {"error": "Unfinished", "message": "the notebook ended before its last cell"}
    except DeadKernelError:
        message = "the kernel died, most likely for want of memory: give it more, or take fewer texts"
        failed = {"cell": begun[-1], "error": "DeadKernel", "message": message}
    _tidy(node)
    nbformat.write(node, output)  # type: ignore[no-untyped-call]
    return failed


def _with_parameters(node: Any, parameters: dict[str, Any]) -> Any:
    """A notebook with its parameters as papermill gives them: in a cell of their own, behind that of the defaults."""
    for cell in node.cells:
        cell.metadata.setdefault("tags", [])
    given = nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
        PythonTranslator.codify(parameters, "Parameters"), id="injected-parameters"
    )
    given.metadata["tags"] = [given.id]
    place = next(place for place, cell in enumerate(node.cells) if "parameters" in cell.metadata.tags)
    node.cells.insert(place + 1, given)
    node.metadata["papermill"] = {"parameters": parameters}
    return node


def _connection() -> Config:
    """How to talk to the kernel: by files of this process's own, where the system has such and their names fit.

    A port is chosen before the kernel opens it: where several kernels start, another may have taken it by then.
    """
    runtime = Path(jupyter_runtime_dir())
    runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    address = str(runtime / f"kernel-{os.getpid()}")
    manager = {"connection_file": f"{address}.json"}  # else one that would be left if killed
    if sys.platform != "win32" and len(os.fsencode(address)) <= _LONGEST:
        manager |= {"transport": "ipc", "ip": address}
    return Config(KernelManager=manager)


def _tidy(node: Any) -> None:
    """Take out of an executed notebook, which is passed on, what errors and warnings say of places on this machine."""
    for output in (output for cell in node.cells for output in cell.get("outputs", [])):
        if output.output_type == "error":
            output.evalue = _without_places(output.evalue)
            output.traceback = [_without_places(line) for line in output.traceback]
        elif output.get("name") == "stderr":
            output.text = _without_places(output.text)


def _without_places(text: str) -> str:
    """Paths in the checkout, the environment and the run as they are from there, and ``~`` for the user's folder."""
    home = os.path.expanduser("~")  # noqa: PTH111 - which raises nothing where a user has none
    for place in (str(ROOT), sys.prefix, str(Path.cwd().parent)):
        for written in (place, place.replace(home, "~", 1)):  # IPython writes most paths in the second way
            text = text.replace(f"{written}{os.sep}", "")
    return re.sub(rf"{re.escape(home)}\b", "~", text) if len(home) > 1 else text


def _end_with_stdin() -> None:
    """Kill the kernel and leave as soon as stdin ends."""
    while os.read(0, 1024):  # not by sys.stdin, whose lock would be held when the process ends by itself
        pass
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)


def become(environment: Mapping[str, str], folder: str) -> None:
    """Take on an environment and a working directory."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)


def work() -> None:
    """Run the notebook that stdin tells of."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    become(job["environment"], job["folder"])
    result = execute(Path(job["notebook"]), job["output"], job["parameters"])
    print(f"\n{json.dumps(result)}", flush=True)


if __name__ == "__main__":
    work()
