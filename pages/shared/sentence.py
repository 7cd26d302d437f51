"""Which sentence the pages show: of a longer text in the bar, one at a time."""

import streamlit as st

from pages.shared.language import _
from pages.shared.translation import LONGEST_SENTENCE, LONGEST_TEXT, load
from transformer import UsageError


def current_text() -> str:
    """The sentence that the pages show: of several in the bar, the picked one.

    Raises UsageError if the bar holds more than it takes; whether the model can read the rest, its
    translation says.
    """
    parts = sentences()
    if len(parts) == 1:
        return parts[0]
    return parts[min(st.session_state["sentence"], len(parts)) - 1].strip()


def sentences() -> tuple[str, ...]:
    """What stands in the bar, sentence by sentence; a text that cannot be read is one.

    Raises UsageError if it is more than the bar takes.
    """
    text = st.session_state["text"]
    if len(text) > LONGEST_TEXT:
        raise UsageError(
            "The text has {length} characters; this page takes up to {longest}. Shorten it.",
            length=len(text),
            longest=LONGEST_TEXT,
        )
    try:
        return _sentences(st.session_state["model"], text)
    except UsageError:
        return (text,)


@st.cache_data(max_entries=256, show_spinner=False)
def _sentences(model: str, text: str) -> tuple[str, ...]:
    return tuple(load(model).sentences(text, LONGEST_SENTENCE))


def pick_sentence() -> None:
    """The picker, where there is something to pick; that of a longer text is brought back."""
    try:
        parts = sentences()
    except UsageError:  # the page below says so
        parts = ("",)
    st.session_state["sentence"] = min(st.session_state["sentence"], len(parts))
    if len(parts) == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("One sentence at a time:"), width="content")
        st.pagination(len(parts), key="sentence", persist_state="session", width=400)
        st.text(current_text())


def first_sentence() -> None:
    """What a new text begins with."""
    st.session_state["sentence"] = 1
