"""Processes forked from one that has imported all that notebooks import, which takes longer than most notebooks do.

``python -m analysis.publish.run.forking`` is that one. Each message on the socket that is its stdin brings the stdin,
stdout and stderr of a process to be forked, which then works as ``python -m analysis.publish.run.execute`` does, with a
kernel that is forked too. `ForkedProvisioner` is what Jupyter needs for such a kernel, and knows nothing of this
package.
"""

import ast
import gc
import json
import os
import signal
import socket
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
from analysis.publish.run.execute import become, work

STREAMS = 3  # stdin, stdout and stderr
_IMPORTED_LATER = (  # by functions of what the notebooks import, and by Jupyter's kernel
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_pdf",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.backend_inline",
    "pyarrow.parquet",
    "scipy.stats",
)


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel by telling a process that waits to become one; see `kernel_in_waiting`, which makes it."""

    waiting: ClassVar[tuple[int, int]]  # the process's id, and the pipe on which it waits

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Give the process the arguments, the environment and the folder of the kernel."""
        pid, pipe = self.waiting
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


def kernel_in_waiting() -> tuple[int, int]:
    """A forked process that becomes a Jupyter kernel when `ForkedProvisioner` says so, and ends if it never does."""
    read, write = os.pipe()
    if pid := os.fork():
        os.close(read)
        return pid, write
    os.close(write)
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    with os.fdopen(read, encoding="utf-8") as order:
        told = order.read()
    if told:
        arguments, environment, folder = json.loads(told)
        become(environment, folder)
        parent = f"--IPKernelApp.parent_handle={os.getppid()}"
        import_module("ipykernel.kernelapp").IPKernelApp.launch_instance([*arguments, parent])
    os._exit(0)


def serve(messages: socket.socket) -> None:
    """Fork a process for each message, until the other end of the socket is closed, and wait for them all."""
    _prepare()
    gc.freeze()  # else a collection would touch, and so copy, all that is shared
    signal.signal(signal.SIGCHLD, lambda *_: _reap(os.WNOHANG))
    # The threads are those of OpenBLAS, which ends them before a fork.
    warnings.filterwarnings("ignore", r"This process .* is multi-threaded", DeprecationWarning)
    while files := socket.recv_fds(messages, 1, STREAMS)[1]:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for stream, file in enumerate(files):
                os.dup2(file, stream)
            _work()
            os._exit(0)
        for file in files:
            os.close(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _reap(0)


def _reap(how: int) -> None:
    """Wait for all forked processes, or only for those that have ended (`os.WNOHANG`)."""
    with suppress(ChildProcessError):  # there is none left
        while os.waitpid(-1, how)[0]:
            pass


def _work() -> None:
    """Run the notebook that stdin tells of, in a forked kernel."""
    factory = KernelProvisionerFactory.instance()
    own = EntryPoint("forked", f"{__name__}:{ForkedProvisioner.__name__}", factory.GROUP_NAME)
    factory.provisioners[own.name], factory.default_provisioner_name = own, own.name
    ForkedProvisioner.waiting = kernel_in_waiting()
    work()


def _prepare() -> None:
    """Import what the notebooks do. What can't be imported is left to them, whose errors are told."""
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]  # no debugger comes to these kernels
    cells = [cell for path in notebooks().values() for cell in read_cells(path) if cell.kind == "code"]
    for name in sorted({*_IMPORTED_LATER}.union(*map(_imported, cells))):
        with suppress(Exception):
            import_module(name)
    tokenize(read_text("A word."))  # with the first compiled function numba imports the rest of itself


def _imported(cell: Cell) -> set[str]:
    """The modules that a cell imports names of, and the names, since some are modules too."""
    with suppress(SyntaxError):
        found = [node for node in ast.parse(cell.source).body if isinstance(node, ast.ImportFrom)]
        return {
            name for node in found for name in (str(node.module), *(f"{node.module}.{own.name}" for own in node.names))
        }
    return set()


if __name__ == "__main__":
    serve(socket.socket(fileno=sys.stdin.fileno()))
