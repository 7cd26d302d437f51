"""What training makes smaller: the loss of one pair of sentences, piece by piece."""

import numpy as np
import streamlit as st

from pages.shared.english_box import english_box
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, show
from pages.shared.sentence import current_text
from pages.shared.side import pick_piece
from pages.shared.stage import proof_line
from pages.shared.translation import load, translate
from transformer import Translation
from transformer.analysis.loss_by_hand import LossByHand, loss_by_hand
from transformer.analysis.view import numbered
from transformer.figures.loss import losses_figure, surprise_figure

SETUP = """\
from transformer.analysis.loss_by_hand import loss_by_hand
from transformer.analysis.view import numbered
{forced}found = loss_by_hand(translator, translation)
pieces = numbered(translation.target.pieces)
"""
FORCED = "translation = translator.translate({text!r}, target={english!r})\n"


def main() -> None:
    st.header(_("The loss"))
    st.write(
        _(
            "Training shows the model a pair of sentences and asks, piece by piece: given the "
            "French and the right English so far, how probable is the right next piece? The less "
            "probable, the larger the loss. Training makes the mean of it smaller."
        )
    )
    english_box(_("The right English (empty: the model's own translation)"), _("Measure the loss"))
    live(_draw)


def _draw(translation: Translation) -> None:
    model, text = st.session_state["model"], current_text()
    english, forced = st.session_state["english"].strip(), ""
    if english:
        translation = translate(model, text, english=english).translation
        forced = FORCED.format(text=text, english=english)
    translator = load(model)
    found = loss_by_hand(translator, translation)
    pieces = numbered(translation.target.pieces)
    _means(found)
    chosen = pick_piece(pieces)
    setup = SETUP.format(forced=forced)
    _surprises(found, pieces, chosen, setup)
    _smoothed(found, pieces, chosen, setup, translation.record.logits_LV.shape[-1])


def _means(found: LossByHand) -> None:
    """What the trainer would see of this pair, large, and that it is the trainer's."""
    with st.container(horizontal=True):
        st.metric(_("Loss"), f"{found.loss.model:.4f}")
        st.metric(_("without label smoothing"), f"{found.mean_surprise:.4f}")
        st.metric(_("Perplexity"), f"{found.perplexity:.2f}")
    line = _("Loss by the trainer's own function: {proof}").format(proof=proof_line(found.loss))
    st.markdown(f":green[{line}]" if found.loss.agrees else f":red[{line}]")
    st.caption(
        _(
            "The loss is the mean over the pieces, in nats. Perplexity is e to the power of the "
            "mean without smoothing: as unsure as if it chose among so many pieces, all equally "
            "likely. In training, dropout also switches a tenth of the numbers off at random; here "
            "nothing is left to chance."
        )
    )


def _surprises(found: LossByHand, pieces: tuple[str, ...], chosen: int, setup: str) -> None:
    st.subheader("1. " + _("How surprised the model is"))
    probability, surprise = found.probabilities_L[chosen], found.surprises_L[chosen]
    show(
        Picture.of(
            "surprises",
            surprise_figure,
            {"found.probabilities_L": found.probabilities_L, "pieces": pieces},
            setup=setup,
            chosen=chosen,
            title=_("−log p of every right piece"),
            axes=(_("probability p of the right piece"), "−log p"),
            dark=st.context.theme.type == "dark",
            said=_(
                "“{worst}” surprised most: the model gave it a probability of {least}. “{piece}” "
                "had {probability}, which costs −log {probability} = {surprise}."
            ).format(
                worst=pieces[found.worst],
                least=_digits(found.probabilities_L[found.worst], 4),
                piece=pieces[chosen],
                probability=_digits(probability, 4),
                surprise=f"{surprise:.2f}",
            ),
            table={
                _("piece"): pieces,
                _("probability"): found.probabilities_L,
                "−log p": found.surprises_L,
            },
        )
    )
    st.latex(rf"-\log p_{{{chosen + 1}}} = -\log {_digits(probability, 7)} = {surprise:.5f}")


def _digits(probability: float, digits: int) -> str:
    """So many digits after the zeros: 0.00001234."""
    return np.format_float_positional(probability, digits, fractional=False, trim="-")


def _smoothed(
    found: LossByHand, pieces: tuple[str, ...], chosen: int, setup: str, vocabulary: int
) -> None:
    st.subheader("2. " + _("Label smoothing, and the mean"))
    right, everywhere = found.surprises_L[chosen], found.everywhere_L[chosen]
    loss, share = found.losses_L[chosen], found.smoothing
    show(
        Picture.of(
            "losses",
            losses_figure,
            {
                "found.surprises_L": found.surprises_L,
                "found.everywhere_L": found.everywhere_L,
                "found.smoothing": share,
                "pieces": pieces,
            },
            setup=setup,
            chosen=chosen,
            names=(
                _("{share} × −log p of the right piece").format(share=f"{1 - share:g}"),
                _("{share} × mean of all pieces").format(share=f"{share:g}"),
                _("mean: the loss"),
            ),
            title=_("What every piece adds to the loss"),
            dark=st.context.theme.type == "dark",
            said=_(
                "Training asks for a probability of {most} for the right piece and shares the rest "
                "among all {vocabulary}: so the model does not become too sure. “{piece}” costs "
                "{loss}; the mean over {count} pieces is {mean}, and no model gets below {lowest}."
            ).format(
                most=f"{1 - share:g}",
                vocabulary=f"{vocabulary:,}",
                piece=pieces[chosen],
                loss=f"{loss:.4f}",
                count=len(pieces),
                mean=f"{found.loss.recomputed:.4f}",
                lowest=f"{found.lowest:.4f}",
            ),
            table={
                _("piece"): pieces,
                "−log p": found.surprises_L,
                _("mean of −log p over all pieces"): found.everywhere_L,
                _("loss"): found.losses_L,
            },
        )
    )
    st.latex(
        rf"\mathrm{{loss}}_{{{chosen + 1}}} = (1 - \epsilon)(-\log p) + \epsilon \cdot "
        rf"\tfrac{{1}}{{V}} \textstyle\sum_v -\log p_v = "
        rf"{1 - share:g} \cdot {right:.4f} + {share:g} \cdot {everywhere:.4f} = {loss:.4f}"
    )
    st.caption(
        _(
            "Label smoothing with ε = {share} as in Vaswani et al. (2017, section 5.4); V is the "
            "size of the vocabulary. In a bar, the lower part is that of the right piece, the "
            "upper one that of all pieces."
        ).format(share=f"{share:g}")
    )


main()
