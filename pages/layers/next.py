"""The next word: the decoder's last vector times the embedding matrix, and softmax."""

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture
from pages.shared.residual import norm_stage
from pages.shared.side import pick_piece, pick_window
from pages.shared.stage import Stage, draw, pick_depth
from pages.shared.strips import strips
from pages.shared.translation import load
from transformer import Translation
from transformer.analysis.next_piece import NextPiece, next_piece
from transformer.analysis.residual import last_norm_by_hand
from transformer.analysis.stack import stack
from transformer.analysis.view import numbered
from transformer.figures.next_piece import logits_figure
from transformer.figures.score import row_figure
from transformer.model import Transformer
from transformer.translator import log_softmax

SETUP = """\
import numpy as np
from transformer.analysis.next_piece import next_piece
found = next_piece(translator, translation, {step})
"""


def main() -> None:
    st.header(_("The next word"))
    st.write(
        _(
            "At the top of the decoder stands one vector. Compared with the vector of every piece "
            "in the vocabulary, it says which piece to write next."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    written = numbered(translation.target.pieces)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = pick_piece(written)
        begin = pick_window(translation.trace.decoded_LD.shape[1])
        pick_depth()
    translator = load(st.session_state["model"])
    found = next_piece(translator, translation, step)
    best = [translator.tokenizer.piece(id) for id in found.best]
    read = stack(translation, "target")
    st.text(
        _(
            "The decoder has read “{read}”; “{written}” was written next: its probability is "
            "{probability}, rank {rank} of {vocabulary}."
        ).format(
            read=" ".join(read.pieces[: step + 1]),
            written=written[step],
            probability=f"{found.probabilities_V[found.written]:.4f}",
            rank=translation.search.steps[step].rank,
            vocabulary=len(found.logits_V),
        )
    )
    normed = last_norm_by_hand(translator, read, step)
    stages = (
        norm_stage(
            _("The last LayerNorm"),
            read,
            step,
            normed,
            f"last_norm_by_hand(translator, read, {step})",
            begin,
        ),
        _product(found, best, step, begin),
        _logits(found, best, translator.tokenizer.piece(int(found.logits_V.argmin())), step),
        _softmax(found, best, step),
    )
    for number, stage in enumerate(stages, start=1):
        draw(number, stage)


def _product(found: NextPiece, best: list[str], step: int, begin: int) -> Stage:
    said = _(
        "Multiply the decoder's vector, number by number, with the row of “{piece}” in the "
        "embedding matrix E and add up: the logit of “{piece}” is {logit}. It is the same matrix "
        "that French and English pieces are looked up in."
    ).format(piece=best[0], logit=f"{found.logit.model:.4f}")
    return Stage(
        title=_("Times the embedding matrix"),
        picture=strips(
            "logit-products",
            np.stack([found.decoded_D, found.row_D, found.products_D]),
            "decoded_D row_D products_D",
            [_("last vector"), _("row of “{piece}”").format(piece=best[0]), _("products")],
            begin,
            said,
            SETUP.format(step=step),
            learned=[1],
            together=False,
        ),
        formula=rf"\mathrm{{logit}}_{{{found.best[0]}}} = y \cdot E_{{{found.best[0]}}} = "
        rf"\sum_{{i=1}}^{{{len(found.decoded_D)}}} y_i E_{{{found.best[0]},i}} = "
        f"{found.logit.model:.4f}",
        source=Transformer.logits,
        check=found.logit,
    )


def _logits(found: NextPiece, best: list[str], last: str, step: int) -> Stage:
    count = len(found.logits_V)
    order = np.argsort(-found.logits_V)
    said = _(
        "So for every one of the {count} pieces. The largest logit is that of “{first}”, {top}; "
        "the smallest that of “{last}”, {bottom}."
    ).format(
        count=count,
        first=best[0],
        last=last,
        top=f"{found.logits_V[order[0]]:.2f}",
        bottom=f"{found.logits_V[order[-1]]:.2f}",
    )
    return Stage(
        title=_("All {count} logits").format(count=count),
        picture=Picture.of(
            "logits",
            logits_figure,
            {"found.logits_V": found.logits_V},
            setup=SETUP.format(step=step),
            likeliest=best,
            last=last,
            title=_("All logits, the largest first"),
            axes=(_("rank"), _("logit")),
            dark=st.context.theme.type == "dark",
            said=said,
            table={
                _("rank"): np.arange(1, count + 1),
                _("id"): order,
                _("logit"): found.logits_V[order],
            },
        ),
        formula=rf"\mathrm{{logits}} = E \, y, \quad ({count} \times {len(found.decoded_D)})"
        rf"\,({len(found.decoded_D)}) = {count}",
        source=Transformer.logits,
        check=found.logits,
    )


def _softmax(found: NextPiece, best: list[str], step: int) -> Stage:
    ids = list(found.best)
    said = _(
        "Softmax: e to the power of each logit (the largest, {shift}, taken off first), divided by "
        "the sum of all {count}, which is {total}. “{first}” gets {probability}; all pieces but "
        "these five share {rest}."
    ).format(
        shift=f"{found.shift:.4f}",
        count=len(found.logits_V),
        total=f"{found.total:.5f}",
        first=best[0],
        probability=f"{found.probabilities_V[ids[0]]:.4f}",
        rest=f"{1 - found.probabilities_V[ids].sum():.4f}",
    )
    return Stage(
        title=_("Softmax"),
        picture=Picture.of(
            "next-piece",
            row_figure,
            {
                f"found.probabilities_V[{ids}]": found.probabilities_V[ids],
                f"found.logits_V[{ids}]": found.logits_V[ids],
                f"np.ones({len(ids)}, dtype=bool)": np.ones(len(ids), dtype=bool),
            },
            setup=SETUP.format(step=step),
            keys=best,
            chosen=0,
            title=_("The five likeliest pieces"),
            dark=st.context.theme.type == "dark",
            said=said,
            table={
                _("piece"): best,
                _("id"): ids,
                _("logit"): found.logits_V[ids],
                _("e^(logit - largest)"): found.exponentials_V[ids],
                _("probability"): found.probabilities_V[ids],
            },
        ),
        formula=r"p_j = \frac{e^{l_j - \max l}}{\sum_v e^{l_v - \max l}}, \quad "
        rf"p_{{{ids[0]}}} = \frac{{{found.exponentials_V[ids[0]]:.5f}}}{{{found.total:.5f}}} = "
        f"{found.probabilities_V[ids[0]]:.5f}",
        source=log_softmax,
        check=found.probability,
    )


main()
