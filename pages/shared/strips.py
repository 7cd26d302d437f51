"""Vectors as strips of colour, some of their numbers written out: the picture of many steps."""

from typing import Any

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture
from transformer.figures.vectors import strips_figure


def strips(
    name: str,
    rows: np.ndarray,
    fields: str,
    labels: list[str],
    begin: int,
    said: str,
    setup: str,
    **options: Any,
) -> Picture:
    """Vectors as strips; ``fields`` are the names that they have in ``found``, set by ``setup``.

    ``options`` are those of ``strips_figure``.
    """
    values = ", ".join(f"found.{field}" for field in fields.split())
    title = (
        _("{width} numbers, teal above zero")
        if options.get("together", True)
        else _("{width} numbers, each strip on its own scale")
    )
    return Picture.of(
        name,
        strips_figure,
        {f"np.stack([{values}])": rows},
        setup=setup,
        labels=labels,
        begin=begin,
        title=title.format(width=rows.shape[1]),
        axis=_("dimension"),
        dark=st.context.theme.type == "dark",
        said=said,
        **options,
        table={_("dimension"): np.arange(1, rows.shape[1] + 1)}
        | dict(zip(labels, rows, strict=True)),
    )
