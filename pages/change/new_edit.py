"""The pickers of one edit: what to change, in which heads, which links."""

import streamlit as st

from pages.shared.attention import pick_attention
from pages.shared.edit_words import KINDS_OF_EDIT, REACHES
from pages.shared.guard import literal
from pages.shared.language import _
from pages.shared.pick import pick
from pages.shared.scaling import FACTORS, name_factor
from transformer import Kind, Translation
from transformer.analysis.view import Token, axes, numbered
from transformer.edits import (
    Edit,
    ForbidLinks,
    ForceLinks,
    HideSource,
    Positions,
    ScaleScores,
    SwitchOff,
)

Place = tuple[Kind, int | None, int | None]


def new_edit(translation: Translation) -> Edit | None:
    """The pickers of one edit, and that edit; None while something is still to be chosen."""
    chosen = pick(_("What to change"), list(KINDS_OF_EDIT), "tool", KINDS_OF_EDIT)
    if chosen == "hide":
        return _hide(translation)
    kind, layer, head = pick_attention(translation.trace)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reach = _pick_reach(others=chosen == "off")
        factor = _pick_factor(translation) if chosen == "scale" else 1.0
    place: Place = (
        kind,
        layer if reach in ("head", "others", "layer") else None,
        head if reach in ("head", "others") else None,
    )
    if chosen == "off":
        return SwitchOff(*place, others=reach == "others")
    if chosen == "scale":
        return ScaleScores(factor, *place)
    return _links(translation, chosen == "force", place)


def _pick_reach(others: bool) -> str:
    """Which heads: this one, all but this one (if ``others``), the layer, the kind."""
    codes = [code for code in REACHES if others or code != "others"]
    if st.session_state["reach"] not in codes:
        st.session_state["reach"] = codes[0]
    return pick(_("Which heads"), codes, "reach", REACHES)


def _pick_factor(translation: Translation) -> float:
    st.select_slider(
        _("Factor on the scores"),
        FACTORS,
        format_func=name_factor,
        key="factor",
        persist_state="session",
        width=300,
    )
    factor = st.session_state["factor"]
    width = translation.trace.sublayer("cross", 0).heads.query_HLK.shape[-1]
    return 1.0 if factor == "none" else float(factor) * width**-0.5


def _links(translation: Translation, force: bool, place: Place) -> Edit | None:
    rows, columns = axes(translation, place[0], "words")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        (row,) = _choose(_("This word ..."), rows, f"edit_query_{place[0]}", several=False) or (0,)
        wanted = _("... looks only at") if force else _("... does not look at")
        keys = _choose(wanted, columns, f"edit_keys_{place[0]}", several=True)
    if place[0] != "encoder":
        st.caption(
            _(
                "Edits of English name positions, since the words may change: {position} is where "
                "“{word}” stands as trained."
            ).format(
                position=", ".join(str(piece + 1) for piece in rows[row].pieces),
                word=literal(rows[row].label),
            )
        )
    pieces = _pieces(columns, keys)
    make = ForceLinks if force else ForbidLinks
    return make(rows[row].pieces, pieces, *place) if pieces else None


def _hide(translation: Translation) -> Edit | None:
    rows, _columns = axes(translation, "encoder", "words")
    pieces = _pieces(rows, _choose(_("Nobody looks at"), rows, "edit_hidden", several=True))
    return HideSource(pieces) if pieces else None


def _choose(label: str, tokens: list[Token], key: str, several: bool) -> list[int]:
    """The positions of the chosen words; a list that belongs to this sentence only."""
    names = numbered([token.label for token in tokens])
    options = range(len(tokens))
    key = f"{key}_{hash(names)}"
    if several:
        return st.multiselect(
            label, options, format_func=names.__getitem__, key=key, placeholder=_("Choose words")
        )
    return [st.selectbox(label, options, format_func=names.__getitem__, key=key, width=220) or 0]


def _pieces(tokens: list[Token], chosen: list[int]) -> Positions:
    return tuple(sorted(piece for position in chosen for piece in tokens[position].pieces))
