"""The part of a page that answers its pickers: it runs alone, without the rest of the page."""

from collections.abc import Callable

import streamlit as st

from pages.shared import link, translation
from pages.shared.guard import guarded
from transformer import Translation


@st.fragment
def live(draw: Callable[[Translation], None]) -> None:
    """Draw pickers and figures of the current sentence; the address follows every choice."""
    with guarded():
        draw(translation.current().translation)
    link.publish()
