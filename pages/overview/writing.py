"""The later steps: how the decoder writes one English piece; ``row`` is its place, from 0."""

import numpy as np
import streamlit as st

from pages.overview.reading import picture_of_pieces
from pages.overview.step import Step
from pages.shared.language import _
from pages.shared.picture import Picture
from pages.shared.residual import sum_stage
from pages.shared.translation import load
from transformer import Kind, Translation
from transformer.analysis.next_piece import NextPiece, next_piece
from transformer.analysis.stack import stack
from transformer.analysis.view import link_layer, numbered, piece_names
from transformer.figures.next_piece import logits_figure
from transformer.figures.score import row_figure

NEXT = """\
import numpy as np
from transformer.analysis.next_piece import next_piece
found = next_piece(translator, translation, {row})
"""
HEADS = """\
from transformer.analysis.view import piece_names
heads = translation.trace.sublayer({kind!r}, {layer}).heads
"""
STEPS = """\
import numpy as np
chances = np.array([step.probability for step in translation.search.steps])
known = np.arange(len(chances)) <= {row}
"""


def read(translation: Translation, row: int) -> Step:
    target = stack(translation, "target")
    said = _(
        "To write piece {number}, the decoder reads {count} pieces, <s> first; the dotted ones are "
        "not written yet."
    ).format(number=row + 1, count=row + 1)
    width = target.input_LD.shape[1]
    return Step(
        picture_of_pieces(target, row + 1, said),
        _("{count} pieces → {count} × {width}").format(count=row + 1, width=width),
        "vectors",
        {"side": "target"},
    )


def attention(translation: Translation, row: int, kind: Kind) -> Step:
    layer = link_layer(translation.trace)
    heads = translation.trace.sublayer(kind, layer).heads
    weights_M, keys = heads.weights_HLM.mean(0)[row], piece_names(translation, kind)[1]
    best = int(weights_M.argmax())
    said = (
        _(
            "Layer {layer}, mean of {heads} heads: to write piece {number}, the decoder looks most "
            "at the French “{key}”, with weight {weight}."
        )
        if kind == "cross"
        else _(
            "Layer {layer}, mean of {heads} heads: to write piece {number}, the decoder looks most "
            "at “{key}”, with weight {weight}; ✕ is hidden."
        )
    )
    values = {
        f"heads.weights_HLM.mean(0)[{row}]": weights_M,
        f"heads.scaled_scores_HLM.mean(0)[{row}]": heads.scaled_scores_HLM.mean(0)[row],
        f"heads.mask_HLM.any(0)[{row}]": heads.mask_HLM.any(0)[row],
        f"piece_names(translation, {kind!r})[1]": keys,
    }
    picture = Picture.of(
        f"row-{kind}",
        row_figure,
        values,
        setup=HEADS.format(kind=kind, layer=layer),
        chosen=best,
        title=_("Attention weights of the row that writes piece {number}").format(number=row + 1),
        dark=st.context.theme.type == "dark",
        said=said.format(
            layer=layer + 1,
            heads=len(heads.weights_HLM),
            number=row + 1,
            key=keys[best],
            weight=f"{weights_M[best]:.2f}",
        ),
        table={_("Key"): keys, _("Weight"): weights_M},
    )
    count, width = (len(keys) if kind == "cross" else row + 1), heads.value_HMK.shape[2]
    shape = _("1 × {width} and {count} × {width} → 1 × {width}").format(
        count=count, width=width * len(heads.weights_HLM)
    )
    where = {"kind": kind, "layer": str(layer + 1), "unit": "pieces"}
    return Step(picture, shape, "attention", where)


def feed_forward(translation: Translation, row: int) -> Step:
    target, layer = stack(translation, "target"), link_layer(translation.trace)
    stage = sum_stage(target, layer, "feed_forward", row, st.session_state["dimension"] - 1)
    hidden, width = target.layers[layer].feed_forward.hidden_LF.shape[1], target.input_LD.shape[1]
    where = {"side": "target", "layer": str(layer + 1), "part": "feed_forward"}
    shape = f"1 × {width} → 1 × {hidden} → 1 × {width}"
    return Step(stage.picture, shape, "layers", where, stage.check)


def logits(translation: Translation, row: int) -> Step:
    found, best = _found(translation, row)
    last = load(st.session_state["model"]).tokenizer.piece(int(found.logits_V.argmin()))
    count, width = len(found.logits_V), len(found.decoded_D)
    order = np.argsort(-found.logits_V)
    picture = Picture.of(
        "logits",
        logits_figure,
        {"found.logits_V": found.logits_V},
        setup=NEXT.format(row=row),
        likeliest=best,
        last=last,
        title=_("All logits, the largest first"),
        axes=(_("rank"), _("logit")),
        dark=st.context.theme.type == "dark",
        said=_(
            "The last vector times each row of the embedding matrix: {count} logits. The largest, "
            "{top}, belongs to “{first}”."
        ).format(count=count, top=f"{found.logits_V[order[0]]:.2f}", first=best[0]),
        table={
            _("rank"): np.arange(1, count + 1),
            _("id"): order,
            _("logit"): found.logits_V[order],
        },
    )
    return Step(picture, f"1 × {width} → {count}", "next", {}, found.logits)


def softmax(translation: Translation, row: int) -> Step:
    found, best = _found(translation, row)
    ids, count = list(found.best), len(found.logits_V)
    picture = Picture.of(
        "next-piece",
        row_figure,
        {
            f"found.probabilities_V[{ids}]": found.probabilities_V[ids],
            f"found.logits_V[{ids}]": found.logits_V[ids],
            f"np.ones({len(ids)}, dtype=bool)": np.ones(len(ids), dtype=bool),
        },
        setup=NEXT.format(row=row),
        keys=best,
        chosen=0,
        title=_("The five likeliest pieces"),
        dark=st.context.theme.type == "dark",
        said=_(
            "Softmax turns {count} logits into probabilities that sum to one: “{first}” gets "
            "{probability}."
        ).format(count=count, first=best[0], probability=f"{found.probabilities_V[ids[0]]:.4f}"),
        table={
            _("piece"): best,
            _("id"): ids,
            _("logit"): found.logits_V[ids],
            _("probability"): found.probabilities_V[ids],
        },
    )
    shape = _("{count} logits → {count} probabilities").format(count=count)
    return Step(picture, shape, "next", {}, found.probability)


def written(translation: Translation, row: int) -> Step:
    steps = translation.search.steps
    names = numbered([step.piece for step in steps])
    chances = np.array([step.probability for step in steps])
    known = np.arange(len(chances)) <= row
    picture = Picture.of(
        "piece-probabilities",
        row_figure,
        {
            "chances * known": chances * known,
            "np.log(chances)": np.log(chances),
            "known": known,
            repr(list(names)): names,
        },
        setup=STEPS.format(row=row),
        chosen=row,
        title=_("English pieces and their probabilities"),
        dark=st.context.theme.type == "dark",
        said=_(
            "“{piece}” is written: probability {probability}, rank {rank} of {vocabulary}. Pieces "
            "still to write: {left}."
        ).format(
            piece=steps[row].piece,
            probability=f"{chances[row]:.4f}",
            rank=steps[row].rank,
            vocabulary=translation.trace.logits_LV.shape[1],
            left=len(steps) - row - 1,
        ),
        table={
            _("Piece"): [step.piece for step in steps],
            _("probability"): chances,
            _("rank"): [step.rank for step in steps],
        },
    )
    shape = _("{count} probabilities → 1 piece").format(count=translation.trace.logits_LV.shape[1])
    return Step(picture, shape, "")


def _found(translation: Translation, row: int) -> tuple[NextPiece, list[str]]:
    """The probabilities at one step, and the likeliest pieces."""
    translator = load(st.session_state["model"])
    found = next_piece(translator, translation, row)
    return found, [translator.tokenizer.piece(id) for id in found.best]
