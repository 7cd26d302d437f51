"""The way from one page to a view of another."""

from collections.abc import Mapping
from typing import NoReturn

import streamlit as st

from pages import BY_PATH
from pages.shared import link


def go(path: str, **choices: str) -> NoReturn:
    """Open the page ``path`` with these codes chosen, as in link.py; all else stays as it is.

    Raises ValueError if a code cannot be read.
    """
    follow(path, link.current(**choices))


def follow(path: str, address: Mapping[str, str]) -> NoReturn:
    """Open the page ``path`` with the choices of ``address`` alone, as if it had been pasted.

    An address that holds less, since a choice is the default again, counts as well.
    """
    st.session_state.pop(link.SEEN, None)
    st.switch_page(BY_PATH[path].script, query_params=dict(address))
