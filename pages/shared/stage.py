"""One step of a computation at four depths (picture, numbers, formula, code), and its proof."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import streamlit as st

from pages import N_
from pages.shared.language import _
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from transformer.analysis.check import Check

DEPTHS = {
    "picture": N_("Picture"),
    "numbers": N_("Numbers"),
    "formula": N_("Formula"),
    "code": N_("Code"),
}


@dataclass(frozen=True)
class Stage:
    """What a step shows; ``source`` is the function of the library that computes it."""

    title: str
    picture: Picture
    formula: str
    source: Callable[..., Any]
    check: Check


def pick_depth() -> None:
    """The one switch for all steps of a page."""
    pick(_("Show each step as"), list(DEPTHS), "depth", DEPTHS)


def draw(number: int, stage: Stage) -> None:
    """The step at the chosen depth, and its check below."""
    st.subheader(f"{number}. {stage.title}")
    st.text(stage.picture.said)
    depth = st.session_state["depth"]
    if depth == "picture":
        show(stage.picture, say=False)
    elif depth == "numbers":
        st.dataframe(dict(stage.picture.table), hide_index=True, width="stretch")
    elif depth == "formula":
        st.latex(stage.formula)
    else:
        st.code(dedent(inspect.getsource(stage.source)), language="python")
    proof(stage.check)


def proof(check: Check) -> None:
    """Green, or red if the two disagree."""
    line = proof_line(check)
    st.markdown(f":green[{line}]" if check.agrees else f":red[{line}]")


def proof_line(check: Check) -> str:
    """The number computed again beside the model's own."""
    template = (
        _("recomputed {recomputed}, model {model}; so for all {count} numbers of this step")
        if check.count > 1
        else _("recomputed {recomputed}, model {model}")
    )
    line = template.format(
        recomputed=f"{check.recomputed:.6f}", model=f"{check.model:.6f}", count=check.count
    )
    return f"✓ {line}" if check.agrees else f"✗ {line}"
