"""Which side is looked at, French or English, and which of its pieces; names of what is seen."""

from collections.abc import Sequence

import streamlit as st

from pages import N_
from pages.shared.language import _
from pages.shared.pick import pick
from transformer import Translation
from transformer.analysis.stack import SIDES, Part, Stack, stack

SIDE_NAMES = {
    "source": N_("French (encoder)"),
    "target": N_("English (decoder)"),
}
PART_NAMES = {
    "self_attention": N_("Self-attention"),
    "cross_attention": N_("Cross-attention"),
    "feed_forward": N_("Feed-forward"),
}
AGAINST = {
    "itself": N_("its own embedding"),
    "piece": N_("the chosen piece"),
    "next": N_("the word to be written"),
}


def pick_side(translation: Translation) -> Stack:
    """French, as the encoder reads it, or English, as the decoder does."""
    pick(_("Side"), SIDES, "side", SIDE_NAMES)
    return stack(translation, st.session_state["side"])


def pick_piece(pieces: Sequence[str], first: int = 1) -> int:
    """The position (from 0) of the chosen piece; those before ``first`` (from 1) are not offered.

    Of a sentence that has become shorter, the last piece is taken.
    """
    st.session_state["piece"] = max(first, min(st.session_state["piece"], len(pieces)))
    st.selectbox(
        _("Piece"),
        range(first, len(pieces) + 1),
        format_func=lambda position: f"{position}. {pieces[position - 1]}",
        key="piece",
        persist_state="session",
        width=220,
    )
    return st.session_state["piece"] - 1


def pick_layer(read: Stack) -> int:
    """A layer, from 0; that of another model or a damaged link is brought back."""
    st.session_state["layer"] = min(st.session_state["layer"], len(read.layers))
    pick(_("Layer"), range(1, len(read.layers) + 1), "layer")
    return st.session_state["layer"] - 1


def pick_part(read: Stack) -> Part:
    """A sub-layer; the encoder has no cross-attention."""
    if st.session_state["part"] not in read.parts:
        st.session_state["part"] = read.parts[0]
    return pick(_("Sub-layer"), read.parts, "part", PART_NAMES)


def pick_window(width: int) -> int:
    """The first of the dimensions whose numbers are written out, from 0."""
    return pick_dimension(width, _("Numbers from dimension"))


def pick_dimension(width: int, label: str) -> int:
    """A dimension of the residual vectors, from 0; that of a wider model is brought back."""
    st.session_state["dimension"] = min(st.session_state["dimension"], width)
    st.slider(
        label,
        1,
        width,
        key="dimension",
        persist_state="session",
        width=260,
    )
    return st.session_state["dimension"] - 1


def state_names(layers: int) -> list[str]:
    """The states of a vector on its way up, as ``Stack.states`` gives them."""
    after = [_("layer {number}").format(number=number) for number in range(1, layers + 1)]
    return [_("embedding"), _("+ position"), *after, _("last norm")]
