"""What made this word: each head's and each sub-layer's direct contribution to its logit."""

import numpy as np
import streamlit as st

from pages import N_
from pages.shared.attention import NAMES
from pages.shared.goto import go
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.side import PART_NAMES, pick_piece
from pages.shared.stage import proof
from pages.shared.translation import load
from transformer import Kind, Translation
from transformer.analysis.contributions import MEASURES, Contributions, contributions
from transformer.analysis.stack import PARTS
from transformer.analysis.view import numbered
from transformer.figures.contributions import contributions_figure
from transformer.figures.head_grid import head_grid_figure

MEASURE_NAMES = {"logit": N_("its logit"), "lead": N_("its lead over the runner-up")}
SETUP = """\
from transformer.analysis.contributions import contributions
found = contributions(translator, translation, {step}, {measure!r})
"""
Head = tuple[Kind, int, int]  # attention, layer and head, both from 0


def main() -> None:
    st.header(_("What made this word?"))
    st.write(
        _(
            "The last vector of the decoder is a sum, and so is the logit of a word: every head "
            "and every sub-layer adds its share. Who spoke for the word, and who against it?"
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    written = numbered(translation.target.pieces)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = pick_piece(written)
        measure = pick(_("Take apart"), MEASURES, "measure", MEASURE_NAMES)
    translator = load(st.session_state["model"])
    found = contributions(translator, translation, step, measure)
    runner_up = translator.tokenizer.piece(found.runner_up)
    what = (
        _("The logit of “{piece}” is {number} above that of “{other}”, the likeliest other piece.")
        if measure == "lead"
        else _("The logit of “{piece}” is {number}.")
    ).format(piece=written[step], other=runner_up, number=f"{found.check.model:.2f}")
    setup = SETUP.format(step=step, measure=measure)
    show(_sublayers(found, what, setup))
    st.text(_("The parts add up to the model's own number:"))
    proof(found.check)
    st.caption(_how(found))
    st.subheader(_("Head by head"))
    show(_heads(found, setup))
    _look(found, step)


def _sublayers(found: Contributions, what: str, setup: str) -> Picture:
    parts, labels = found.sublayers(), _labels(len(found.feed_forward_N))
    most, least = int(parts.argmax()), int(parts.argmin())
    return Picture.of(
        "contributions",
        contributions_figure,
        {"found.sublayers()": parts},
        setup=setup,
        labels=labels,
        title=_("The parts that add up to it, in the order of computation"),
        dark=st.context.theme.type == "dark",
        said=what
        + " "
        + _("Largest part: {most} ({gain}). Smallest: {least} ({loss}).").format(
            most=labels[most],
            gain=f"{parts[most]:+.2f}",
            least=labels[least],
            loss=f"{parts[least]:+.2f}",
        ),
        table={_("part"): labels, _("contribution"): parts},
    )


def _labels(layers: int) -> list[str]:
    """The parts in the order of ``Contributions.sublayers``."""
    name = _("layer {number}: {part}")
    between = [
        name.format(number=number, part=_(PART_NAMES[part]))
        for number in range(1, layers + 1)
        for part in PARTS
    ]
    return [_("embedding + position"), *between, _("bias of the last LayerNorm")]


def _heads(found: Contributions, setup: str) -> Picture:
    heads = {"decoder": found.decoder_NH, "cross": found.cross_NH}
    rows = [
        (kind, layer, head)
        for kind, values_NH in heads.items()
        for layer, head in np.ndindex(values_NH.shape)
    ]
    values = np.concatenate([values_NH.ravel() for values_NH in heads.values()])
    most, least = (rows[int(place)] for place in (values.argmax(), values.argmin()))
    return Picture.of(
        "head-contributions",
        head_grid_figure,
        {
            "[found.decoder_NH, found.cross_NH]": list(heads.values()),
            "[found.decoder_NH.sum(1), found.cross_NH.sum(1)]": [
                values_NH.sum(1) for values_NH in heads.values()
            ],
        },
        setup=setup,
        names=[_(NAMES[kind]) for kind in heads],
        layer=_("layer {number}"),
        head=_("head {number}"),
        all_heads=_("sum"),
        title=_("Each head's part of it"),
        dark=st.context.theme.type == "dark",
        said=_(
            "Of all heads, this one speaks most for it: {most} ({gain}). This one least, or most "
            "against it: {least} ({loss})."
        ).format(
            most=_name(most),
            gain=f"{values.max():+.2f}",
            least=_name(least),
            loss=f"{values.min():+.2f}",
        ),
        table={
            _("attention"): [_(NAMES[kind]) for kind, _layer, _head in rows],
            _("layer"): [layer + 1 for _kind, layer, _head in rows],
            _("head"): [head + 1 for _kind, _layer, head in rows],
            _("contribution"): values,
        },
    )


def _name(place: Head) -> str:
    kind, layer, head = place
    return _("{kind}, layer {layer}, head {head}").format(
        kind=_(NAMES[kind]), layer=layer + 1, head=head + 1
    )


def _look(found: Contributions, step: int) -> None:
    """The way to what the strongest head of cross-attention looks at."""
    layer, head = np.unravel_index(found.cross_NH.argmax(), found.cross_NH.shape)
    place: Head = ("cross", int(layer), int(head))
    if st.button(_("See where it looks: {head}").format(head=_name(place)) + " →", type="tertiary"):
        go("attention", kind="cross", layer=str(layer + 1), head=str(head + 1), query=str(step + 1))


def _how(found: Contributions) -> str:
    return _(
        "Direct logit attribution, after Elhage et al. 2021, who read a Transformer as such a sum. "
        "The last LayerNorm divides by the standard deviation of the whole sum, here {deviation}. "
        "With that number kept as it is, the norm is linear: from each part its own mean is taken "
        "off, then it is divided, and multiplied with the gain and with the row of the word in the "
        "embedding matrix. Only the direct way is counted: what a head changes by being read by "
        "later layers shows up in their bars. A number added to all logits changes no probability: "
        "the lead over the runner-up is free of that."
    ).format(deviation=f"{found.deviation:.4f}")


main()
