"""Workers on two hosts that see the same files write what one process writes: hosts as network namespaces."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from analysis.core.resources import Budget
from analysis.engine import pairing
from analysis.scale import by_document, count, near

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

HANG = 900  # seconds after which something is wrong, however slow the machine
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
PROGRAM = """
import json, sys
from analysis.engine import pairing
from analysis.scale import by_document, count, near
from analysis.core.resources import Budget, connect

if __name__ == "__main__":
    corpus, out, address = sys.argv[1:]
    by_document.budget = lambda memory, **options: Budget(1, 10_000)
    pairing.budget = lambda memory, **options: Budget(1, 50_000)
    with connect(address) as client:
        client.wait_for_workers(2, timeout=200)
        hosts = sorted(about["host"] for about in client.scheduler_info()["workers"].values())
        count.count([corpus], f"{out}/counts.parquet", memory=10**9, client=client)
        near.near([corpus], f"{out}/near.parquet", memory=10**9, threshold=0.85, client=client)
    print(json.dumps(hosts))
"""


def ip(*arguments: str) -> bool:
    return subprocess.run(["ip", *arguments], capture_output=True, check=False).returncode == 0


def wait_for_listener(host: str, address: str) -> None:
    """Wait until the scheduler on a host can be called."""
    program = f"import socket; socket.create_connection(({address!r}, 8786), timeout=5)"
    command = ["ip", "netns", "exec", host, sys.executable, "-c", program]
    deadline = time.monotonic() + HANG
    while subprocess.run(command, capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline, "the scheduler does not answer"
        time.sleep(0.2)


@pytest.fixture
def hosts() -> Iterator[dict[str, str]]:
    """Two network namespaces that reach each other and nothing else: name and address of each."""
    if not shutil.which("ip") or os.geteuid() != 0:
        pytest.skip("two hosts are made with `ip netns`, which only root may")
    names = [f"lafz{os.getpid()}{letter}" for letter in "ab"]
    found = dict(zip(names, ("10.213.7.1", "10.213.7.2"), strict=True))
    try:
        steps = [("netns", "add", name) for name in names]
        steps += [
            ("link", "add", "lafz0", "netns", names[0], "type", "veth", "peer", "name", "lafz0", "netns", names[1])
        ]
        for name, address in found.items():
            steps += [
                ("-n", name, "addr", "add", f"{address}/24", "dev", "lafz0"),
                ("-n", name, "link", "set", "lafz0", "up"),
                ("-n", name, "link", "set", "lo", "up"),
            ]
        if failed := next((step for step in steps if not ip(*step)), None):
            pytest.skip(f"two hosts can't be made here: ip {' '.join(failed)}")
        yield found
    finally:
        for name in names:
            ip("netns", "del", name)


def test_two_hosts(hosts, remote_files, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    alone, out = tmp_path / "alone", tmp_path / "hosts"
    monkeypatch.setattr(by_document, "budget", lambda memory, **options: Budget(1, 10_000))
    monkeypatch.setattr(pairing, "budget", lambda memory, **options: Budget(1, 50_000))
    for folder in (alone, out):
        folder.mkdir()
    count.count([remote_files], alone / "counts.parquet", memory=10**9)
    assert near.near([remote_files], alone / "near.parquet", memory=10**9, threshold=0.85).pairs > 100
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    started = []

    def start(host: str, *arguments: str) -> None:
        command = ["ip", "netns", "exec", host, sys.executable, "-m", "dask", *arguments, "--host", hosts[host]]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen([*command, "--no-dashboard"], cwd=tmp_path, env=ENVIRONMENT, **quiet))

    first, _ = hosts
    address = f"tcp://{hosts[first]}:8786"
    try:
        start(first, "scheduler", "--port", "8786")
        for host in hosts:
            start(host, "worker", address, "--nthreads", "1", "--no-nanny")
        wait_for_listener(first, hosts[first])
        run = subprocess.run(
            ["ip", "netns", "exec", first, sys.executable, program, remote_files, out, address],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=HANG,
            check=False,
        )
    finally:
        for process in started[::-1]:
            process.kill()
            process.wait()
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == sorted(hosts.values())
    assert sorted(path.name for path in out.iterdir()) == ["counts.parquet", "near.parquet"]
    for table in out.iterdir():
        assert table.read_bytes() == (alone / table.name).read_bytes()
