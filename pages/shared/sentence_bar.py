"""What stands above every page: the text, the examples, the model and the language."""

import streamlit as st

from pages.shared.examples import EXAMPLES
from pages.shared.language import LANGUAGES, _
from pages.shared.sentence import first_sentence, pick_sentence
from transformer.translator import shipped_models


def sentence_bar() -> None:
    """The box for the French text, its button, a dozen examples, and which sentence is shown."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.form("bar", border=False, width="stretch"):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.text_input(
                    _("A French sentence"),
                    key="text",
                    persist_state="session",
                    placeholder=_("Type a French sentence"),
                    label_visibility="collapsed",
                )
                st.form_submit_button(_("Translate"), type="primary", on_click=first_sentence)
        st.selectbox(
            _("Examples"),
            range(len(EXAMPLES)),
            index=None,
            format_func=lambda i: f"{EXAMPLES[i].text} – {_(EXAMPLES[i].shows)}",
            key="example",
            on_change=_take_example,
            placeholder=_("Try an example"),
            label_visibility="collapsed",
            width=240,
        )
    pick_sentence()


def model_and_language() -> None:
    """Model and language, in the sidebar."""
    with st.sidebar:
        st.selectbox(_("Model"), shipped_models(), key="model", persist_state="session")
        st.selectbox(
            "Language · 언어 · Langue",
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="lang",
            persist_state="session",
        )


def _take_example() -> None:
    chosen = st.session_state["example"]
    if chosen is not None:
        st.session_state["text"] = EXAMPLES[chosen].text
        first_sentence()
        st.session_state["example"] = None
