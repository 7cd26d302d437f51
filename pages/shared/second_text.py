"""A text beside the sentence at the top: the box to type it, and the list of examples for both."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from pages.shared.language import _

Example = TypeVar("Example")


def text_box(key: str, label: str, button: str, placeholder: str) -> None:
    """Typed text is taken when ``button`` is pressed; ``key`` is that of the choice."""
    with st.form(f"{key}_form", border=False, width="stretch"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(label, key=key, persist_state="session", placeholder=placeholder)
            st.form_submit_button(button, type="primary")


def example_box(
    key: str,
    examples: Sequence[Example],
    name: Callable[[Example], str],
    choices: Callable[[Example], dict[str, str]],
) -> None:
    """Two sentences to try: one chosen by its ``name`` sets these ``choices``."""

    def take() -> None:
        chosen = st.session_state[key]
        if chosen is not None:
            st.session_state.update(choices(examples[chosen]))
            st.session_state[key] = None

    st.selectbox(
        _("Two sentences to try"),
        range(len(examples)),
        index=None,
        format_func=lambda i: name(examples[i]),
        key=key,
        on_change=take,
        placeholder=_("Try an example"),
        width=280,
    )
