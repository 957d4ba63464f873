"""JupyterLab as `make lab` starts it runs code for whoever reaches it: that is this machine alone, with the token."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import psutil
import pytest

from analysis.core.paths import ROOT

PATIENCE = 1200  # seconds for a server to come up, or to end, on a slow machine that does other things too
OPEN = """\
c = get_config()
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.allow_remote_access = True
c.ServerApp.allow_origin = "*"
c.ServerApp.disable_check_xsrf = True
c.ServerApp.token = ""
c.ServerApp.password = ""
c.IdentityProvider.token = ""
"""


class Lab(NamedTuple):
    process: psutil.Process
    port: int
    token: str


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The server that the Makefile starts for a user whose own settings would open it to everybody."""
    if not shutil.which("make"):
        pytest.skip("there is no make")
    folder = tmp_path_factory.mktemp("lab")
    (folder / ".jupyter").mkdir()
    for name in ("jupyter_config.py", "jupyter_server_config.py", "jupyter_lab_config.py"):
        (folder / ".jupyter" / name).write_text(OPEN)
    own = folder / ".venv" / "jupyter"  # as the settings of a whole machine might be
    own.mkdir(parents=True)
    (own / "jupyter_server_config.py").write_text("\n".join(OPEN.splitlines()[:3]))
    with socket.socket() as free:  # which another process may take before the server does: it then tries others
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= {
        "HOME": str(folder),
        "JUPYTER_CONFIG_PATH": str(folder / ".jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    options = f"--no-browser --port={port}"
    options += " --allow-root" * (os.name == "posix" and os.geteuid() == 0)
    # What is in the checkout's own .venv stays as it is.
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "notebooks").mkdir()
    command = [
        "make",
        "-o",
        ".venv/ready",
        "lab",
        f"BIN={shlex.quote(str(Path(sys.executable).parent))}",
        f"LAB={options}",
    ]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        about = wait_for(folder / "runtime", server, folder / "log")
        yield Lab(psutil.Process(about["pid"]), about["port"], about["token"])
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=PATIENCE)


def wait_for(runtime, server, log):
    """What the server writes of itself, readable by its user alone, when it listens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        for path in runtime.glob("jpserver-*.json"):
            with suppress(FileNotFoundError, ValueError):  # not written to its end
                about = json.loads(path.read_text())
                if answer(about["port"], "/api/status", about["token"]) is not None:
                    return about
        time.sleep(0.2)
    raise AssertionError(log.read_text())


class Unmoved(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def answer(port, path, token="", **headers):
    """The status of an answer; None where nobody listens."""
    if token:
        headers["Authorization"] = f"token {token}"
    try:
        with build_opener(Unmoved).open(Request(f"http://127.0.0.1:{port}{path}", headers=headers)) as found:
            return found.status
    except HTTPError as error:
        return error.code
    except OSError:
        return None


def test_it_listens_to_this_machine_alone(lab):
    listening = [c.laddr for c in lab.process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert lab.port in {place.port for place in listening}
    assert {place.ip for place in listening} <= {"127.0.0.1", "::1"}


def test_it_answers_nobody_without_the_token(lab):
    assert re.fullmatch(r"[0-9a-f]{48}", lab.token)
    for path in ("/api/contents", "/api/kernels", "/api/sessions", "/api/terminals", "/lab"):
        assert answer(lab.port, path) in (302, 403), path
        assert answer(lab.port, path, "0" * 48) in (302, 403), path
        assert answer(lab.port, path, lab.token) == 200, path


def test_another_name_for_this_machine_is_refused(lab):
    """A page elsewhere whose name was made to lead here."""
    assert answer(lab.port, "/api/status", lab.token, Host="example.org") == 403


def test_the_token_is_on_no_command_line(lab):
    lines = [" ".join(process.cmdline()) for process in (lab.process, *lab.process.parents())]
    assert not [line for line in lines if lab.token in line]
