"""The logit lens: what the decoder would already write after each of its layers."""

from typing import Any

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.live import live
from pages.shared.odds import odds
from pages.shared.picture import Picture, show
from pages.shared.side import PART_NAMES, pick_piece
from pages.shared.stage import proof
from pages.shared.translation import load
from transformer import Translation, Translator
from transformer.analysis.lens import LIKELIEST, Lens, lens, lens_steps
from transformer.analysis.view import numbered
from transformer.figures.lens import lens_figure

SETUP = """\
from transformer.analysis.lens import lens
from transformer.analysis.view import numbered
found = lens(translator, translation)
"""
SETUP_STEPS = """\
from transformer.analysis.lens import lens_steps
found = lens_steps(translator, translation, {step})
"""
PIECES = "[[translator.tokenizer.piece(int(id)) for id in row] for row in found.{best}]"


def main() -> None:
    st.header(_("Logit lens"))
    st.write(
        _(
            "The decoder compares its last vector with every piece of the vocabulary and writes "
            "the likeliest. The logit lens asks earlier: what would it write if it stopped here?"
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    written = numbered(translation.target.pieces)
    step = pick_piece(written)
    translator = load(st.session_state["model"])
    found = lens(translator, translation)
    states = [_("input")]
    for number in range(1, len(translation.trace.decoder) + 1):
        states.append(_("layer {number}").format(number=number))
    show(_likeliest(translator, found, written, states, step))
    st.text(_about_input(found, len(written)))
    st.caption(_warning())
    st.text(_("The last column is the model's own: all its logits, computed again."))
    proof(found.check)
    st.subheader(_("How long until the word leads?"))
    show(_ranks(found, written, states, step))
    st.subheader(_("“{piece}”, sub-layer by sub-layer").format(piece=written[step]))
    show(_steps(translator, translation, written[step], step))


def _likeliest(
    translator: Translator, found: Lens, written: tuple[str, ...], states: list[str], step: int
) -> Picture:
    """The likeliest piece of every state."""
    best = _names(translator, found.best_LN)
    table: dict[str, Any] = {_("written"): written}
    for state, pieces, column in zip(
        states, zip(*best, strict=True), found.probability_LN.T, strict=True
    ):
        table[_("{state}: likeliest").format(state=state)] = pieces
        table[_("{state}: probability").format(state=state)] = column
    return Picture.of(
        "lens",
        lens_figure,
        {
            "found.probability_LN": found.probability_LN,
            PIECES.format(best="best_LN"): best,
            "found.rank_LN == 1": found.rank_LN == 1,
            "numbered(translation.target.pieces)": written,
        },
        setup=SETUP,
        columns=states,
        chosen=step,
        title=_("The likeliest piece; framed: it is the one that was written"),
        dark=st.context.theme.type == "dark",
        said=_said(found, written, states, step),
        table=table,
    )


def _said(found: Lens, written: tuple[str, ...], states: list[str], step: int) -> str:
    """From where on the chosen piece leads, and what stood there before."""
    begin, word = int(found.leads_from()[step]), written[step]
    if begin == len(states):
        return _(
            "“{piece}” is not the likeliest even at the end: probability {probability}, rank "
            "{rank}. Beam search weighs whole sentences, and English of your own is followed as it "
            "is."
        ).format(
            piece=word,
            probability=odds(found.written_LN[step, -1]),
            rank=found.rank_LN[step, -1],
        )
    if begin == 0:
        return _("“{piece}” leads from the input on: probability {probability} there.").format(
            piece=word, probability=odds(found.written_LN[step, 0])
        )
    return _(
        "“{piece}” leads from {state} on, with probability {probability}; one layer earlier it had "
        "{earlier} and rank {rank}. In the end: {last}."
    ).format(
        piece=word,
        state=states[begin],
        probability=odds(found.written_LN[step, begin]),
        earlier=odds(found.written_LN[step, begin - 1]),
        rank=found.rank_LN[step, begin - 1],
        last=odds(found.written_LN[step, -1]),
    )


def _about_input(found: Lens, count: int) -> str:
    return _(
        "At the input, the likeliest piece is the one just read, at {read} of {count} positions: "
        "one matrix both reads and writes the pieces. The layers have to turn it into the next."
    ).format(read=found.read, count=count)


def _warning() -> str:
    return _(
        "nostalgebraist 2020, “interpreting GPT: the logit lens”. The last LayerNorm was trained "
        "for the last vector only; here it is applied to states that it was not trained for. What "
        "earlier columns say is a reading aid, and no decision of the model (Belrose et al. 2023 "
        "show where it goes wrong)."
    )


def _ranks(found: Lens, written: tuple[str, ...], states: list[str], step: int) -> Picture:
    """The rank of the piece that was written, and its probability in colour."""
    begins, last = found.leads_from(), len(states) - 1
    table: dict[str, Any] = {_("written"): written}
    for state, ranks, column in zip(states, found.rank_LN.T, found.written_LN.T, strict=True):
        table[_("{state}: rank").format(state=state)] = ranks
        table[_("{state}: probability").format(state=state)] = column
    return Picture.of(
        "lens-ranks",
        lens_figure,
        {
            "found.written_LN": found.written_LN,
            "found.rank_LN": found.rank_LN,
            "found.rank_LN == 1": found.rank_LN == 1,
            "numbered(translation.target.pieces)": written,
        },
        setup=SETUP,
        columns=states,
        chosen=step,
        title=_("Rank of the piece that was written; colour: its probability"),
        dark=st.context.theme.type == "dark",
        said=_(
            "Of {count} pieces that were written, {before} lead before the last layer and stay "
            "ahead, {end} only after it. Their mean probability: {earlier} before the last layer, "
            "{final} after it."
        ).format(
            count=len(written),
            before=int((begins < last).sum()),
            end=int((begins == last).sum()),
            earlier=f"{found.written_LN[:, -2].mean():.3f}",
            final=f"{found.written_LN[:, -1].mean():.3f}",
        ),
        table=table,
    )


def _steps(translator: Translator, translation: Translation, word: str, step: int) -> Picture:
    """The likeliest pieces at one position after every sub-layer."""
    found = lens_steps(translator, translation, step)
    best = _names(translator, found.best)
    states = [_("input")]
    for layer, part in found.parts:
        name = _("layer {number}: {part}")
        states.append(name.format(number=layer + 1, part=_(PART_NAMES[part])))
    gains = found.written_N[1:] - found.written_N[:-1]
    most = int(gains.argmax()) + 1
    columns = [_("rank {rank}").format(rank=rank) for rank in range(1, LIKELIEST + 1)]
    return Picture.of(
        "lens-steps",
        lens_figure,
        {
            "found.probabilities": found.probabilities,
            PIECES.format(best="best"): best,
            f"found.best == translation.target.ids[{step}]": found.best
            == translation.target.ids[step],
        },
        setup=SETUP_STEPS.format(step=step),
        rows=states,
        columns=columns,
        title=_("The five likeliest pieces after every sub-layer; framed: “{piece}”").format(
            piece=word
        ),
        dark=st.context.theme.type == "dark",
        said=_(
            "The largest step towards “{piece}”: {state} takes its probability from {before} to "
            "{after}."
        ).format(
            piece=word,
            state=states[most],
            before=odds(found.written_N[most - 1]),
            after=odds(found.written_N[most]),
        ),
        table={
            _("state"): states,
            **dict(zip(columns, zip(*best, strict=True), strict=True)),
            _("probability of “{piece}”").format(piece=word): found.written_N,
            _("rank of “{piece}”").format(piece=word): found.rank_N,
        },
    )


def _names(translator: Translator, ids: np.ndarray) -> list[list[str]]:
    return [[translator.tokenizer.piece(int(id)) for id in row] for row in ids]


main()
