"""Attention as lines between words: which heads are shown, and which words are pinned.

The view that BertViz made known (Vig 2019): queries at the left, keys at the right, and a line for
every weight.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from transformer.analysis.panel import Panel
from transformer.analysis.view import Unit, axes, view
from transformer.trace import Kind
from transformer.translator import Translation


def panel(
    translation: Translation,
    kind: Kind,
    unit: Unit,
    hide_special: bool = False,
    *,
    layer: int | None = None,
    shown: Sequence[int] = (),
    pinned_queries: Sequence[int] = (),
    pinned_keys: Sequence[int] = (),
) -> Panel:
    """The attention of ``kind`` in one ``layer`` or in all, by piece or by word as in ``view``.

    Bit h of ``shown[layer]`` says whether head h is shown; layers that are missing there show all.
    Of the pinned pieces those count that this sentence has, and that are not hidden. Raises
    UsageError where a recurrent model has no such attention.
    """
    seen = view(translation, kind, unit, hide_special)
    row_pieces, column_pieces = (
        tuple(token.pieces for token in axis if not (hide_special and token.special))
        for axis in axes(translation, kind, unit)
    )
    count, heads = seen.weights_NHLM.shape[:2]
    layers = tuple(range(count)) if layer is None else (min(layer, count - 1),)
    masks = [*shown, *[-1] * count]
    return Panel(
        kind=kind,
        rows=seen.rows,
        columns=seen.columns,
        row_pieces=row_pieces,
        column_pieces=column_pieces,
        layers=layers,
        weights_NHLM=seen.weights_NHLM[list(layers)],
        shown_NH=np.array([[masks[n] >> h & 1 for h in range(heads)] for n in layers], dtype=bool),
        pinned_rows=_holding(row_pieces, pinned_queries),
        pinned_columns=_holding(column_pieces, pinned_keys),
    )


def _holding(places: Sequence[Sequence[int]], pieces: Sequence[int]) -> tuple[int, ...]:
    """The places that stand for any of those ``pieces``."""
    return tuple(place for place, its in enumerate(places) if not set(its).isdisjoint(pieces))
