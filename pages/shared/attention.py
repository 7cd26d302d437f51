"""What the pages say about the three attentions, and the pickers that choose one head."""

import streamlit as st

from pages import N_
from pages.shared.language import _
from pages.shared.pick import pick
from transformer import KINDS, Kind, RecurrentTrace, Trace, Translation
from transformer.analysis.view import axes, numbered

NAMES = {
    "encoder": N_("Encoder self-attention"),
    "decoder": N_("Decoder self-attention"),
    "cross": N_("Cross-attention"),
}
SHORT_NAMES = {
    "encoder": N_("Encoder self"),
    "decoder": N_("Decoder self"),
    "cross": N_("Cross"),
}
ROWS = {
    "encoder": N_("French ..."),
    "decoder": N_("English being written ..."),
    "cross": N_("English being written ..."),
}
COLUMNS = {
    "encoder": N_("... looks at French"),
    "decoder": N_("... looks at English already written"),
    "cross": N_("... looks at French"),
}
UNITS = {"words": N_("words"), "pieces": N_("pieces")}
WORD_RULE = N_(
    "A word's weight is the sum over its pieces when it is looked at, the mean over its pieces "
    "when it looks."
)


def pick_attention(record: Trace | RecurrentTrace) -> tuple[Kind, int, int]:
    """The pickers of every page that looks at one head: kind, layer and head, both from 0."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = _pick_kind()
        layer, head = pick_head(record, kind)
    return kind, layer, head


def _pick_kind() -> Kind:
    """One of the three attentions."""
    return pick(_("Attention"), KINDS, "kind", SHORT_NAMES)


def pick_head(record: Trace | RecurrentTrace, kind: Kind) -> tuple[int, int]:
    """Layer and head, both from 0; those of another model or a damaged link are brought back."""
    layers, heads = record.weights(kind).shape[:2]
    for name, count in (("layer", layers), ("head", heads)):
        st.session_state[name] = min(st.session_state[name], count)
    for label, name, count in ((_("Layer"), "layer", layers), (_("Head"), "head", heads)):
        pick(label, range(1, count + 1), name)
    return st.session_state["layer"] - 1, st.session_state["head"] - 1


def pick_unit() -> None:
    """Whole words, or the pieces that the model reads."""
    pick(_("Show"), list(UNITS), "unit", UNITS, label_visibility="collapsed")


def pick_tokens(
    translation: Translation, kind: Kind
) -> tuple[tuple[str, ...], tuple[str, ...], int, int]:
    """The pieces that may be query and key, and the positions (from 0) of the two chosen.

    Of a sentence that has become shorter, the last piece is taken.
    """
    rows, columns = (
        numbered([token.label for token in axis]) for axis in axes(translation, kind, "pieces")
    )
    for name, tokens in (("query", rows), ("key", columns)):
        st.session_state[name] = min(st.session_state[name], len(tokens))
    for label, name, tokens in ((_("Query"), "query", rows), (_("Key"), "key", columns)):
        st.selectbox(
            label,
            range(1, len(tokens) + 1),
            format_func=lambda position, tokens=tokens: f"{position}. {tokens[position - 1]}",
            key=name,
            persist_state="session",
            width=220,
        )
    return rows, columns, st.session_state["query"] - 1, st.session_state["key"] - 1


def choose_head(layer: int, head: int) -> None:
    """A click in the overview: both counted from 0."""
    st.session_state["layer"], st.session_state["head"] = layer + 1, head + 1
    st.session_state["mean"] = False
