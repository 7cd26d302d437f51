"""Together or alone: one row is changed, and only attention tells the others."""

import numpy as np
import streamlit as st

from pages.shared.guard import guarded
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, show
from pages.shared.side import PART_NAMES, pick_layer, pick_piece, pick_side
from pages.shared.translation import load
from transformer import Translation
from transformer.analysis.row_change import RowChange, row_change
from transformer.analysis.stack import Stack
from transformer.figures.row_change import changes_figure

INSTEAD = {"source": "instead", "target": "instead_en"}  # the choice that holds the new word
SETUP = """\
from transformer.analysis.row_change import row_change
from transformer.analysis.stack import stack
read = stack(translation, {side!r})
found = row_change(translator, translation, read, {layer}, {piece}, {text!r})
"""


def main() -> None:
    st.header(_("Together or alone"))
    st.write(
        _(
            "Put another word in one place and run one layer again, all other rows as they were. "
            "Attention carries the change to other words. The feed-forward network works on each "
            "word alone: every other row stays the same to the last bit."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        read = pick_side(translation)
        layer = pick_layer(read)
        # The decoder always begins with <s>: that row cannot be another word.
        first = 1 if read.side == "source" else 2
        if len(read.pieces) < first:
            st.info(_("The decoder has read nothing but <s> here: choose another sentence."))
            return
        piece = pick_piece(read.pieces, first)
        st.text_input(
            _("Put there instead"), key=INSTEAD[read.side], persist_state="session", width=200
        )
    with guarded():
        text = st.session_state[INSTEAD[read.side]]
        translator = load(st.session_state["model"])
        found = row_change(translator, translation, read, layer, piece, text)
        setup = SETUP.format(side=read.side, layer=layer, piece=piece, text=text)
        show(_changes(read, found, layer, setup))
        st.caption(_measured(read))


def _changes(read: Stack, found: RowChange, layer: int, setup: str) -> Picture:
    columns = [*found.alone.values(), found.joined_L]
    headings = [*(_(PART_NAMES[part]) for part in found.alone), _("Whole layer")]
    return Picture.of(
        "row-changes",
        changes_figure,
        {"[*found.alone.values(), found.joined_L]": columns, "read.pieces": read.pieces},
        setup=setup,
        headings=headings,
        chosen=found.place,
        title=_("Layer {layer}: “{old}” becomes “{new}”").format(
            layer=layer + 1, old=read.pieces[found.place], new=found.piece
        ),
        dark=st.context.theme.type == "dark",
        said=_(
            "How many of the {count} rows of each output change: {changed}. All other rows are "
            "exactly the same."
        ).format(
            count=len(read.pieces),
            changed=", ".join(
                f"{heading} {np.count_nonzero(lengths)}"
                for heading, lengths in zip(headings, columns, strict=True)
            ),
        ),
        table={_("piece"): read.pieces} | dict(zip(headings, columns, strict=True)),
    )


def _measured(read: Stack) -> str:
    """What the numbers are, and for the decoder why rows above never change."""
    said = _(
        "A bar is the length of the difference between two rows of an output: the sentence as it "
        "is, and with one row changed; 0 means not one bit differs. Each sub-layer, and the whole "
        "layer, is run on inputs that differ in that row only. Each column has a scale of its own: "
        "the whole layer also passes the new word itself on. Of a word of several pieces, the "
        "first is put there."
    )
    if read.side == "source":
        return said
    return " ".join(
        [
            said,
            _(
                "Rows above the changed one stay as they are: the decoder may not look ahead. "
                "Cross-attention looks at the French only, so it too works on every row alone."
            ),
        ]
    )


main()
