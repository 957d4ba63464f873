"""The program that runs a report's notebooks side by side: ``python -m analysis.publish.run.execute``.

Its jobs are one line of JSON on stdin: how many may run at once, and of each section the notebook, the output (a file
name in the folder), the parameters, the folder and the environment. With the argument ``fork`` kernels are forked, see
`analysis.publish.run.forking`. When stdin ends before the notebooks do, whoever asked for them is gone: the kernels are
killed and the process ends. Stdout has a line of JSON for each cell that begins, ``[section, done, total]``, and at the
end of a notebook ``[section, log]``: the seconds, and what went wrong (cell, error, message), if anything did.
"""

import asyncio
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from itertools import count
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
from analysis.publish.run.forking import import_all, kernels_are_forked  # noqa: E402

FORK = "fork"
_LONGEST = 100  # bytes of the name of a socket's file, of which macOS takes 103 and Linux 107
_NUMBERS = count(1)  # of kernels


async def execute(
    notebook: str,
    output: str,
    parameters: dict[str, Any],
    folder: str,
    environment: dict[str, str],
    *,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, str]:
    """Run `notebook` with `parameters`, write it to `output` in `folder`, and say what went wrong, if anything did."""
    command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    if command not in ("python", "python3") and Path(command).resolve() != Path(sys.executable).resolve():
        message = f"the Jupyter kernel 'python3' belongs to {command}: unset JUPYTER_PATH, or install ipykernel here"
        return {"cell": "-", "error": "KernelError", "message": message}
    node = _with_parameters(nbformat.read(notebook, as_version=4), parameters)  # type: ignore[no-untyped-call]
    begun, failed = ["-"], {}

    def begin(cell: Any, cell_index: int) -> None:
        begun.append(str(cell.id))
        tell(cell_index, len(node.cells))

    options: dict[str, Any] = {"kernel_name": "python3", "record_timing": False, "raise_on_iopub_timeout": True}
    client = NotebookClient(node, on_cell_start=begin, config=_connection(), **options)
    try:
        await client.async_execute(cwd=folder, env=environment)
        tell(len(node.cells), len(node.cells))
    except CellExecutionError as error:
        failed = {"cell": begun[-1], "error": error.ename, "message": error.evalue}
        if error.ename == "SystemExit":
            failed |= {"error": "Unfinished", "message": "the notebook ended before its last cell"}
    except DeadKernelError:
        message = "the kernel died, most likely for want of memory: give it more, or take fewer texts"
        failed = {"cell": begun[-1], "error": "DeadKernel", "message": message}
    _tidy(node, Path(folder))
    nbformat.write(node, Path(folder, output))  # type: ignore[no-untyped-call]
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
    """How to talk to a kernel: by files of its own, where the system has such and their names fit.

    A port is chosen before the kernel opens it: where several kernels start, another may have taken it by then.
    """
    runtime = Path(jupyter_runtime_dir())
    runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    address = str(runtime / f"kernel-{os.getpid()}-{next(_NUMBERS)}")
    manager = {"connection_file": f"{address}.json"}  # else one that would be left if killed
    if sys.platform != "win32" and len(os.fsencode(address)) <= _LONGEST:
        manager |= {"transport": "ipc", "ip": address}
    return Config(KernelManager=manager)


def _tidy(node: Any, folder: Path) -> None:
    """Take out of an executed notebook, which is passed on, what errors and warnings say of places on this machine."""
    for output in (output for cell in node.cells for output in cell.get("outputs", [])):
        if output.output_type == "error":
            output.evalue = _without_places(output.evalue, folder)
            output.traceback = [_without_places(line, folder) for line in output.traceback]
        elif output.get("name") == "stderr":
            output.text = _without_places(output.text, folder)


def _without_places(text: str, folder: Path) -> str:
    """Paths in the checkout, the environment and the run as they are from there, and ``~`` for the user's folder."""
    home = os.path.expanduser("~")  # noqa: PTH111 - which raises nothing where a user has none
    for place in (str(ROOT), sys.prefix, str(folder.parent)):
        for written in (place, place.replace(home, "~", 1)):  # IPython writes most paths in the second way
            text = text.replace(f"{written}{os.sep}", "")
    return re.sub(rf"{re.escape(home)}\b", "~", text) if len(home) > 1 else text


async def _execute_all(jobs: Mapping[str, dict[str, Any]], at_once: int) -> None:
    """Run the notebooks, so many `at_once`, and print how far each has come and what became of it."""
    room = asyncio.Semaphore(at_once)

    async def run(section: str, job: dict[str, Any]) -> None:
        async with room:
            started = time.monotonic()
            try:
                log = await execute(**job, tell=lambda done, total: _say(section, done, total))
            except Exception as error:
                log = {"cell": "-", "error": "NotRun", "message": f"{type(error).__name__}: {error}"}
            _say(section, {"seconds": round(time.monotonic() - started, 3), **log})

    # The last one first: when nothing is compiled so far, it has more to compile than the others together.
    await asyncio.gather(*(run(section, job) for section, job in reversed([*jobs.items()])))


def _say(*what: Any) -> None:
    print(json.dumps(what), flush=True)


def _end_with_stdin() -> None:
    """Kill the kernels and leave as soon as stdin ends."""
    while os.read(0, 1024):  # not by sys.stdin, whose lock would be held when the process ends by itself
        pass
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)


def main() -> None:
    """Run the notebooks that stdin tells of."""
    if FORK in sys.argv:
        import_all()
    if told := sys.stdin.readline():
        jobs, at_once = json.loads(told)
        if FORK in sys.argv:
            kernels_are_forked(len(jobs))
        threading.Thread(target=_end_with_stdin, daemon=True).start()
        asyncio.run(_execute_all(jobs, at_once))


if __name__ == "__main__":
    main()
