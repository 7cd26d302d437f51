"""The black box: one picture of the whole model that opens step by step."""

from functools import partial

import numpy as np
import streamlit as st

from pages import BY_PATH
from pages.overview.words import NOTES, SAID, TITLES
from pages.shared.components import unfold
from pages.shared.components.unfold import Shown
from pages.shared.goto import go
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.overview import LEVELS
from pages.shared.pick import pick
from pages.shared.picture import Picture, take
from pages.shared.side import SIDE_NAMES, pick_layer, state_names
from pages.shared.translation import load
from transformer import Translation
from transformer.analysis.journey import Box, is_open, journey, lengths, visible
from transformer.analysis.stack import stack
from transformer.figures.journey import lengths_figure

WANTED = "_wanted_box"  # the box whose page a click asked for
ATTENTIONS = {"source": "encoder", "target": "decoder"}
SETUP = """\
from transformer.analysis.journey import lengths
from transformer.analysis.stack import stack
"""


def main() -> None:
    st.header(_("Open the black box"))
    st.write(
        _(
            "One picture of the whole model, read from the bottom up. Click a box: it opens or "
            "leads on."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    boxes = journey(translation)
    wanted = st.session_state.pop(WANTED, None)
    if wanted is not None:
        path, choices = _page_of(next(box for box in boxes if box.name == wanted))
        go(path, **choices)
    _pick_level(translation)
    level, layer = st.session_state["level"], st.session_state["layer"] - 1
    unfold(
        [_shown(translation, box, is_open(box, boxes, level, layer)) for box in boxes],
        labels={
            "picture": _("The Transformer, from the bottom up"),
            "idle": _idle(translation, level, layer),
        },
        key="unfold",
        on_click=partial(_click, boxes, level, layer),
    )
    st.caption(
        _(
            "Small pictures: numbers of this sentence that leave a box, a row a piece; teal above "
            "zero, orange below; violet: weights, the largest strongest. Drawn as Vaswani et al. "
            "(2017), figure 1, but as this model is: with the norm before each sub-layer."
        )
    )
    take(_picture(translation, visible(boxes, level, layer)), with_chart=True)


def _pick_level(translation: Translation) -> None:
    """The levels, one deeper or less deep, and which layer is opened."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pick(_("How far it is open"), list(LEVELS), "level", LEVELS, label_visibility="collapsed")
        at, last = list(LEVELS).index(st.session_state["level"]), len(LEVELS) - 1
        st.button(_("Close it"), disabled=at == 0, on_click=_move, args=(-1,))
        st.button(_("Open it"), type="primary", disabled=at == last, on_click=_move, args=(1,))
        if st.session_state["level"] in ("encoder", "decoder"):
            pick_layer(stack(translation, "source"))


def _move(by: int) -> None:
    levels = list(LEVELS)
    st.session_state["level"] = levels[levels.index(st.session_state["level"]) + by]


def _click(boxes: tuple[Box, ...], level: str, layer: int, name: str) -> None:
    """A closed box opens; any other leads to its page."""
    box = next(box for box in boxes if box.name == name)
    if box.opens is None or is_open(box, boxes, level, layer):
        st.session_state[WANTED] = name
        return
    levels = list(LEVELS)
    st.session_state["level"] = max(level, box.opens, key=levels.index)
    if box.layer is not None:
        st.session_state["layer"] = box.layer + 1


def _page_of(box: Box) -> tuple[str, dict[str, str]]:
    """The page that goes deeper, and what it shows there."""
    side = {"side": box.side} if box.side else {}
    layer = {"layer": str(box.layer + 1)} if box.layer is not None else {}
    if box.kind in ("self_attention", "cross_attention"):
        kind = "cross" if box.kind == "cross_attention" else ATTENTIONS[box.side]
        return "attention", {"kind": kind} | layer
    if box.kind in ("source", "read", "embedding"):
        return "vectors", side
    return {
        "model": ("steps", {}),
        "target": ("", {}),
        "memory": ("roles", {"kind": "cross"}),
        "positions": ("positions", side),
        "next": ("next", {}),
    }.get(box.kind, ("layers", side | layer | ({"part": box.part} if box.part else {})))


def _shown(translation: Translation, box: Box, opened: bool) -> Shown:
    """``box`` in the words of the reader."""
    values = _values(translation, box)
    view = BY_PATH[_page_of(box)[0]]
    if box.opens is not None and not opened:
        mark, hint = "＋", _("Click to open.")
    else:
        mark, hint = view.icon, _("Click: {page}.").format(page=f"{view.icon} {_(view.title)}")
    said = SAID["causal" if box.kind == "self_attention" and box.side == "target" else box.kind]
    shown = Shown(
        name=box.name,
        kind=box.kind,
        parent=box.parent,
        title=_(TITLES[box.kind]).format(**values),
        note=_(NOTES.get(box.kind, NOTES["vectors"])).format(**values),
        said=f"{_(said).format(**values)} {hint}",
        mark=mark,
        open=opened,
    )
    if box.kind in ("source", "read", "target"):
        text = translation.source.text if box.kind == "source" else translation.text
        shown["text"] = f"<s> {text}" if box.kind == "read" else text
    picture = box.output_LD if box.weights_LM is None else box.weights_LM
    if picture is not None:
        shown["values"] = picture
        shown["scale"] = "signed" if box.weights_LM is None else "weights"
    return shown


def _values(translation: Translation, box: Box) -> dict[str, object]:
    """What the sentences about a box name."""
    model = load(st.session_state["model"]).model if box.kind == "model" else None
    return {
        "text": translation.source.text,
        "layer": "" if box.layer is None else box.layer + 1,
        "pieces": box.shape[0],
        "width": box.shape[-1],
        "inside": box.inside[-1] if box.inside else "",
        "heads": box.inside[0] if box.inside else "",
        "length": "" if box.length is None else f"{box.length:.1f}",
        "parameters": f"{sum(p.numel() for p in model.parameters()):,}" if model else "",
    }


def _idle(translation: Translation, level: str, layer: int) -> str:
    """What the whole picture shows at this level."""
    trace = translation.trace
    return {
        "box": _(
            "{french} French pieces go in, {english} English ones come out: one sequence becomes "
            "another. Answering questions has the same shape: question in, answer out (Raffel et "
            "al. 2020)."
        ),
        "sides": _(
            "The encoder reads the French and leaves a memory: {french} × {width} numbers. The "
            "decoder looks at it and writes one English piece at a time."
        ),
        "layers": _(
            "{encoders} encoder layers, {decoders} decoder layers, each with learned numbers of "
            "its own. Every decoder layer looks at the memory, the encoder's last output."
        ),
        "encoder": _(
            "In layer {layer}, vectors run straight up. Self-attention and feed-forward each read "
            "a normalised copy and add what they found (pre-norm: Xiong et al. 2020)."
        ),
        "decoder": _(
            "A decoder layer has one sub-layer more: cross-attention, where the English looks at "
            "the memory of the French."
        ),
    }[level].format(
        french=len(translation.source.ids),
        english=len(translation.target.ids),
        width=trace.memory_MD.shape[1],
        encoders=len(trace.encoder),
        decoders=len(trace.decoder),
        layer=layer + 1,
    )


def _picture(translation: Translation, boxes: tuple[Box, ...]) -> Picture:
    """The boxes that are seen as a table, and how long the vectors are on their way."""
    source, target = lengths(stack(translation, "source")), lengths(stack(translation, "target"))
    return Picture.of(
        "journey",
        lengths_figure,
        {
            "lengths(stack(translation, 'source'))": source,
            "lengths(stack(translation, 'target'))": target,
        },
        setup=SETUP,
        states=state_names(max(len(source), len(target)) - 3),
        names=tuple(_(name) for name in SIDE_NAMES.values()),
        title=_("Mean length of the vectors on their way"),
        dark=st.context.theme.type == "dark",
        said=_(
            "Every sub-layer adds to the vectors: on the French side their mean length goes from "
            "{first} to {last}, on the English from {begun} to {ended}, until the last norm."
        ).format(
            first=f"{source[1]:.1f}",
            last=f"{source[-2]:.1f}",
            begun=f"{target[1]:.1f}",
            ended=f"{target[-2]:.1f}",
        ),
        table={
            _("box"): [box.name for box in boxes],
            _("shape"): [" × ".join(map(str, box.shape)) for box in boxes],
            _("mean length"): np.array([box.length for box in boxes], dtype=float),
        },
    )


main()
