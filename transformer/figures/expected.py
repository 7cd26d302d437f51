"""How far a sentence is what the model expected: each piece with its probability and its rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_columns


def expected_figure(
    probabilities_L: np.ndarray,
    ranks_L: Sequence[int],
    pieces: Sequence[str],
    chosen: int,
    *,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """A bar for every piece, as high as its probability; above it its rank, bold unless 1.

    The ``chosen`` piece is in full colour.
    """
    strong, pale = colours.weight(dark), colours.pale_weight(dark)
    figure = go.Figure(
        go.Bar(
            x=list(range(len(pieces))),
            y=probabilities_L.astype(np.float32),
            marker_color=[strong if i == chosen else pale for i in range(len(pieces))],
            text=["1" if rank == 1 else f"<b>{rank}</b>" for rank in ranks_L],
            textposition="outside",
            textangle=0,
            textfont={"size": 17},
            constraintext="none",  # a short bar's rank matters most
            cliponaxis=False,
            customdata=list(ranks_L),
            hovertemplate="<b>%{y:.4f}</b> (%{customdata})<extra></extra>",
        )
    )
    name_columns(figure, pieces)
    figure.update_yaxes(range=[0, 1.15], tickvals=[0, 0.5, 1])
    return framed(figure, title, dark, height=330)
