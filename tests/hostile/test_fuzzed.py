# ruff: noqa: E402
"""Readers of bytes that were changed at random refuse them with the error that they document, or read them soundly."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
for package in ("trafilatura", "pypdfium2", "docx", "openpyxl"):
    pytest.importorskip(package)
from targets import TARGETS

pytestmark = [pytest.mark.hostile, pytest.mark.slow]

EXAMPLES = {"html": 40, "pdf": 60, "docx": 60, "parquet": 100, "sheet_xlsx": 40}
_PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b"\0", b"\xff\xfe", b'"', b"\n", b"\r", b"{", b"[" * 999, b"<", b"&x;", b"9" * 5000, b"\xed\xa0\x80"]
    ),
    st.sampled_from(
        [b"!!python/object/apply:os.system [true]", b"&a ", b"*a", b"1e999", b"-1", b"\\ud800", b"%00", b": "]
    ),
)


@st.composite
def changed(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """One of `seeds`, cut, with pieces taken out, put in or put in the place of others."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.sampled_from([start, start + 1, start + 4, start + 100, len(data)]))
        data = data[:start] + draw(_PIECES) + data[end:]
    return data


@pytest.mark.parametrize("name", TARGETS)
def test_bytes_changed_at_random(name: str) -> None:
    check, seeds = TARGETS[name]

    @settings(
        max_examples=EXAMPLES.get(name, 150),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(changed(seeds))
    def holds(data: bytes) -> None:
        check(data)

    holds()
