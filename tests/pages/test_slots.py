"""Two trainings at once, the others in line, and nothing left behind."""

from contextlib import ExitStack

import pytest

from pages.shared import slots
from pages.shared.slots import Line, paced


def test_the_first_two_run_and_the_others_move_up():
    line = Line(2)
    with line.ticket() as third_to_leave:
        with ExitStack() as stack:
            first = stack.enter_context(line.ticket())
            with line.ticket() as second, line.ticket() as last:
                places = [line.ahead(t) for t in (third_to_leave, first, second, last)]
                assert places == [0, 0, 1, 2]
            assert len(line) == 2
        assert line.ahead(third_to_leave) == 0
    assert len(line) == 0


def test_a_run_that_is_ended_gives_its_place_back():
    class Ended(BaseException):
        """As Streamlit's own, which no `except Exception` catches."""

    line = Line(1)
    with pytest.raises(Ended), line.ticket():
        raise Ended
    assert len(line) == 0


def test_a_training_is_stepped_only_as_far_as_it_is_watched(monkeypatch):
    monkeypatch.setattr(slots, "PAUSE", 0.0)
    made = []
    watched = paced(made.append(step) or step for step in range(10))
    assert next(watched) == 0
    watched.close()
    assert made == [0]


def test_the_last_state_is_always_drawn(monkeypatch):
    monkeypatch.setattr(slots, "PAUSE", 1e9)
    assert list(paced(iter(range(5)))) == [4]
    monkeypatch.setattr(slots, "PAUSE", 0.0)
    assert list(paced(iter(range(3)))) == [0, 1, 2]
