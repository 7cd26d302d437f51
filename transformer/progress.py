"""A one-line progress bar on standard error; silent where standard error is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

Item = TypeVar("Item")
QUIET = 2.0  # seconds: shorter work needs no bar


class Progress:
    """Redraws one line at most twice a second, from the third second on: share, note, time left."""

    def __init__(self, task: str, width: int = 24) -> None:
        self._task, self._width = task, width
        self._begin, self._drawn = time.monotonic(), 0.0
        self._first: float | None = None  # a resumed task does not begin at 0
        self._live = sys.stderr.isatty()

    def show(self, share: float, note: str = "") -> None:
        """``share`` of the work is done, 0 to 1."""
        now = time.monotonic()
        if self._first is None:
            self._first = share
        waiting = now - self._begin < QUIET or (now - self._drawn < 0.5 and share < 1)
        if not self._live or waiting:
            return
        self._drawn = now
        made = share - self._first
        left = f"{clock((now - self._begin) * (1 - share) / made)} left" if made > 0 else ""
        bar = "█" * round(share * self._width)
        print(
            f"\r\033[K{self._task} {bar:·<{self._width}} {share:4.0%} {note} {left}",
            end="\n" if share >= 1 else "",
            file=sys.stderr,
            flush=True,
        )


def announce(sentence: str) -> None:
    """Say what a longer step without a bar is doing."""
    if sys.stderr.isatty():
        print(sentence, file=sys.stderr, flush=True)


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
