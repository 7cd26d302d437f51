"""The list of pages in the sidebar: a section folds away unless it holds the page that is shown."""

from itertools import groupby

import streamlit as st

from pages import VIEWS, View
from pages.shared.language import _


def menu(shown: View) -> None:
    """All pages by section; a click opens one, with a bare address."""
    with st.sidebar, st.container(key="menu", gap=None):
        for section, views in groupby(VIEWS, key=lambda view: view.section):
            here = section == shown.section
            key = f"section_{section}_{here}"  # opened anew where the page has changed
            with st.expander(_(section), expanded=here, key=key, type="compact"):
                for view in views:
                    st.page_link(view.script, label=_(view.title), icon=view.icon)
