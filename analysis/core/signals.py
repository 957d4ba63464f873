"""Signals that ask a process to stop, and blocks that they do not interrupt."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Defer SIGINT, SIGTERM and SIGHUP to the end of the block, where the first one takes effect."""
    came: list[int] = []
    earlier = {kind: signal.signal(kind, lambda number, frame: came.append(number)) for kind in stop_signals()}
    try:
        yield
    finally:
        for kind, handler in earlier.items():
            signal.signal(kind, handler)
        if came:
            signal.raise_signal(came[0])


def stop_signals() -> list[signal.Signals]:
    """Those of SIGINT, SIGTERM and SIGHUP that are not ignored (as under nohup); none outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        return []
    kinds = [kind for kind in signal.Signals if kind.name in ("SIGINT", "SIGTERM", "SIGHUP")]
    return [kind for kind in kinds if signal.getsignal(kind) not in (signal.SIG_IGN, None)]
