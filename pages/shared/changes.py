"""What the visitor changed: edits inside the model, and English of their own.

Both travel in the address and hold on the pages that say so (``View.changes``), outside lessons.
"""

from urllib.parse import urlsplit

import streamlit as st

from pages import BY_PATH, View
from pages.shared.edit_words import describe
from pages.shared.guard import literal
from pages.shared.language import _, explain
from pages.shared.sentence import current_text
from pages.shared.translation import Timed, load, translate
from transformer import UsageError
from transformer.edit_codes import read_edits
from transformer.edits import Edits, check_edits

EDITOR = "edits"  # the page that lists the edits itself


def current() -> Timed:
    """The sentence in the bar by the chosen model, with the changes that hold on this page."""
    model, text = st.session_state["model"], current_text()
    return translate(model, text, current_edits(), current_english())


def current_edits() -> Edits:
    """The edits that hold on this page: none if they cannot be, which ``banner`` says."""
    try:
        return checked_edits() if _hold(_shown()) else ()
    except UsageError:
        return ()


def current_english() -> str:
    """The visitor's own English, if this page shows it; else nothing."""
    return st.session_state["english"].strip() if _hold(_shown()) else ""


def checked_edits() -> Edits:
    """The edits of the address; UsageError if they are damaged or do not fit model or sentence."""
    edits = read_edits(st.session_state["edits"])
    if edits:
        translator = load(st.session_state["model"])
        source = translator.tokenizer.encode(current_text())
        check_edits(edits, translator.transformer.config, len(source.ids))
    return edits


def banner(view: View) -> None:
    """Above a page: what is changed, what is wrong with it, and the way back."""
    if st.session_state["edits"] and view.reads != "nothing" and view.path != EDITOR:
        _about_edits(view)
    if _hold(view) and st.session_state["english"].strip():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text("✍️ " + _("The English is yours, and not what the model would write."))
            st.button(_("The model's own English"), key="own_english", on_click=_forget_english)


def forget_edits() -> None:
    """Start over."""
    st.session_state["edits"] = ""


def _forget_english() -> None:
    st.session_state["english"] = ""


def _about_edits(view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        try:
            edits = checked_edits()
        except UsageError as error:
            st.warning(literal(explain(error)) + " " + _("The model is shown unedited."))
        else:
            if _hold(view):
                listed = "; ".join(list_edits(edits))
                st.text("🛠️ " + _("Edited: {edits}").format(edits=listed))
            else:
                st.caption(_("This page shows the model without your edits."))
        st.button(_("Start over"), key="forget_edits", on_click=forget_edits)


def list_edits(edits: Edits) -> list[str]:
    """A line for each edit."""
    source = load(st.session_state["model"]).tokenizer.encode(current_text())
    return [describe(edit, source.pieces) for edit in edits]


def _hold(view: View) -> bool:
    return view.changes and not st.session_state["lesson"]


def _shown() -> View:
    """The page, also where a fragment runs alone; an unknown address shows the first page."""
    path = urlsplit(st.context.url or "").path.strip("/").rpartition("/")[2]
    return BY_PATH.get(path, BY_PATH[""])
