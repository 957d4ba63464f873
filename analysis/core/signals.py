"""Signals that ask a process to leave, and blocks that they do not cut short."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """A block that SIGINT, SIGTERM or SIGHUP does not cut short: the first that came takes effect at its end."""
    came: list[int] = []
    earlier = {kind: signal.signal(kind, lambda number, frame: came.append(number)) for kind in calls_to_leave()}
    try:
        yield
    finally:
        for kind, handler in earlier.items():
            signal.signal(kind, handler)
        if came:
            signal.raise_signal(came[0])


def calls_to_leave() -> list[signal.Signals]:
    """SIGINT, SIGTERM and SIGHUP, as far as they are not ignored (as under nohup); none in any thread but the main."""
    if threading.current_thread() is not threading.main_thread():
        return []
    kinds = [kind for kind in signal.Signals if kind.name in ("SIGINT", "SIGTERM", "SIGHUP")]
    return [kind for kind in kinds if signal.getsignal(kind) not in (signal.SIG_IGN, None)]
