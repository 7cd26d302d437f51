"""Pages and lessons about heads have nothing to show of a recurrent model: they say so."""

import streamlit as st

from pages import View
from pages.shared.language import _
from pages.shared.translation import load
from transformer.translator import default_model


def suitable(view: View) -> bool:
    """Whether the chosen model has what the page shows; else a sentence and a way out."""
    model = st.session_state["model"]
    heads = view.reads == "heads" or st.session_state["lesson"]
    if not heads or load(model).model.config.arch == "transformer":
        return True
    instead = default_model()
    st.info(
        _(
            "The model {model} is a recurrent network. This page looks into the heads of a "
            "Transformer, and a recurrent network has none: choose {instead}."
        ).format(model=model, instead=instead)
    )
    st.button(
        _("Look into {instead}").format(instead=instead),
        type="primary",
        on_click=st.session_state.update,
        args=({"model": instead},),
    )
    return False
