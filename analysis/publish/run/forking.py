"""Kernels forked from a process that has imported all that notebooks import, which takes longer than most notebooks do.

`ForkedProvisioner` is what Jupyter needs for such a kernel, and knows nothing of this package.
"""

import ast
import gc
import json
import os
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import psutil  # type: ignore[import-untyped]
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from analysis import read_text, tokenize
from analysis.publish.parameters import Cell, notebooks, read_cells

_IMPORTED_LATER = (  # by functions of what the notebooks import, and by Jupyter's kernel
    "ipykernel.ipkernel ipykernel.kernelapp matplotlib_inline.backend_inline matplotlib.backends.backend_agg "
    "matplotlib.backends.backend_pdf matplotlib.backends.backend_svg pyarrow.parquet scipy.stats"
).split()


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel by telling a process that waits to become one; see `kernels_are_forked`, which makes them."""

    waiting: ClassVar[list[tuple[int, int]]] = []  # the id of each process, and the pipe on which it waits

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Give a process the arguments, the environment and the folder of the kernel."""
        pid, pipe = self.waiting.pop()
        with os.fdopen(pipe, "w", encoding="utf-8") as order:
            json.dump([cmd[cmd.index("-f") :], kwargs["env"], kwargs.get("cwd") or str(Path.cwd())], order)
        self.process, self.pid = psutil.Process(pid), pid
        return self.connection_info

    async def poll(self) -> int | None:
        """The kernel's exit status; None as long as it runs."""
        with suppress(psutil.TimeoutExpired):
            return int(self.process.wait(0) or 0) if self.process else 0
        return None

    async def wait(self) -> int | None:
        """The kernel's exit status, once it has ended."""
        status = int(self.process.wait() or 0) if self.process else 0
        self.process = None
        return status


def import_all() -> None:
    """Import what the notebooks do. What can't be imported is left to them, whose errors are told."""
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]  # no debugger comes to these kernels
    cells = [cell for path in notebooks().values() for cell in read_cells(path) if cell.kind == "code"]
    for name in sorted({*_IMPORTED_LATER}.union(*map(_imported, cells))):
        with suppress(Exception):
            import_module(name)
    tokenize(read_text("A word."))  # with the first compiled function numba imports the rest of itself
    gc.freeze()  # else a collection would touch, and so copy, all that is shared


def kernels_are_forked(number: int) -> None:
    """Fork so many processes, each to become a kernel when Jupyter starts one; one that never does ends with this."""
    factory = KernelProvisionerFactory.instance()
    own = EntryPoint("forked", f"{__name__}:{ForkedProvisioner.__name__}", factory.GROUP_NAME)
    factory.provisioners[own.name], factory.default_provisioner_name = own, own.name
    # The threads are those of OpenBLAS, which ends them before a fork.
    warnings.filterwarnings("ignore", r"This process .* is multi-threaded", DeprecationWarning)
    for _ in range(number):
        read, write = os.pipe()
        if pid := os.fork():
            os.close(read)
            ForkedProvisioner.waiting.append((pid, write))
        else:
            for place in (write, *(pipe for _, pipe in ForkedProvisioner.waiting)):
                os.close(place)
            _become_a_kernel(read)


def _become_a_kernel(place: int) -> None:
    """Wait for the order to become a kernel, and do so."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    with os.fdopen(place, encoding="utf-8") as order:
        told = order.read()
    if told:
        arguments, environment, folder = json.loads(told)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        parent = f"--IPKernelApp.parent_handle={os.getppid()}"
        import_module("ipykernel.kernelapp").IPKernelApp.launch_instance([*arguments, parent])
    os._exit(0)


def _imported(cell: Cell) -> set[str]:
    """The modules that a cell imports names of, and the names, since some are modules too."""
    with suppress(SyntaxError):
        found = [node for node in ast.parse(cell.source).body if isinstance(node, ast.ImportFrom)]
        return {
            name for node in found for name in (str(node.module), *(f"{node.module}.{own.name}" for own in node.names))
        }
    return set()
