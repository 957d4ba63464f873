"""One notebook, run by papermill in a process of its own: ``python -m analysis.publish.run.execute``, a job on stdin.

It is a process rather than a thread because papermill changes the working directory of the whole process. The job is a
line of JSON: notebook, output (a file name in the folder), parameters, folder and environment. If stdin closes before
the notebook ends, the caller is gone: the process kills the kernel and exits. It writes its progress to stdout as
"done/total"; the last line is a JSON object, empty on success, otherwise with cell, error and message.
"""

import json
import os
import re
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Otherwise jsonschema spends a second on compiling a grammar of web addresses that nothing here needs.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbformat  # noqa: E402
import papermill  # noqa: E402
import psutil  # type: ignore[import-untyped]  # noqa: E402
import tqdm.auto  # noqa: E402, F401  # imported later, beside a kernel's modules, it would draw a widget
from jupyter_client.kernelspec import KernelSpecManager  # noqa: E402
from jupyter_core.paths import jupyter_runtime_dir  # noqa: E402
from nbclient.exceptions import DeadKernelError  # noqa: E402
from papermill.engines import NBClientEngine, papermill_engines  # noqa: E402
from traitlets.config import Config  # noqa: E402

from analysis.core.paths import ROOT  # noqa: E402


class Engine(NBClientEngine):  # type: ignore[misc]
    """Papermill's engine, but for writing the notebook once at the end rather than before and after each cell."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, *args: Any, **options: Any) -> None:
        """Run the cells."""
        output, nb_man.output_path = nb_man.output_path, None
        try:
            super().execute_managed_notebook(nb_man, *args, **options)
        finally:
            nb_man.output_path = output


papermill_engines.register("lafz", Engine)

_LONGEST = 100  # bytes of the name of a socket's file, of which macOS takes 103 and Linux 107


def execute(notebook: Path, output: str, parameters: dict[str, Any]) -> dict[str, str]:
    """Run `notebook` with `parameters` and write it to `output`. Return cell, error and message if it failed."""
    command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    if command not in ("python", "python3") and Path(command).resolve() != Path(sys.executable).resolve():
        message = f"the Jupyter kernel 'python3' belongs to {command}: unset JUPYTER_PATH, or install ipykernel here"
        return {"cell": "-", "error": "KernelError", "message": message}
    node = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    progress = {"file": sys.stdout, "bar_format": "{n_fmt}/{total_fmt}", "mininterval": 0}
    try:
        done = papermill.execute_notebook(
            node,
            output,
            parameters,
            engine_name="lafz",
            kernel_name="python3",
            progress_bar=progress,
            config=_connection(),
        )
    except (papermill.PapermillExecutionError, DeadKernelError) as error:
        done = nbformat.read(output, as_version=4)  # type: ignore[no-untyped-call]
        started = _started_cell(done)
        _tidy(done)
        nbformat.write(done, output)  # type: ignore[no-untyped-call]
        if isinstance(error, DeadKernelError):
            message = "the kernel died, most likely for want of memory: give it more, or take fewer texts"
            return {"cell": started, "error": "DeadKernel", "message": message}
        return {"cell": _failed_cell(done), "error": error.ename, "message": error.evalue}
    _tidy(done)
    nbformat.write(done, output)  # type: ignore[no-untyped-call]
    last = [cell for cell in done.cells if cell.cell_type == "code"][-1]
    if last.execution_count is None:
        return {"cell": last.id, "error": "Unfinished", "message": "the notebook ended before its last cell"}
    return {}


def _connection() -> Config:
    """Connect to the kernel by Unix sockets in a folder of this process, if their names are short enough.

    TCP ports are chosen before the kernel opens them, so that kernels that start together may collide.
    """
    runtime = Path(jupyter_runtime_dir())
    runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    address = str(runtime / f"kernel-{os.getpid()}")
    manager = {"connection_file": f"{address}.json"}  # the default place would keep it after a kill
    if sys.platform != "win32" and len(os.fsencode(address)) <= _LONGEST:
        manager |= {"transport": "ipc", "ip": address}
    return Config(KernelManager=manager)


def _failed_cell(node: Any) -> str:
    """The id of the cell that failed."""
    failed = (cell.id for cell in node.cells if any(o.output_type == "error" for o in cell.get("outputs", [])))
    return str(next(failed, "-"))


def _started_cell(node: Any) -> str:
    """The id of the cell that papermill started last."""
    started = [cell.id for cell in node.cells if cell.metadata.get("papermill", {}).get("start_time")]
    return str(started[-1]) if started else "-"


def _tidy(node: Any) -> None:
    """Remove from an executed notebook what differs between two runs: clock times, random ids, papermill's marks.

    Paths in errors and warnings go too, since a report is passed on to others.
    """
    node.metadata["papermill"] = {"parameters": node.metadata.get("papermill", {}).get("parameters", {})}
    node.cells = [cell for cell in node.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])]
    for cell in node.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
            cell.metadata["jupyter"] = {"source_hidden": True}  # as those that it repeats are
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.evalue = _without_places(output.evalue)
                output.traceback = [_without_places(line) for line in output.traceback]
            elif output.get("name") == "stderr":
                output.text = _without_places(output.text)


def _without_places(text: str) -> str:
    """`text` with paths relative to the checkout, the environment or the run, and ``~`` for the home folder."""
    home = os.path.expanduser("~")  # noqa: PTH111 - which raises nothing where a user has none
    for place in (str(ROOT), sys.prefix, str(Path.cwd().parent)):
        for written in (place, place.replace(home, "~", 1)):  # IPython writes most paths in the second way
            text = text.replace(f"{written}{os.sep}", "")
    return re.sub(rf"{re.escape(home)}\b", "~", text) if len(home) > 1 else text


def _end_with_stdin() -> None:
    """Kill the kernel and exit as soon as stdin closes."""
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
    """Run the notebook of the job on stdin."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    become(job["environment"], job["folder"])
    result = execute(Path(job["notebook"]), job["output"], job["parameters"])
    print(f"\n{json.dumps(result)}", flush=True)


if __name__ == "__main__":
    work()
