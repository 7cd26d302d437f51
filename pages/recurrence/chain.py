"""One word's encoding: the chain of states in an RNN, and the weighted sum in a Transformer."""

import numpy as np
import streamlit as st

from pages.shared.attention import pick_head
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.memory import RECURRENT, a_transformer
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.sentence import current_text
from pages.shared.side import pick_piece, pick_window
from pages.shared.speed import ARCHITECTURE_NAMES
from pages.shared.stage import proof
from pages.shared.strips import strips
from pages.shared.translation import BEAM_SIZE, load, translate
from transformer import RecurrentTrace, Translation
from transformer.analysis.chain import check_states
from transformer.analysis.score_by_hand import ScoreByHand, score_by_hand
from transformer.analysis.view import piece_names
from transformer.figures.chain import chain_figure, weighted_sum_figure
from transformer.figures.vectors import WINDOW
from transformer.translator import shipped_models

SETUP = """\
import numpy as np
from transformer import Translator
from transformer.analysis.view import piece_names
from transformer.translator import MODELS
reader = Translator.load(MODELS / {model!r})
read = reader.translate({text!r}, beam_size={beam})
pieces = piece_names(read, "encoder")[1]
"""
SETUP_CHAIN = SETUP + "found = read.recurrent\n"
SETUP_SUM = (
    SETUP
    + """\
from transformer.analysis.score_by_hand import score_by_hand
output_weight = reader.projections("encoder", {layer})["output"]
sublayer = read.trace.sublayer("encoder", {layer})
found = score_by_hand(sublayer, output_weight, {head}, {piece}, 0)
"""
)
STATES = "[side[-1].state_MS for side in (found.forward, found.backward) if side]"


def main() -> None:
    st.header(_("One word's encoding: chain or sum"))
    st.write(
        _(
            "After the encoder every piece has a vector that says what it means in this sentence. "
            "An RNN makes it along a chain: each state from the state before and one more piece. "
            "A Transformer adds up all pieces at once, each times a weight."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    pieces = piece_names(translation, "encoder")[1]
    readers = [name for name in RECURRENT if name in shipped_models()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        piece = pick_piece(pieces)
        reader = _pick_reader(readers) if readers else ""
    st.subheader(_("RNN: a chain of states"))
    if reader:
        _chain(translate(reader, current_text()).translation, reader, piece)
    else:
        st.text(
            _("Not drawn, as this copy comes without a recurrent model: {models}.").format(
                models=", ".join(RECURRENT)
            )
        )
    st.subheader(_("Transformer: a weighted sum"))
    attending = a_transformer(st.session_state["model"])
    _sum(translate(attending, current_text()).translation, attending, piece)


def _pick_reader(readers: list[str]) -> str:
    """A recurrent model; of those that are not shipped, none is offered."""
    if st.session_state["reader"] not in readers:
        st.session_state["reader"] = readers[0]
    return pick(_("Recurrent model"), readers, "reader", ARCHITECTURE_NAMES)


def _chain(read: Translation, model: str, piece: int) -> None:
    pieces = piece_names(read, "encoder")[1]
    piece = min(piece, len(pieces) - 1)
    setup = SETUP_CHAIN.format(model=model, text=current_text(), beam=BEAM_SIZE)
    states = [
        side[-1].state_MS for side in (read.recurrent.forward, read.recurrent.backward) if side
    ]
    show(_states(states, pieces, piece, setup))
    proof(check_states(load(model).model, read.recurrent, piece))
    begin = pick_window(states[0].shape[1])
    show(_joined(read.recurrent, pieces[piece], piece, begin, setup))


def _names(count: int) -> list[str]:
    return [_("reading forwards"), _("reading backwards")][:count]


def _states(states: list[np.ndarray], pieces: tuple[str, ...], piece: int, setup: str) -> Picture:
    numbers, width, steps = np.concatenate(states, axis=1), states[0].shape[1], len(pieces) - 1
    template = (
        _(
            "The vector of “{piece}” is both its states, joined: {width} numbers that have read "
            "pieces 1 to {place}, and {width} that have read from the last one back to it. From "
            "“{first}” to “{last}” are {steps} steps."
        )
        if len(states) == 2
        else _(
            "The vector of “{piece}” is its state: {width} numbers that have read pieces 1 to "
            "{place}, and nothing of what follows. From “{first}” to “{last}” are {steps} steps."
        )
    )
    return Picture.of(
        "chain",
        chain_figure,
        {STATES: states, "pieces": pieces},
        setup=setup,
        names=_names(len(states)),
        chosen=piece,
        title=_("The encoder's top states; framed: “{piece}”").format(piece=pieces[piece]),
        dark=st.context.theme.type == "dark",
        said=template.format(
            piece=pieces[piece],
            place=piece + 1,
            width=width,
            first=pieces[0],
            last=pieces[-1],
            steps=steps,
        ),
        table={_("dimension"): np.arange(1, numbers.shape[1] + 1)}
        | dict(zip(pieces, numbers, strict=True)),
    )


def _joined(record: RecurrentTrace, name: str, piece: int, begin: int, setup: str) -> Picture:
    """The chosen piece's vector, six numbers of each half written out."""
    sides = {"forward": record.forward, "backward": record.backward}
    fields = [f"{side}[-1].state_MS[{piece}]" for side, layers in sides.items() if layers]
    rows = np.stack([layers[-1].state_MS[piece] for layers in sides.values() if layers])
    begin = min(begin, rows.shape[1] - WINDOW)
    said = _(
        "The vector of “{piece}” in part, numbers {first} to {last} of each row: {length} in all."
    )
    return strips(
        "joined-state",
        rows,
        " ".join(fields),
        _names(len(rows)),
        begin,
        said.format(piece=name, first=begin + 1, last=begin + WINDOW, length=rows.size),
        setup,
    )


def _sum(read: Translation, model: str, piece: int) -> None:
    pieces = piece_names(read, "encoder")[1]
    piece = min(piece, len(pieces) - 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, head = pick_head(read.trace, "encoder")
    output_weight = load(model).projections("encoder", layer)["output"]
    sublayer = read.trace.sublayer("encoder", layer)
    found = score_by_hand(sublayer, output_weight, head, piece, 0)
    setup = SETUP_SUM.format(
        model=model,
        text=current_text(),
        beam=BEAM_SIZE,
        layer=layer,
        head=head,
        piece=piece,
    )
    show(_weighted(found, pieces, piece, setup))
    proof(found.context)
    st.caption(
        _(
            "One head of one layer of {model}: context = Σ w · v, weight times value (Vaswani et "
            "al. 2017, equation 1). The length of w · v says more of a piece's share than its "
            "weight does (Kobayashi et al. 2020). The contexts of all heads, times W_O, are then "
            "added to the piece's vector."
        ).format(model=model)
    )


def _weighted(found: ScoreByHand, pieces: tuple[str, ...], piece: int, setup: str) -> Picture:
    lengths = np.linalg.norm(found.contributions_MK, axis=1)
    heaviest, longest = int(found.weights_M.argmax()), int(lengths.argmax())
    headings = (_("weight w"), _("length of w · v"), _("numbers of w · v"))
    return Picture.of(
        "weighted-sum",
        weighted_sum_figure,
        {
            "found.weights_M": found.weights_M,
            "found.contributions_MK": found.contributions_MK,
            "found.context_K": found.context_K,
            "pieces": pieces,
        },
        setup=setup,
        total=_("sum"),
        headings=headings,
        chosen=piece,
        title=_("What “{piece}” takes up from each piece").format(piece=pieces[piece]),
        dark=st.context.theme.type == "dark",
        said=_(
            "Every piece is one step away from “{piece}”. The largest weight is that of “{heavy}”, "
            "{weight}; the longest contribution is that of “{long}”, {length}. All {count} add up "
            "to a context of length {total}."
        ).format(
            piece=pieces[piece],
            heavy=pieces[heaviest],
            weight=f"{found.weights_M[heaviest]:.2f}",
            long=pieces[longest],
            length=f"{lengths[longest]:.2f}",
            count=len(pieces),
            total=f"{np.linalg.norm(found.context_K):.2f}",
        ),
        table={
            _("piece"): pieces,
            headings[0]: found.weights_M,
            headings[1]: lengths,
        },
    )


main()
