"""All heads of all attentions at once: lines from words to words."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from pages.shared.attention import COLUMNS, NAMES, ROWS, WORD_RULE, pick_unit
from pages.shared.components.lines import Marked, Titled, lines
from pages.shared.language import _
from pages.shared.lines import (
    ALL_LAYERS,
    LAYER_NAMES,
    MOST_PINS,
    PANELS,
    Pin,
    read_pins,
    read_shown,
    with_heads,
    write_pins,
    write_shown,
)
from pages.shared.live import live
from pages.shared.pick import pick
from pages.shared.picture import Picture, take
from transformer import Kind, Translation
from transformer.analysis.lines import panel
from transformer.analysis.panel import Lines, Panel
from transformer.figures.lines import lines_figure

FILE = "attention-lines"


def main() -> None:
    st.header(_("All heads as lines"))
    st.write(
        _(
            "At the left the words that look (queries), at the right those that are looked at "
            "(keys), and a line for every attention weight: its colour says which head, its "
            "opacity how large the weight is."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    kinds, layer = _pick(translation)
    unit, hide = st.session_state["unit"], st.session_state["hide"]
    chosen = {kind: _chosen(kind, layer) for kind in kinds}
    panels = [panel(translation, kind, unit, hide, **chosen[kind]) for kind in kinds]
    if not all(part.rows and part.columns for part in panels):
        st.info(_("Only special tokens are left here: show them again."))
        return
    _lines(panels)
    st.caption(_rules(panels))
    calls = [
        f"    panel(translation, {kind!r}, {unit!r}, {hide!r}"
        + "".join(f", {name}={value!r}" for name, value in chosen[kind].items())
        + "),\n"
        for kind in kinds
    ]
    setup = f"from transformer.analysis.lines import panel\npanels = [\n{''.join(calls)}]"
    take(_picture(panels, setup), with_chart=True)


def _pick(translation: Translation) -> tuple[list[Kind], int | None]:
    """The attentions to show, and one layer of theirs (from 0) or all."""
    record = translation.record
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = pick(_("Attention"), list(PANELS), "panels", PANELS)
        kinds = (list(record.maps()) or ["cross"]) if code == "all" else [code]
        count = max(record.layers(kind) for kind in kinds)
        codes = [ALL_LAYERS, *map(str, range(1, count + 1))]
        if st.session_state["layers"] not in codes:
            st.session_state["layers"] = codes[-1]
        layer = pick(
            _("Layer"), codes, "layers", dict(zip(codes, codes, strict=True)) | LAYER_NAMES
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        pick_unit()
        st.toggle(_("Hide special tokens"), key="hide", persist_state="session")
    return kinds, None if layer == ALL_LAYERS else int(layer) - 1


def _chosen(kind: Kind, layer: int | None) -> dict[str, Any]:
    """What the address says about one attention, as ``panel`` takes it."""
    pins = [pin for pin in read_pins(st.session_state["pin"]) if pin.kind == kind]
    said = {
        "shown": read_shown(st.session_state["shown"])[kind],
        "pinned_queries": tuple(pin.piece for pin in pins if pin.side == "q"),
        "pinned_keys": tuple(pin.piece for pin in pins if pin.side == "k"),
    }
    return ({} if layer is None else {"layer": layer}) | {k: v for k, v in said.items() if v}


def _remember(panels: Sequence[Panel], marked: Sequence[Marked]) -> None:
    """Write into the address which heads are shown and which words pinned."""
    shown = read_shown(st.session_state["shown"])
    kinds = {part.kind for part in panels}
    pins = [pin for pin in read_pins(st.session_state["pin"]) if pin.kind not in kinds]
    for part, mark in zip(panels, marked, strict=True):
        shown[part.kind] = with_heads(shown[part.kind], part.layers, mark.shown_NH)
        for side, places, pieces in (
            ("q", mark.rows, part.row_pieces),
            ("k", mark.columns, part.column_pieces),
        ):
            pins += [Pin(part.kind, side, pieces[place][0]) for place in places]
    st.session_state["shown"] = write_shown(shown)
    st.session_state["pin"] = write_pins(pins[:MOST_PINS])


def _lines(panels: Sequence[Panel]) -> None:
    lines(
        [
            Titled(part, _(NAMES[part.kind]), _(ROWS[part.kind]), _(COLUMNS[part.kind]))
            for part in panels
        ],
        file_name=FILE,
        labels={
            "layer": _("Layer {number}"),
            "head": _("Head {number}"),
            "cell": _("Layer {layer}, head {head}"),
            "heads": _("{kind}: which heads are shown"),
            "hint": _(
                "Point at a word to see its lines alone; a click pins it, Esc lets go. Point at a "
                "line for its weight. A click on a number hides that head or shows it again, a "
                "double click (or Shift and click) shows no other. With the keyboard: Tab, arrow "
                "keys, Enter, Shift+Enter."
            ),
            "all": _("Show all heads"),
            "unpin": _("Let go of the pinned words"),
            "save": _("Save as SVG"),
            "rest": _("Heads: {heads}. Lines: {lines} (every weight of at least {faintest})."),
            "chosen": _("Lines of “{words}”: {lines}. The strongest:"),
            "none": _("Lines of “{words}”: none of at least {faintest} in the heads shown."),
            "line": _line(),
            "strongest": _("{kind}: the strongest link of each head"),
            "pair": _("{kind}: “{query}” looks at “{key}”, weight in each head"),
        },
        key="all_lines",
        on_change=partial(_remember, panels),
    )


def _line() -> str:
    """Filled in by the component, and below for the figure."""
    return _("{kind}, layer {layer}, head {head}: “{query}” looks at “{key}” ({weight}).")


def _picture(panels: Sequence[Panel], setup: str) -> Picture:
    """The same picture, for those who want its numbers, a file or the code."""
    drawn = [(part, part.lines()) for part in panels]
    order = np.argsort(-np.concatenate([found.weight for _part, found in drawn]), kind="stable")

    def column(values: Callable[[Panel, Lines], np.ndarray]) -> np.ndarray:
        return np.concatenate([values(part, found) for part, found in drawn])[order]

    table = {
        _("Attention"): column(
            lambda part, found: np.full(len(found.row), _(NAMES[part.kind]), dtype=object)
        ),
        _("Layer"): column(lambda _part, found: found.layer + 1),
        _("Head"): column(lambda _part, found: found.head + 1),
        _("Query"): column(lambda part, found: np.array(part.rows, object)[found.row]),
        _("Key"): column(lambda part, found: np.array(part.columns, object)[found.column]),
        _("Weight"): column(lambda _part, found: found.weight),
    }
    return Picture.of(
        FILE,
        lines_figure,
        {"panels": panels},
        setup=setup,
        said=_said(panels, [values[0] for values in table.values() if len(order)], len(order)),
        table=table,
        names=[_(NAMES[part.kind]) for part in panels],
        row_titles=[_(ROWS[part.kind]) for part in panels],
        column_titles=[_(COLUMNS[part.kind]) for part in panels],
        head_name=_("Head {number}"),
        place_name=_("Layer {layer}, head {head}"),
        dark=st.context.theme.type == "dark",
    )


def _said(panels: Sequence[Panel], strongest: Sequence[Any], count: int) -> str:
    """How many lines there are; ``strongest`` is the first row of their table, if any."""
    heads = sum(int(part.shown_NH.sum()) for part in panels)
    said = _("Heads: {heads}. Lines: {lines} (every weight of at least {faintest}).").format(
        heads=heads, lines=count, faintest=_faintest(panels)
    )
    if not strongest:
        return said
    kind, layer, head, query, key, weight = strongest
    line = _line().format(
        kind=kind, layer=layer, head=head, query=query, key=key, weight=f"{weight:.4f}"
    )
    return f"{said} {line}"


def _faintest(panels: Sequence[Panel]) -> str:
    """One number for all panels, unless only some of them have very many weights."""
    return " / ".join(dict.fromkeys(str(part.faintest) for part in panels))


def _rules(panels: Sequence[Panel]) -> str:
    """What the lines leave out, and what a word's weight is."""
    said = [
        _(
            "In every head the weights of one word that looks sum to one, special tokens included. "
            "Those below {faintest} get no line: pin one word and point at another for their "
            "number."
        ).format(faintest=_faintest(panels))
    ]
    if any(len(part.layers) > 1 for part in panels):
        said.append(
            _(
                "Heads of the same number in two layers share a colour, but have nothing else in "
                "common."
            )
        )
    if st.session_state["unit"] == "words":
        said.append(_(WORD_RULE))
    return " ".join(said)


main()
