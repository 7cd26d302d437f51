"""An edit in words: what it changes, and where."""

from collections.abc import Sequence

from pages import N_
from pages.shared.attention import NAMES
from pages.shared.language import _
from transformer import Kind
from transformer.edits import (
    Edit,
    ForceLinks,
    GateHeads,
    HideSource,
    Positions,
    ReplaceHead,
    ScaleScores,
    SwitchOff,
)
from transformer.tokenizer import BOUNDARY

KINDS_OF_EDIT = {
    "off": N_("Switch heads off"),
    "force": N_("Force a link"),
    "forbid": N_("Forbid a link"),
    "hide": N_("Hide a word"),
    "scale": N_("Scale scores"),
}
REACHES = {
    "head": N_("this head"),
    "others": N_("all but this head"),
    "layer": N_("this layer"),
    "kind": N_("this attention"),
}
SENTENCES = {
    "off": N_("Off: {place}"),
    "only": N_("Only this one on: {place}"),
    "scale": N_("Scores times {factor}: {place}"),
    "force": N_("{queries} looks only at {keys}: {place}"),
    "forbid": N_("{queries} does not look at {keys}: {place}"),
    "hide": N_("Hidden from everybody: {keys}"),
}


def describe(edit: Edit, source: Sequence[str]) -> str:
    """One line; ``source`` are the French pieces, by which links are named."""
    name, values = _parts(edit, source)
    return _(SENTENCES[name]).format(**values)


def _parts(edit: Edit, source: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Which sentence says it, and what fills that sentence."""
    if isinstance(edit, HideSource):
        return "hide", {"keys": _french(edit.pieces, source)}
    if isinstance(edit, ReplaceHead | GateHeads):
        raise ValueError(f"{type(edit).__name__} is none of the visitor's edits")
    values = {"place": name_place(edit.kind, edit.layer, edit.head)}
    if isinstance(edit, ScaleScores):
        return "scale", values | {"factor": f"{edit.factor:.4g}"}
    if isinstance(edit, SwitchOff):
        return "only" if edit.others else "off", values
    values["keys"] = _read(edit.keys) if edit.kind == "decoder" else _french(edit.keys, source)
    if edit.queries is None:
        values["queries"] = _("every query")
    elif edit.kind == "encoder":
        values["queries"] = _french(edit.queries, source)
    else:
        values["queries"] = _written(edit.queries)
    return "force" if isinstance(edit, ForceLinks) else "forbid", values


def name_place(kind: Kind | None, layer: int | None, head: int | None) -> str:
    """Which heads: "Cross-attention, layer 3, head 2"; layer and head from 0, None for all."""
    parts = [_("all attentions") if kind is None else _(NAMES[kind])]
    if layer is not None:
        parts.append(_("layer {number}").format(number=layer + 1))
    if head is not None:
        parts.append(_("head {number}").format(number=head + 1))
    return ", ".join(parts)


def _french(pieces: Positions, source: Sequence[str]) -> str:
    """The pieces without their mark of a space, or their numbers where they are not there."""
    names = [source[i].strip(BOUNDARY) if i < len(source) else str(i + 1) for i in pieces]
    return "“" + " ".join(names) + "”"


def _written(positions: Positions) -> str:
    """Rows of the English side: what is written there may change."""
    numbers = ", ".join(str(position + 1) for position in positions)
    return _("English piece {numbers}").format(numbers=numbers)


def _read(positions: Positions) -> str:
    """Keys of the decoder's self-attention: what it has read, ``<s>`` first."""
    later = tuple(position - 1 for position in positions if position)
    return " + ".join((["<s>"] if 0 in positions else []) + ([_written(later)] if later else []))
