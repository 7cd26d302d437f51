"""The pictures of one step of decoding; ``step`` counts from 0, ``head`` None is the mean."""

import numpy as np
import streamlit as st

from pages.shared.attention import COLUMNS, ROWS
from pages.shared.language import _
from pages.shared.odds import odds
from pages.shared.picture import Picture
from transformer import Kind, Translation
from transformer.analysis.view import numbered, piece_names
from transformer.figures.decoding import memory_figure, rows_figure
from transformer.figures.score import row_figure
from transformer.trace import AttentionTrace

HEADS = """\
from transformer.analysis.view import piece_names
heads = translation.trace.sublayer({kind!r}, {layer}).heads
"""
CHANCES = """\
import numpy as np
chances = np.array([chance for _, chance in translation.search.steps[{step}].likeliest])
"""


def memory_picture(translation: Translation) -> Picture:
    memory_MD, pieces = translation.trace.memory_MD, numbered(translation.source.pieces)
    return Picture.of(
        "memory",
        memory_figure,
        {
            "translation.trace.memory_MD": memory_MD,
            "numbered(translation.source.pieces)": pieces,
        },
        setup="from transformer.analysis.view import numbered",
        title=_("{width} numbers for every French piece").format(width=memory_MD.shape[1]),
        dark=st.context.theme.type == "dark",
        said=_(
            "The encoder ran once, before step 1. All {count} steps look at the same {numbers} "
            "numbers."
        ).format(count=len(translation.target.pieces), numbers=memory_MD.size),
        table={_("piece"): pieces}
        | {str(i + 1): memory_MD[:, i] for i in range(memory_MD.shape[1])},
    )


def _of_head(heads: AttentionTrace, head: int | None) -> tuple[dict[str, np.ndarray], str]:
    """Weights, scaled scores and open links of a head, or of the mean; and who that is."""
    numbers = ("weights_HLM", "scaled_scores_HLM")
    if head is None:
        values = {f"heads.{name}.mean(0)": getattr(heads, name).mean(0) for name in numbers}
        values["heads.mask_HLM.any(0)"] = heads.mask_HLM.any(0)
        return values, _("mean of {heads} heads").format(heads=len(heads.weights_HLM))
    values = {
        f"heads.{name}[{head}]": getattr(heads, name)[head] for name in (*numbers, "mask_HLM")
    }
    return values, _("head {number}").format(number=head + 1)


def self_picture(translation: Translation, step: int, layer: int, head: int | None) -> Picture:
    """All rows so far, and what the causal mask closes."""
    kind: Kind = "decoder"
    rows, columns = piece_names(translation, kind)
    values, who = _of_head(translation.trace.sublayer(kind, layer).heads, head)
    weights, _scaled, mask = values
    weights_M = values[weights][step]
    best = int(weights_M.argmax())
    closed = len(columns) - int(values[mask][step].sum())
    return Picture.of(
        "decoder-rows",
        rows_figure,
        {
            weights: values[weights],
            mask: values[mask],
            "piece_names(translation, 'decoder')[0]": rows,
            "piece_names(translation, 'decoder')[1]": columns,
            str(step): step,
        },
        setup=HEADS.format(kind=kind, layer=layer),
        row_title=_(ROWS[kind]),
        column_title=_(COLUMNS[kind]),
        dark=st.context.theme.type == "dark",
        said=_(
            "Row {step}, in the frame, is new: in layer {layer}, {who}, it looks most at “{key}”, "
            "with weight {weight}. The causal mask closes {closed} of its cells (hatched)."
        ).format(
            step=step + 1,
            layer=layer + 1,
            who=who,
            key=columns[best],
            weight=f"{weights_M[best]:.2f}",
            closed=closed,
        ),
        table={_("Query"): rows[: step + 1]}
        | dict(zip(columns, values[weights][: step + 1].T, strict=True)),
    )


def cross_picture(translation: Translation, step: int, layer: int, head: int | None) -> Picture:
    """The new row over the French."""
    keys = piece_names(translation, "cross")[1]
    values, who = _of_head(translation.trace.sublayer("cross", layer).heads, head)
    row = {f"{name}[{step}]": array[step] for name, array in values.items()}
    weights_M = next(iter(row.values()))
    best = int(weights_M.argmax())
    return Picture.of(
        "cross-row",
        row_figure,
        row | {"piece_names(translation, 'cross')[1]": keys},
        setup=HEADS.format(kind="cross", layer=layer),
        chosen=best,
        title=_("Cross-attention: layer {layer}, {who}").format(layer=layer + 1, who=who),
        dark=st.context.theme.type == "dark",
        said=_("To write piece {number}, it looks most at “{key}”, with weight {weight}.").format(
            number=step + 1, key=keys[best], weight=f"{weights_M[best]:.2f}"
        ),
        table={_("Key"): keys, _("Weight"): weights_M},
    )


def next_picture(translation: Translation, step: int) -> Picture:
    """The five likeliest, the one that was written in full colour."""
    thought = translation.search.steps[step]
    pieces = [piece for piece, _chance in thought.likeliest]
    chances = np.array([chance for _piece, chance in thought.likeliest])
    said = (
        _("The likeliest piece is written: “{piece}”, with probability {probability}.")
        if thought.rank == 1
        else _(
            "Not the likeliest piece, “{first}”, is written but “{piece}”, with probability "
            "{probability}: whole texts are weighed, not single pieces."
        )
    )
    return Picture.of(
        "next-pieces",
        row_figure,
        {
            "chances": chances,
            "np.log(chances)": np.log(chances),
            "np.ones(len(chances), dtype=bool)": np.ones(len(chances), dtype=bool),
        },
        setup=CHANCES.format(step=step),
        keys=pieces,
        chosen=pieces.index(thought.piece) if thought.piece in pieces else -1,
        title=_("The five likeliest pieces"),
        dark=st.context.theme.type == "dark",
        said=said.format(
            first=pieces[0], piece=thought.piece, probability=odds(thought.probability)
        ),
        table={_("piece"): pieces, _("probability"): chances},
    )
