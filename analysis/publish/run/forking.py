"""Fork the notebooks' processes from one that has imported what they need, since importing takes most of their time.

``python -m analysis.publish.run.forking`` is that process. Its stdin is a socket. Each message passes the stdin, stdout
and stderr of a process to fork, which then does the work of ``python -m analysis.publish.run.execute`` with a kernel
that is forked too. `ForkedProvisioner` provides such a kernel to Jupyter and knows nothing of this package.
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
_IMPORTED_LATER = (  # inside functions that the notebooks call, and by Jupyter's kernel
    "ipykernel.ipkernel ipykernel.kernelapp matplotlib_inline.backend_inline matplotlib.backends.backend_agg "
    "matplotlib.backends.backend_pdf matplotlib.backends.backend_svg pyarrow.parquet scipy.stats"
).split()


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel in a process that was forked for it by `kernel_in_waiting`."""

    waiting: ClassVar[tuple[int, int]]  # id of that process, and the pipe from which it reads its orders

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Send the process the arguments, the environment and the folder of the kernel."""
        pid, pipe = self.waiting
        with os.fdopen(pipe, "w", encoding="utf-8") as order:
            json.dump([cmd[cmd.index("-f") :], kwargs["env"], kwargs.get("cwd") or str(Path.cwd())], order)
        self.process, self.pid = psutil.Process(pid), pid
        return self.connection_info

    async def poll(self) -> int | None:
        """The kernel's exit status; None while it runs."""
        with suppress(psutil.TimeoutExpired):
            return int(self.process.wait(0) or 0) if self.process else 0
        return None

    async def wait(self) -> int | None:
        """Wait for the kernel to end; its exit status."""
        status = int(self.process.wait() or 0) if self.process else 0
        self.process = None
        return status


def kernel_in_waiting() -> tuple[int, int]:
    """Fork a process that becomes a Jupyter kernel on `ForkedProvisioner`'s order, and ends if none comes."""
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
    """Fork a process for each message until the other end of the socket closes, then wait for all of them."""
    _prepare()
    gc.freeze()  # otherwise a collection would touch, and so copy, all shared pages
    signal.signal(signal.SIGCHLD, lambda *_: _reap(os.WNOHANG))
    # The only threads are those of OpenBLAS, which ends them before a fork.
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
    """Reap all forked processes, or with `os.WNOHANG` those that have ended."""
    with suppress(ChildProcessError):  # none is left
        while os.waitpid(-1, how)[0]:
            pass


def _work() -> None:
    """Run the notebook described on stdin in a forked kernel."""
    factory = KernelProvisionerFactory.instance()
    own = EntryPoint("forked", f"{__name__}:{ForkedProvisioner.__name__}", factory.GROUP_NAME)
    factory.provisioners[own.name], factory.default_provisioner_name = own, own.name
    ForkedProvisioner.waiting = kernel_in_waiting()
    work()


def _prepare() -> None:
    """Import what the notebooks import. An error is left to them, since theirs are reported."""
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]  # nobody debugs these kernels
    cells = [cell for path in notebooks().values() for cell in read_cells(path) if cell.kind == "code"]
    for name in sorted({*_IMPORTED_LATER}.union(*map(_imported, cells))):
        with suppress(Exception):
            import_module(name)
    tokenize(read_text("A word."))  # numba imports the rest of itself with its first function


def _imported(cell: Cell) -> set[str]:
    """The modules from which a cell imports, and the imported names, since some are modules too."""
    with suppress(SyntaxError):
        found = [node for node in ast.parse(cell.source).body if isinstance(node, ast.ImportFrom)]
        return {
            name for node in found for name in (str(node.module), *(f"{node.module}.{own.name}" for own in node.names))
        }
    return set()


if __name__ == "__main__":
    serve(socket.socket(fileno=sys.stdin.fileno()))
