"""Decode step by step: what the decoder sees and thinks while it writes one piece."""

from functools import partial

import streamlit as st

from pages.shared.attention import pick_head
from pages.shared.changes import current_edits, current_english
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.odds import odds
from pages.shared.picture import show
from pages.shared.sentence import current_text
from pages.shared.stage import proof
from pages.shared.translation import load, translate
from pages.writing.one_step import cross_picture, memory_picture, next_picture, self_picture
from transformer import Translation
from transformer.analysis.check import Check
from transformer.analysis.stepwise import Stepwise, rows_stay, stepwise
from transformer.analysis.view import piece_names
from transformer.edit_codes import read_edits, write_edits

BESIDE_UP_TO = 14  # pieces: with more, figures of half the width are not legible


def main() -> None:
    st.header(_("Decode step by step"))
    st.write(
        _(
            "The decoder writes one piece at a step. It reads what is written so far, looks at "
            "the French, gives each piece of the vocabulary a probability, and one is added. The "
            "arrow keys go back and forward."
        )
    )
    live(_draw)


@st.cache_resource(max_entries=32, show_spinner=False)
def _stepwise(model: str, text: str, edits: str, english: str) -> Stepwise:
    changed = read_edits(edits)
    return stepwise(load(model), translate(model, text, changed, english).translation, changed)


def _draw(translation: Translation) -> None:
    rows = piece_names(translation, "decoder")[0]
    step = _pick_step(rows)
    _say(translation, step)
    again = _stepwise(
        st.session_state["model"],
        current_text(),
        write_edits(current_edits()),
        current_english(),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, head = pick_head(translation.trace, "cross")
        st.toggle(_("Mean over heads"), key="mean", persist_state="session")
    seen = None if st.session_state["mean"] else head
    alone = rows_stay(load(st.session_state["model"]), translation, step, current_edits())
    short = max(len(rows), len(translation.source.pieces)) <= BESIDE_UP_TO
    for boxes in (
        (partial(_draw_memory, again), partial(_draw_self, alone, layer, seen)),
        (partial(_draw_cross, layer, seen), partial(_draw_next, again)),
    ):
        places = st.columns(2, gap="medium") if short else (st.container(), st.container())
        for place, box in zip(places, boxes, strict=True):
            with place:
                box(translation, step)


def _draw_memory(again: Stepwise, translation: Translation, step: int) -> None:
    st.subheader("1. " + _("The memory of the French"))
    show(memory_picture(translation))
    st.text(
        _(
            "The decoder keeps the keys made of the memory, for all layers. As its cache holds "
            "them after step {step}, beside those of the recorded pass:"
        ).format(step=step + 1)
    )
    proof(again.memory[step])


def _draw_self(
    alone: Check, layer: int, head: int | None, translation: Translation, step: int
) -> None:
    st.subheader("2. " + _("It looks at the English so far"))
    show(self_picture(translation, step, layer, head))
    st.text(
        _(
            "Since no row looks ahead, the rows above stay as they are when one is added. The new "
            "row in all layers and heads, computed again without the pieces that follow:"
        )
    )
    proof(alone)


def _draw_cross(layer: int, head: int | None, translation: Translation, step: int) -> None:
    st.subheader("3. " + _("It looks at the French"))
    show(cross_picture(translation, step, layer, head))


def _draw_next(again: Stepwise, translation: Translation, step: int) -> None:
    st.subheader("4. " + _("The next piece"))
    show(next_picture(translation, step))
    st.text(_("All logits of this step, computed again piece by piece with a cache:"))
    proof(again.logits[step])


def _pick_step(rows: tuple[str, ...]) -> int:
    """The step, from 0, by list, button or arrow key; a shorter text has its last."""
    st.session_state["t"] = min(st.session_state["t"], len(rows))
    at = st.session_state["t"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, key, to, shortcut in (
            (_("Back"), "step_back", at - 1, "Left"),
            (_("Next"), "step_on", at + 1, "Right"),
        ):
            st.button(
                label,
                key=key,
                type="primary" if to > at else "secondary",
                disabled=not 1 <= to <= len(rows),
                on_click=_go,
                args=(to,),
                shortcut=shortcut,
            )
        st.selectbox(
            _("Step"),
            range(1, len(rows) + 1),
            format_func=lambda step: f"{step}. {rows[step - 1]}",
            key="t",
            persist_state="session",
            width=260,
        )
    return st.session_state["t"] - 1


def _go(step: int) -> None:
    st.session_state["t"] = step


def _say(translation: Translation, step: int) -> None:
    """What was read, what is written, and how sure the model was; large."""
    thought = translation.search.steps[step]
    with st.container(key="large_step"):
        read = " ".join(("<s>", *translation.target.pieces[:step]))
        st.text(_("Read: {read} → written: {piece}").format(read=read, piece=thought.piece))
    st.text(
        _(
            "Step {step} of {steps}, pieces read so far: {count}. “{piece}” is written, with "
            "probability {probability}, rank {rank} of {vocabulary}."
        ).format(
            step=step + 1,
            steps=len(translation.target.pieces),
            count=step + 1,
            piece=thought.piece,
            probability=odds(thought.probability),
            rank=thought.rank,
            vocabulary=translation.trace.logits_LV.shape[1],
        )
    )


main()
