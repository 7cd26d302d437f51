"""A one-line progress bar on standard error; silent where standard error is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

Item = TypeVar("Item")


class Progress:
    """Redraws one line at most twice a second: share done, a note, time left."""

    def __init__(self, task: str, width: int = 24) -> None:
        self._task, self._width = task, width
        self._begin, self._drawn = time.monotonic(), 0.0
        self._live = sys.stderr.isatty()

    def show(self, share: float, note: str = "") -> None:
        """``share`` of the work is done, 0 to 1."""
        now = time.monotonic()
        if not self._live or (now - self._drawn < 0.5 and share < 1):
            return
        self._drawn = now
        left = (now - self._begin) * (1 - share) / share if share > 0 else 0.0
        bar = "█" * round(share * self._width)
        print(
            f"\r\033[K{self._task} {bar:·<{self._width}} {share:4.0%} {note} {clock(left)} left",
            end="\n" if share >= 1 else "",
            file=sys.stderr,
            flush=True,
        )


def clock(seconds: float) -> str:
    """``h:mm:ss`` or ``m:ss``."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def track(items: Iterable[Item], task: str) -> Iterator[Item]:
    """Yield ``items`` (of known length) behind a progress bar."""
    assert isinstance(items, Sized)
    progress = Progress(task)
    for done, item in enumerate(items, start=1):
        yield item
        progress.show(done / len(items))
