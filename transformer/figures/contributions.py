"""What speaks for a word and what against it: a bar for each part that its logit is the sum of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_rows

ROOM = 0.12  # of the width, at either end, so that a bar's number fits beside it


def contributions_figure(
    parts: np.ndarray, labels: Sequence[str], *, title: str, dark: bool = False
) -> go.Figure:
    """Signed ``parts`` as bars from top to bottom in the order of computation, each with its
    number."""
    below, above = colours.signed(dark)
    figure = go.Figure(
        go.Bar(
            x=parts.astype(np.float32),
            y=list(range(len(parts))),
            orientation="h",
            marker_color=np.where(parts >= 0, above, below),
            text=[f"{part:+.2f}" for part in parts],
            textposition="outside",
            textfont={"size": 16},
            cliponaxis=False,
            hovertemplate="<b>%{x:.5f}</b><extra></extra>",
        )
    )
    low, high = min(0.0, float(parts.min())), max(0.0, float(parts.max()))
    room = ROOM * (high - low or 1.0)
    figure.update_xaxes(range=[low - room, high + room], zeroline=True, showticklabels=False)
    height = name_rows(figure, labels)
    return framed(figure, title, dark, height + 20)
