"""Sizes as they are typed, what fits into them, and addresses that lead nowhere."""

import asyncio
import builtins
import gc
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from analysis.core import resources
from analysis.core.errors import ParameterError
from analysis.core.resources import (
    BASE,
    FEWEST,
    MOST,
    OBJECTS,
    budget,
    check_length,
    connect,
    infrequent_gc,
    read_memory,
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1GB", 10**9),
        ("500 MB", 5 * 10**8),
        ("2GiB", 2**31),
        ("1.5g", 15 * 10**8),
        ("400000kb", 4 * 10**8),
        ("1TiB", 2**40),
        ("300000000", 3 * 10**8),
    ],
)
def test_sizes(text, size):
    assert read_memory(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1GB", "1GB2", "1XB", "GB", "1e9", "ib", "1i"])
def test_no_sizes(text):
    with pytest.raises(ParameterError, match="is no size: write it as 1GB or 500MB"):
        read_memory(text)


def test_too_small():
    with pytest.raises(ParameterError, match="--memory '299MB' is too small to work in: give 300MB or more"):
        read_memory("299MB")


def test_what_fits(monkeypatch):
    monkeypatch.setattr(resources, "cores", lambda: 4)
    # One process: all that it does not need for itself, at 100 bytes a character.
    assert budget(BASE + 10**8, per_character=100)[:2] == (1, 10**6)
    # Three beside this one, of which each has its base and a million characters; for a fourth a byte is lacking.
    assert budget(5 * BASE + 4 * 10**8 - 1, per_character=100)[0] == 3
    assert budget(5 * BASE + 4 * 10**8, per_character=100)[:2] == (4, 10**6)
    assert budget(100 * 10**9)[:2] == (4, MOST)
    assert budget(BASE)[:2] == (1, FEWEST)
    # A worker elsewhere has all of it.
    assert budget(BASE + 10**8, local=False, per_character=100)[:2] == (1, 10**6)


def test_one_long_document_has_all_that_its_process_has_at_fewer_bytes_a_character(monkeypatch):
    monkeypatch.setattr(resources, "cores", lambda: 4)
    several = budget(5 * BASE + 4 * 10**8, per_character=100)
    assert (several.room, several.alone, several.each) == (10**8, 4 * BASE + 4 * 10**8, 55)
    check_length("a.txt", 1_818_181, several.room, several.each)
    said = (
        "'a.txt' has a text of 1.8 MB, which takes a process of 370 MB, and --memory leaves one 370 MB: give more, "
        "or divide the text"
    )
    with pytest.raises(ParameterError, match=f"^{re.escape(said)}$"):
        check_length("a.txt", 1_818_182, several.room, several.each)


def test_python_looks_for_circles_as_before_whatever_ends_the_block():
    before = gc.get_threshold()
    with suppress(KeyError), infrequent_gc():
        assert gc.get_threshold()[0] == OBJECTS
        raise KeyError
    assert gc.get_threshold() == before


def test_no_address_is_no_client():
    with connect(None) as client:
        assert client is None


def test_an_address_that_does_not_answer_costs_a_line_as_often_as_it_is_asked(monkeypatch):
    pytest.importorskip("distributed")
    taken = socket.socket()  # nobody listens at its port, and nobody else can get it
    taken.bind(("127.0.0.1", 0))
    silent = f"tcp://127.0.0.1:{taken.getsockname()[1]}"

    # Of two failed clients in one process, dask may wait for ever for the first while the second begins.
    async def ask() -> None:  # as in a notebook, where a loop is running
        for address, why, wait in [
            (silent, "Timed out trying to connect", 0.5),
            ("nonsense", "missing port number", 600),
            ("abc://x", "unknown address scheme", 600),
            (silent, "Timed out trying to connect", 0.5),
        ]:
            monkeypatch.setattr(resources, "WAIT", wait)
            said = f"--dask '{re.escape(address)}' does not answer .*{why}.*: give the address that"
            with pytest.raises(ParameterError, match=said), connect(address):
                pass

    with ThreadPoolExecutor(1) as aside:  # in which no other test has left a loop
        aside.submit(lambda: asyncio.run(ask())).result()
    taken.close()


def test_without_dask(monkeypatch):
    real = builtins.__import__

    def lacking(name, *rest):
        if name == "distributed":
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(ParameterError, match=r"^--dask 'local' needs dask: pip install 'lafz\[distributed\]'$"):
        connect("local").__enter__()
