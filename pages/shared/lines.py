"""How the address writes which heads are shown as lines and which words are pinned.

``shown`` has for each attention, in the order of ``KINDS`` and with "_" between them, the heads of
its layers in hexadecimal with "." between these: bit h is head h, and a layer that is missing shows
all. ``pin`` has words with "-" between them: the first letter of the attention, q or k for query or
key, and the number of the word's first piece, from 1.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pages import N_
from transformer import KINDS, Kind

PANELS = {
    "all": N_("all three"),
    "encoder": N_("Encoder self"),
    "decoder": N_("Decoder self"),
    "cross": N_("Cross"),
}
ALL_LAYERS = "all"
LAYER_NAMES = {ALL_LAYERS: N_("all layers")}
DEEPEST = 16  # layers and heads that an address can name
MOST_PINS = 64
_SHOWN = re.compile(r"([0-9a-f]{1,4}(\.[0-9a-f]{1,4}){0,15})?")
_PIN = re.compile(r"([edc])([qk])([1-9][0-9]{0,2})")
_INITIALS = {kind[0]: kind for kind in KINDS}


class Pin(NamedTuple):
    """A pinned word: ``piece`` is its first one, from 0."""

    kind: Kind
    side: str  # "q" or "k"
    piece: int


def read_layers(code: str) -> str:
    """ "all", or the number of a layer from 1, as the picker has it."""
    if code != ALL_LAYERS and code not in map(str, range(1, DEEPEST + 1)):
        raise ValueError(code)
    return code


def read_shown(code: str) -> dict[Kind, tuple[int, ...]]:
    """The heads shown, as ``analysis.lines.panel`` takes them; ValueError for another code."""
    parts = code.split("_")
    if len(parts) > len(KINDS) or not all(map(_SHOWN.fullmatch, parts)):
        raise ValueError(code)
    parts += [""] * (len(KINDS) - len(parts))
    return {
        kind: tuple(int(mask, 16) for mask in part.split(".") if mask)
        for kind, part in zip(KINDS, parts, strict=True)
    }


def write_shown(shown: Mapping[Kind, Sequence[int]]) -> str:
    """The code that ``read_shown`` reads; nothing to write where all are shown."""
    parts = [".".join(f"{mask:x}" for mask in shown[kind]) for kind in KINDS]
    return "_".join(parts).rstrip("_")


def read_pins(code: str) -> tuple[Pin, ...]:
    """The pinned words; ValueError for another code."""
    found = [_PIN.fullmatch(part) for part in code.split("-") if part]
    if not all(found) or len(found) > MOST_PINS:
        raise ValueError(code)
    return tuple(
        Pin(_INITIALS[pin[1]], pin[2], int(pin[3]) - 1) for pin in found if pin is not None
    )


def write_pins(pins: Iterable[Pin]) -> str:
    """The code that ``read_pins`` reads."""
    return "-".join(f"{pin.kind[0]}{pin.side}{pin.piece + 1}" for pin in pins)


def with_heads(
    masks: Sequence[int], layers: Sequence[int], shown_NH: np.ndarray
) -> tuple[int, ...]:
    """``masks`` of all layers with those of ``layers`` as ``shown_NH`` says; () where all show."""
    heads = shown_NH.shape[1]
    full = (1 << heads) - 1
    new = [*masks, *[full] * (1 + max(layers) - len(masks))]
    for layer, shown_H in zip(layers, shown_NH, strict=True):
        new[layer] = sum(1 << head for head in np.flatnonzero(shown_H).tolist())
    return () if all(mask & full == full for mask in new) else tuple(new)
