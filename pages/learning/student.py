"""Pictures of a student: where it looks, how its loss falls, and how its answers get right."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture
from transformer.exercise import EXAMPLE, Student, order, read, solution, spelled
from transformer.figures.heads import heads_figure
from transformer.figures.training import curves_figure

TRAINED = """\
from transformer.exercise import EXAMPLE, Exercise, Student, read, solution, spelled
student = Student({exercise})
reports = list(student.learn({steps}))  # trains it again"""


def attention(student: Student) -> Picture:
    """The example, with the places outlined where a student of this task should look."""
    task, last = student.exercise.task, student.reports[-1]
    said = _(
        "The example {example}: while a letter is written, the best head gives {weight} of its "
        "weight to where it stands (outlined). Evenly spread, that would be {even}."
    ).format(example=EXAMPLE, weight=f"{last.sharpness:.0%}", even=f"{1 / (len(EXAMPLE) + 1):.0%}")
    return _heads(
        student,
        "cross-attention",
        {
            "student.reports[-1].weights_HLM": last.weights_HLM,
            f"read(spelled(solution({task!r}, EXAMPLE)))": read(spelled(solution(task, EXAMPLE))),
            "read(spelled(EXAMPLE))": read(spelled(EXAMPLE)),
        },
        said=said,
        expected=order(task, EXAMPLE),
    )


def own_attention(student: Student, letters: str, written: tuple[str, ...]) -> Picture:
    """The visitor's letters, and what was written of them."""
    weights_HLM = student.look(letters, written)
    head, row, column = np.unravel_index(weights_HLM.argmax(), weights_HLM.shape)
    said = _(
        "The largest weight: head {head} looks at {letter} (place {place}) with {weight} while "
        "{written} is written."
    ).format(
        head=head + 1,
        letter=(*letters, "</s>")[column],
        place=column + 1,
        weight=f"{weights_HLM.max():.0%}",
        written=written[row],
    )
    return _heads(
        student,
        "own-attention",
        {
            f"student.look({letters!r}, student.answer({letters!r}))": weights_HLM,
            f"student.answer({letters!r})": written,
            f"read(spelled({letters!r}))": read(spelled(letters)),
        },
        said=said,
    )


def _heads(
    student: Student,
    name: str,
    values: dict[str, Any],
    *,
    said: str,
    expected: Sequence[int] = (),
) -> Picture:
    """All heads of the cross-attention: weights, rows and columns, by what gives them."""
    weights_HLM, rows, columns = values.values()
    cells = list(np.ndindex(weights_HLM.shape))
    return Picture.of(
        name,
        heads_figure,
        values,
        setup=_setup(student),
        said=said,
        table={
            _("head"): [head + 1 for head, _row, _column in cells],
            _("to be written"): [f"{row + 1}. {rows[row]}" for _head, row, _column in cells],
            _("looks at"): [f"{column + 1}. {columns[column]}" for *_rest, column in cells],
            _("weight"): weights_HLM.reshape(-1),
        },
        names=[_("Head {number}").format(number=head) for head in range(1, 1 + len(weights_HLM))],
        row_title=_("to be written ..."),
        column_title=_("... looks at"),
        expected=list(expected),
        dark=_dark(),
    )


def loss(student: Student) -> Picture:
    """How wrong it is, so far."""
    last = student.reports[-1]
    said = _("After {steps} steps: {loss} nats per letter.").format(
        steps=last.step, loss=f"{last.loss:.4f}"
    )
    return _curves(student, "loss", {_("loss"): "loss"}, _("Loss on unseen sequences"), said)


def answers(student: Student) -> Picture:
    """How often it is right, and how much it looks at the right place, so far."""
    last = student.reports[-1]
    said = _(
        "After {steps} steps: {accuracy} of the unseen sequences right; {weight} of the best "
        "head's weight on the right letter."
    ).format(steps=last.step, accuracy=f"{last.accuracy:.0%}", weight=f"{last.sharpness:.0%}")
    curves = {
        _("weight on the right letter"): "sharpness",
        _("unseen sequences right"): "accuracy",
    }
    return _curves(student, "answers", curves, _("Shares, from 0 to 1"), said)


def _curves(student: Student, name: str, curves: dict[str, str], title: str, said: str) -> Picture:
    """Numbers of the reports against steps: ``curves`` maps a title to the number's name."""
    written = ", ".join(f"{label!r}: student.curve({key!r})" for label, key in curves.items())
    values = {label: student.curve(key) for label, key in curves.items()}
    steps = student.curve("step")
    return Picture.of(
        name,
        curves_figure,
        {"student.curve('step')": steps, f"{{{written}}}": values},
        setup=_setup(student),
        said=said,
        table={_("steps"): steps, **values},
        title=title,
        axis=_("steps of training"),
        dark=_dark(),
    )


def _setup(student: Student) -> str:
    return TRAINED.format(exercise=student.exercise, steps=student.reports[-1].step)


def _dark() -> bool:
    return st.context.theme.type == "dark"
