"""Live trainings: two at once over all visitors, the others wait in line and are told their place.

There are no threads here. A training is a generator that the visitor's own script run steps, so
that Streamlit ends it as it ends any run: at the next ``st`` call after a click, a change of page
or a closed tab. Leaving the ``with`` gives the place to the next in line.

    if st.button(_("Start")):
        with slot():
            for state in paced(train(...)):
                st.session_state["_result"] = state  # what a click on Stop leaves
                draw(state)

Draw everything else of the page before it: what comes later in the script is not drawn until the
training ends. Never inside a fragment, nor with one drawn beside it: Streamlit lets a running
script finish before it answers a click inside a fragment, also one on Stop.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture

AT_ONCE = 2  # trainings; the app gives each one thread
PAUSE = 0.4  # seconds between two pictures, and between two looks at the line

State = TypeVar("State")


class Line:
    """Who runs and who waits, in the order they came; the first ``at_once`` run."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._tickets: list[object] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._tickets)

    @contextmanager
    def ticket(self) -> Iterator[object]:
        """A place at the end of the line, given up on leaving, however that comes about."""
        ticket = object()
        with self._lock:
            self._tickets.append(ticket)
        try:
            yield ticket
        finally:
            with self._lock:
                self._tickets.remove(ticket)

    def ahead(self, ticket: object) -> int:
        """How many must leave before ``ticket`` runs; 0: it runs."""
        with self._lock:
            return max(0, self._tickets.index(ticket) + 1 - self.at_once)


LINE = Line(AT_ONCE)  # one for the whole server


@contextmanager
def slot(line: Line = LINE) -> Iterator[None]:
    """Wait for one's turn, with a button that stops, and hold it until the block is left."""
    button, place = st.empty(), st.empty()
    with line.ticket() as ticket:
        button.button(_("Stop"), key="stop", icon="⏹️")  # any click ends this run
        while ahead := line.ahead(ticket):
            place.info(
                _("{running} trainings are running; you are number {place} in the queue.").format(
                    running=line.at_once, place=ahead
                )
            )
            time.sleep(PAUSE)
        place.empty()
        yield
    button.empty()


def paced(states: Iterator[State]) -> Iterator[State]:
    """The newest of ``states`` every ``PAUSE`` seconds, and the last one."""
    shown = time.monotonic()
    for state in states:
        due = time.monotonic() - shown >= PAUSE
        if due:
            yield state
            shown = time.monotonic()
    if not due:
        yield state


def moment(picture: Picture, number: int) -> None:
    """The figure as it is now: one of many in a run, each of which needs a ``number``."""
    figure = picture.draw(dark=picture.dark)
    key = f"{picture.name}_{number}"
    st.plotly_chart(figure, key=key, width="stretch", alt=picture.said)
