"""Edits: change something inside the model, and let it translate again."""

import numpy as np
import streamlit as st

from pages.change.new_edit import new_edit
from pages.shared import goto
from pages.shared.attention import NAMES
from pages.shared.changes import checked_edits, forget_edits, list_edits
from pages.shared.compare import compare
from pages.shared.examples import STORIES
from pages.shared.guard import literal
from pages.shared.language import _, explain
from pages.shared.live import live
from pages.shared.odds import odds
from pages.shared.picture import Picture, show
from pages.shared.sentence import current_text
from pages.shared.translation import load, translate
from transformer import Kind, Translation, UsageError
from transformer.analysis.edited import piece_log_probabilities, replay, without_each_head
from transformer.analysis.view import numbered
from transformer.edit_codes import read_edits, write_edits
from transformer.edits import (
    Edit,
    Edits,
    check_edits,
)
from transformer.figures.edited import before_after_figure
from transformer.figures.head_grid import head_grid_figure

SETUP = """\
from transformer.analysis.edited import piece_log_probabilities, replay
from transformer.edit_codes import read_edits
edited = replay(translator, translation, read_edits({code!r}))
"""


def main() -> None:
    st.header(_("Change something inside"))
    st.write(
        _(
            "Switch off heads, bend their links, hide a word, and read what the model writes then. "
            "Edits are data handed to one translation: the model itself stays as it is, and your "
            "edits travel in the address."
        )
    )
    _stories()
    live(_draw)


def _stories() -> None:
    """Edits that tell something, each with its sentence."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_("For example:"), width="content")
        for number, story in enumerate(STORIES):
            st.button(
                _(story.title),
                key=f"story_{number}",
                on_click=st.session_state.update,
                args=({"text": story.text, "model": story.model, "edits": story.edits},),
            )


def _draw(translation: Translation) -> Edits:
    edits = _edits_so_far()
    _texts(translation, edits)
    _list(edits)
    with st.container(border=True):
        _add(translation, edits, new_edit(translation))
    if edits:
        _numbers(translation, edits)
    _each_head(translation, edits)
    return edits


def _edits_so_far() -> Edits:
    """Those of the address; if they cannot be, a sentence, and none."""
    try:
        return checked_edits()
    except UsageError as error:
        st.warning(literal(explain(error)) + " " + _("The model is shown unedited."))
        return ()


def _add(translation: Translation, edits: Edits, made: Edit | None) -> None:
    """The button that takes the edit over, if the model can follow it beside the others."""
    wrong = None
    if made is not None:
        try:
            config = load(st.session_state["model"]).transformer.config
            check_edits([*edits, made], config, len(translation.source.ids))
        except UsageError as error:
            wrong = literal(explain(error))
    possible = made is not None and wrong is None
    st.button(
        _("Add this edit"),
        key="add_edit",
        type="primary",
        disabled=not possible,
        on_click=_keep,
        args=([*edits, made] if possible else edits,),
    )
    if wrong:
        st.warning(wrong)


def _keep(edits: Edits) -> None:
    st.session_state["edits"] = write_edits(edits)


def _list(edits: Edits) -> None:
    """A line for each edit, with its way out."""
    if not st.session_state["edits"]:
        return
    for number, line in enumerate(list_edits(edits)):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{number + 1}. {line}")
            st.button(
                _("Remove"),
                key=f"remove_{number}",
                type="tertiary",
                icon=":material/close:",
                on_click=_keep,
                args=([*edits[:number], *edits[number + 1 :]],),
            )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(_("Start over"), key="start_over", on_click=forget_edits)
        if edits and st.button(_("Look at all heads with these edits")):
            goto.go("attention")


def _texts(translation: Translation, edits: Edits) -> None:
    """Both translations, and what differs."""
    edited = translate(st.session_state["model"], current_text(), edits).translation
    gone, new = compare(
        translation, edited, titles=(_("As trained"), _("With the edits")), key="texts"
    )
    if not edits:
        st.text(_("Nothing is changed yet: choose below what to change, and add it."))
    elif gone or new:
        said = _("Dashed: words that are gone ({gone}). Underlined: new words ({new}).")
        st.text(said.format(gone=gone, new=new))
    else:
        st.text(_("Not one word has changed."))


def _numbers(translation: Translation, edits: Edits) -> None:
    """How the translation as trained fares under the edits, beside the new one."""
    model = st.session_state["model"]
    edited = translate(model, current_text(), edits).translation
    replayed = replay(load(model), translation, edits)
    trained_L = piece_log_probabilities(translation.trace, translation.target)
    edited_L = piece_log_probabilities(replayed, translation.target)
    with st.container(horizontal=True):
        for label, number, beside in (
            (
                _("Log-probability of the translation as trained, under the edits"),
                edited_L.sum(),
                _("as trained {number}").format(number=f"{trained_L.sum():.2f}"),
            ),
            (
                _("Log-probability of the new translation, under the edits"),
                edited.search.hypotheses[0].log_probability,
                None,
            ),
        ):
            st.metric(label, f"{number:.2f}", beside, delta_color="off", delta_arrow="off")
    show(_picture(translation, write_edits(edits), trained_L, edited_L))


def _picture(
    translation: Translation, code: str, trained_L: np.ndarray, edited_L: np.ndarray
) -> Picture:
    pieces = numbered(translation.target.pieces)
    worst = int((edited_L - trained_L).argmin())
    return Picture.of(
        "edited-pieces",
        before_after_figure,
        {
            "-piece_log_probabilities(translation.trace, translation.target)": -trained_L,
            "-piece_log_probabilities(edited, translation.target)": -edited_L,
            "numbered(translation.target.pieces)": pieces,
        },
        setup=SETUP.format(code=code) + "from transformer.analysis.view import numbered\n",
        said=_(
            "The translation as trained, piece by piece: “{piece}” loses most under the edits, its "
            "probability goes from {before} to {after}."
        ).format(
            piece=pieces[worst],
            before=odds(np.exp(trained_L[worst])),
            after=odds(np.exp(edited_L[worst])),
        ),
        table={
            _("Piece"): pieces,
            _("As trained"): trained_L,
            _("With the edits"): edited_L,
        },
        names=(_("As trained"), _("With the edits")),
        title=_("−log p of each piece of the translation as trained"),
        dark=st.context.theme.type == "dark",
    )


# Some thirty passes of five milliseconds: once for a sentence, a kind and a list of edits.
@st.cache_data(max_entries=256, show_spinner=False)
def _changes(model: str, text: str, kind: Kind, code: str) -> np.ndarray:
    translation = translate(model, text).translation
    return without_each_head(load(model), translation, kind, read_edits(code))


def _each_head(translation: Translation, edits: Edits) -> None:
    """Where to begin: what each head of the chosen attention is worth to this translation."""
    kind, code = st.session_state["kind"], write_edits(edits)
    changes_NH = _changes(st.session_state["model"], current_text(), kind, code)
    layer, head = np.unravel_index(changes_NH.argmin(), changes_NH.shape)
    st.subheader(_("Where to begin: every head switched off alone"))
    show(
        Picture.of(
            "each-head",
            head_grid_figure,
            {f"[without_each_head(translator, translation, {kind!r}, edits)]": [changes_NH]},
            setup="from transformer.analysis.edited import without_each_head\n"
            f"from transformer.edit_codes import read_edits\nedits = read_edits({code!r})",
            said=_(
                "{kind}: without head {head} of layer {layer} the translation as trained loses "
                "most, its log-probability changes by {change}; {few} of {count} heads change it "
                "by less than 0.1."
            ).format(
                kind=_(NAMES[kind]),
                layer=layer + 1,
                head=head + 1,
                change=f"{changes_NH.min():.2f}",
                few=int((np.abs(changes_NH) < 0.1).sum()),
                count=changes_NH.size,
            ),
            table={
                _("Layer"): np.indices(changes_NH.shape)[0].ravel() + 1,
                _("Head"): np.indices(changes_NH.shape)[1].ravel() + 1,
                _("Change in log-probability"): changes_NH.ravel(),
            },
            names=[_(NAMES[kind])],
            layer=_("layer {number}"),
            head=_("head {number}"),
            chosen=(int(layer), int(head)),
            title=_("Change in log-probability of the translation as trained, one head off"),
            dark=st.context.theme.type == "dark",
        )
    )


main()
