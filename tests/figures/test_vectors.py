"""Strips of numbers: those written out are those in the frame, and learned ones are grey."""

import numpy as np
import pytest

from transformer.figures.colours import learned_scale, signed_scale
from transformer.figures.vectors import WINDOW, strips_figure

ROWS = np.arange(-20.0, 20.0).reshape(2, 20)


def strips(begin: int = 0, **options):
    return strips_figure(ROWS, ["one", "other"], begin, title="", axis="", **options)


@pytest.mark.parametrize(("begin", "first"), [(0, 0), (5, 5), (19, 20 - WINDOW)])
def test_the_numbers_written_out_are_those_in_the_frame(begin, first) -> None:
    figure = strips(begin)
    for row, numbers in enumerate(figure.data[1::2]):
        expected = ROWS[row, first : first + WINDOW]
        assert [float(text) for text in numbers.text[0]] == expected.tolist()
        assert list(numbers.x) == list(range(first + 1, first + WINDOW + 1))
        frame = figure.layout.shapes[row]
        assert (frame.x0, frame.x1) == (first + 0.5, first + WINDOW + 0.5)


@pytest.mark.parametrize("dark", [False, True])
def test_what_training_found_is_grey(dark) -> None:
    scales = [trace.colorscale for trace in strips(learned=[1], dark=dark).data]
    assert scales[:2] == [tuple(signed_scale(dark))] * 2
    assert scales[2:] == [tuple(learned_scale(dark))] * 2


def test_strips_share_a_scale_only_together() -> None:
    largest = [
        [np.abs(trace.z).max() for trace in strips(together=together).data[::2]]
        for together in (True, False)
    ]
    assert largest[0][1] < 0.97 and largest[1][1] > 1
