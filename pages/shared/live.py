"""The part of a page that answers its pickers: it runs alone, without the rest of the page."""

from collections.abc import Callable

import streamlit as st

from pages.shared import changes, link
from pages.shared.export import copy_link, take_away
from pages.shared.guard import guarded
from transformer import Translation
from transformer.edits import Edits


@st.fragment
def live(draw: Callable[[Translation], Edits | None]) -> None:
    """Draw pickers and figures of the current sentence; the address follows every choice.

    What can be taken away carries the edits that ``draw`` returns, else those of the page.
    """
    with guarded():
        edits = draw(changes.current().translation)
        take_away(edits)
    link.publish()


@st.fragment
def by_itself(draw: Callable[[], None]) -> None:
    """As ``live``, for a page that shows nothing of the sentence at the top."""
    with guarded():
        draw()
        st.divider()
        copy_link()
    link.publish()
