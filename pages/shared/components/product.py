"""Matrix products that answer to the pointer: which row and column made this number, and how."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st

from pages.shared.components.base import check_labels, register
from transformer.analysis.check import TOLERANCE

PRODUCT_LABELS = ("more", "model", "shift", "total", "masked")
PRODUCT_HTML = '<div class="products"></div>'
ROLE_SOURCES_HTML = '<div class="role-sources"></div>'

Role = Literal["", "query", "key", "value"]
Scale = Literal["signed", "learned", "weights"]
Operation = Literal["product", "divide", "softmax"]

_mount_product = register("product", PRODUCT_HTML, matrix=True)
_mount_role_sources = register("role_sources", ROLE_SOURCES_HTML)


@dataclass(frozen=True)
class Axis:
    """What the rows or columns of matrices count; matrices that share it light up together.

    ``labels`` name the places, else they are numbered from 1; ``chosen`` is lit at rest; a click
    on the axis of a ``choice`` is reported to Python. Both count from 0.
    """

    count: int
    chosen: int
    labels: Sequence[str] = ()
    choice: Literal["", "query", "key"] = ""


@dataclass(frozen=True)
class Matrix:
    """Numbers, their letter in equations, the heading over them, how and in what colour.

    ``hidden`` marks cells that the mask takes away: they are hatched and left empty.
    """

    letter: str
    values: np.ndarray
    heading: str
    scale: Scale = "signed"
    role: Role = ""
    hidden: np.ndarray | None = None


@dataclass(frozen=True)
class Step:
    """One computation: names of matrices, the axes they are drawn along, and its proof.

    A ``product`` has the parts left, top and result along (rows, inner, columns); a ``divide`` (by
    ``divisor``) or ``softmax`` has source and result along (rows, columns). ``proof`` is a line and
    whether recomputed and model agree.
    """

    operation: Operation
    parts: tuple[str, ...]
    axes: tuple[str, ...]
    title: str
    said: str
    equation: str
    proof: tuple[str, bool]
    divisor: float = 1.0


@dataclass(frozen=True)
class Source:
    """What queries, keys or values are made of: its heading, its pieces, and for which roles."""

    heading: str
    pieces: Sequence[str]
    roles: Sequence[Role]


def product(
    matrices: Mapping[str, Matrix],
    axes: Mapping[str, Axis],
    steps: Sequence[Step],
    *,
    labels: Mapping[str, str],
    key: str,
    on_change: Callable[[dict[str, int]], None] | None = None,
) -> None:
    """Draw every step; pointing at a number lights up what made it and spells it out.

    The sums are computed in the browser, in double precision, from the float32 numbers drawn; a
    matrix that several steps name travels once. ``labels``, already translated: "more" is said of
    the terms of a long sum ({count}, {shown}, {rest}), "model" stands before the model's own value
    ({value}), "shift" and "total" explain a softmax ({largest}; {total}), "masked" is said of a
    cell that the mask hides.

    ``on_change`` gets the places of the axes with a ``choice``, from 0, before the run that a click
    starts.

    Raises ValueError when a shape does not fit its axes, a number is not finite or a label or name
    is missing.
    """
    check_labels(labels, PRODUCT_LABELS)
    for matrix in matrices.values():
        if not np.isfinite(matrix.values).all():
            raise ValueError(f"{matrix.letter} must hold finite numbers, got NaN or infinity")
    for step in steps:
        _check_step(step, matrices, axes)
    choices = {axis.choice: axis for axis in axes.values() if axis.choice}

    def forward_choice() -> None:
        chosen = st.session_state[key].chosen
        if on_change is not None and chosen is not None:
            limits = {name: axis.count - 1 for name, axis in choices.items()}
            on_change({name: _within(chosen[name], last) for name, last in limits.items()})

    _mount_product(
        key=key,
        data={
            "matrices": {name: _plain(matrix) for name, matrix in matrices.items()},
            "axes": {
                name: vars(axis) | {"labels": list(axis.labels)} for name, axis in axes.items()
            },
            "steps": [vars(step) for step in steps],
            "labels": dict(labels),
            "tolerance": TOLERANCE,
        },
        on_chosen_change=forward_choice,
    )


def role_sources(
    sources: Sequence[Source], roles: Mapping[Role, tuple[str, str]], key: str
) -> None:
    """Draw what queries, keys and values are made of; ``roles`` gives each letter and sentence."""
    _mount_role_sources(
        key=key,
        data={
            "sources": [
                {"heading": s.heading, "pieces": list(s.pieces), "roles": list(s.roles)}
                for s in sources
            ],
            "roles": {role: list(said) for role, said in roles.items()},
        },
    )


def _within(place: Any, last: int) -> int:
    return max(0, min(int(place), last))


def _check_step(step: Step, matrices: Mapping[str, Matrix], axes: Mapping[str, Axis]) -> None:
    unknown = [name for name in step.parts if name not in matrices]
    unknown += [name for name in step.axes if name not in axes]
    if unknown:
        raise ValueError(f"{step.title}: there is no {', '.join(unknown)}")
    counts = [axes[name].count for name in step.axes]
    if step.operation == "product":
        rows, inner, columns = counts
        shapes = [(rows, inner), (inner, columns), (rows, columns)]
    else:
        shapes = [tuple(counts)] * 2
    for name, expected in zip(step.parts, shapes, strict=True):
        shape = matrices[name].values.shape
        if shape != expected:
            raise ValueError(f"{step.title}: {name} must have shape {expected}, got {shape}")


def _plain(matrix: Matrix) -> dict[str, Any]:
    hidden = matrix.hidden
    return {
        "letter": matrix.letter,
        "heading": matrix.heading,
        "scale": matrix.scale,
        "role": matrix.role,
        "values": _base64(matrix.values.astype(np.float32)),
        "hidden": "" if hidden is None else _base64(hidden.astype(np.uint8)),
    }


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
