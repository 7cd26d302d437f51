"""The measurement of all heads that is shipped beside a model, for the pages that show it."""

import streamlit as st

from pages.shared.translation import load
from transformer import UsageError
from transformer.analysis.head_study import HeadStudy, kept_study

SETUP = """\
from transformer.analysis.head_study import kept_study
study = kept_study({model!r})"""


@st.cache_resource(max_entries=8, show_spinner=False)
def _load(model: str) -> HeadStudy | None:
    return kept_study(model)


def current_study() -> HeadStudy:
    """That of the chosen model; UsageError, with the command that makes it, if there is none, or if
    it was made with other weights."""
    model = st.session_state["model"]
    found = _load(model)
    if found is None or found.sha256 != load(model).sha256:
        raise UsageError(
            "The heads of {model} have not been measured. Choose another model, or measure them: "
            "python -m transformer heads --model assets/models/{model} --data FILE.tsv",
            model=model,
        )
    return found
