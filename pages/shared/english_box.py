"""The box for the visitor's own English, on the pages that are about it."""

import streamlit as st

from pages.shared.language import _


def english_box(label: str, button: str) -> None:
    """Empty: what the model itself writes. What is typed stays, also where it cannot be read."""
    with st.form("pair", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                label,
                key="english",
                persist_state="session",
                placeholder=_("Type an English sentence"),
            )
            st.form_submit_button(button, type="primary")
