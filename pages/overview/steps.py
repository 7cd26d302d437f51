"""Step by step: from the French text to the probabilities of one English piece."""

from functools import partial

import streamlit as st

from pages import BY_PATH
from pages.overview import reading, writing
from pages.overview.step import Step
from pages.shared.goto import go
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.overview import STEPS
from pages.shared.picture import show
from pages.shared.side import pick_piece
from pages.shared.stage import proof_line
from transformer import Translation
from transformer.analysis.view import numbered

READING = {
    "pieces": reading.pieces,
    "embedding": reading.embedding,
    "positions": reading.positions,
    "encoder": reading.encoder,
    "memory": reading.memory,
}
WRITING = {
    "read": writing.read,
    "self": partial(writing.attention, kind="decoder"),
    "cross": partial(writing.attention, kind="cross"),
    "feed": writing.feed_forward,
    "logits": writing.logits,
    "softmax": writing.softmax,
    "written": writing.written,
}


def main() -> None:
    st.header(_("Step by step"))
    st.write(
        _(
            "The encoder reads the French once; then the decoder goes through its steps for every "
            "English piece it writes."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    row = _pick(translation)
    name = st.session_state["step"]
    st.subheader(f"{list(STEPS).index(name) + 1}. {_(STEPS[name])}")
    step = READING[name](translation) if name in READING else WRITING[name](translation, row)
    _say(step)
    show(step.picture, say=False)
    if step.check is not None:
        line = proof_line(step.check)
        st.markdown(f":green[{line}]" if step.check.agrees else f":red[{line}]")


def _pick(translation: Translation) -> int:
    """The step, by slider or one on, and the piece being written, from 0."""
    written = translation.target.pieces
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = pick_piece(numbered(written))
        at = list(STEPS).index(st.session_state["step"])
        ended = at == len(STEPS) - 1
        st.button(_("Back"), disabled=at == 0, on_click=_move, args=(at - 1, row))
        if ended:
            last = row == len(written) - 1
            again = list(STEPS).index("read"), row + 1
            st.button(_("Next piece"), type="primary", disabled=last, on_click=_move, args=again)
        else:
            st.button(_("Next"), type="primary", on_click=_move, args=(at + 1, row))
        st.select_slider(
            _("Step"),
            list(STEPS),
            format_func=lambda step: _(STEPS[step]),
            key="step",
            persist_state="session",
        )
    return row


def _move(step: int, row: int) -> None:
    st.session_state.update({"step": list(STEPS)[step], "piece": row + 1})


def _say(step: Step) -> None:
    """One sentence, the shapes, and the way to the page that goes deeper."""
    st.text(step.picture.said)
    view = BY_PATH[step.path]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_("Shape: {shape}").format(shape=step.shape))
        if st.button(f"{view.icon} {_(view.title)} →", type="tertiary"):
            go(step.path, **step.choices)


main()
