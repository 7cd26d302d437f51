"""One of a few, as a row of buttons: the picker that most choices of the address have."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.language import _


def pick(
    label: str, codes: Sequence[Any], key: str, names: Mapping[Any, str] | None = None, **more: Any
) -> Any:
    """The chosen one of ``codes`` for the choice ``key``, as in link.py; one is always chosen.

    ``names`` (marked with ``N_``) stand on the buttons, or else the codes; ``more`` is passed on
    to ``st.segmented_control``.
    """
    st.segmented_control(
        label,
        codes,
        format_func=str if names is None else lambda code: _(names[code]),
        key=key,
        required=True,
        persist_state="session",
        **more,
    )
    return st.session_state[key]
