"""Steps of a computation with matrices, as the pages draw them at the four depths."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from pages.shared.components.product import Axis, Matrix, Operation, Step, product
from pages.shared.language import _
from pages.shared.picture import take
from pages.shared.stage import Stage, draw, proof_line


class Layout(NamedTuple):
    """How the component draws a step: see ``Step`` there."""

    operation: Operation
    parts: tuple[str, ...]
    axes: tuple[str, ...]
    equation: str
    divisor: float = 1.0


def draw_steps(
    steps: Sequence[tuple[Stage, Layout]],
    matrices: Mapping[str, Matrix],
    axes: Mapping[str, Axis],
) -> None:
    """All steps at the chosen depth; the picture is the component, files come below it."""
    if st.session_state["depth"] != "picture":
        for number, (stage, _layout) in enumerate(steps, start=1):
            draw(number, stage)
        return
    st.caption(
        _(
            "Orange: below zero, teal: above; learned numbers are grey, weights violet. Point, "
            "tap, or use Tab and the arrow keys."
        )
    )
    product(
        matrices,
        axes,
        [_step(number, stage, layout) for number, (stage, layout) in enumerate(steps, start=1)],
        labels={
            "more": _("{count} terms: the {shown} largest are shown, the others add up to {rest}"),
            "model": _("model {value}"),
            "shift": _("the row's largest score, {largest}, is taken off first"),
            "total": _("total of the row: {total}"),
            "masked": _("hidden by the mask: this query may not look here"),
        },
        key="product",
        on_change=_choose,
    )
    for number, (stage, _layout) in enumerate(steps, start=1):
        with st.container(gap=None):
            st.text(f"{number}. {stage.title}")
            take(stage.picture, with_chart=True)


def sizes(rows: int, inner: int, columns: int) -> str:
    """The shapes of a product, as one reads them."""
    return f"({rows} × {inner}) · ({inner} × {columns}) = {rows} × {columns}"


def latex_sizes(rows: int, inner: int, columns: int) -> str:
    """The same for a formula."""
    return sizes(rows, inner, columns).replace("×", r"\times").replace("·", r"\cdot")


def _step(number: int, stage: Stage, layout: Layout) -> Step:
    return Step(
        **layout._asdict(),
        title=f"{number}. {stage.title}",
        said=stage.picture.said,
        proof=(proof_line(stage.check), stage.check.agrees),
    )


def _choose(places: Mapping[str, int]) -> None:
    """A click on a cell: its query and key, from 0, become those of every page."""
    for name, place in places.items():
        st.session_state[name] = place + 1
