"""A figure with all that belongs to it: its sentence, its values, its files and its code."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from pages.shared.language import _
from pages.shared.notebook import cell_of
from transformer.figures import Figure

IMAGES = ("PNG", "SVG")  # what the camera above a figure saves
_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family: sans-serif; max-width: 1200px; margin: 2rem auto">
<p>{said}</p>
{figure}
<pre>{cell}</pre>
</body></html>
"""


@dataclass(frozen=True)
class Picture:
    """A figure and what it says; ``name`` is its file's name without ending.

    ``table`` maps titles to columns of equal length; ``cell`` is Python that draws the figure
    again in a notebook; ``draw(dark=...)`` draws it, on the page in the visitor's theme and on
    paper in light colours.
    """

    name: str
    said: str
    table: Mapping[str, Sequence[Any]]
    cell: str
    draw: Callable[..., Figure]
    dark: bool

    @classmethod
    def of(
        cls,
        name: str,
        draw: Callable[..., Figure],
        values: Mapping[str, Any],
        *,
        said: str,
        table: Mapping[str, Sequence[Any]],
        setup: str = "",
        dark: bool = False,
        **options: Any,
    ) -> "Picture":
        """``draw(*values.values(), dark=dark, **options)``, and the cell that says so.

        ``values`` maps the expression that gives an argument in a notebook to that argument;
        ``setup`` are the lines that make its names from ``translator`` and ``translation``;
        ``options`` are literals.
        """
        return cls(
            name=name,
            said=said,
            table=table,
            cell=cell_of(draw, list(values), options, setup),
            draw=partial(draw, *values.values(), **options),
            dark=dark,
        )

    def csv(self) -> str:
        """The table, one line a row; float32 values with all their digits."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.table)
        writer.writerows(zip(*self.table.values(), strict=True))
        return text.getvalue()

    def html(self) -> str:
        """A page of its own that needs no network: sentence, figure, and the code behind it."""
        return _PAGE.format(
            title=escape(self.name),
            said=escape(self.said),
            figure=self.draw().to_html(full_html=False, include_plotlyjs=True),
            cell=escape(self.cell),
        )


def show(picture: Picture, say: bool = True) -> None:
    """The figure, its sentence, and below them what can be taken away."""
    _chart(picture)
    if say:
        st.text(picture.said)
    take(picture)


def take(picture: Picture, with_chart: bool = False) -> None:
    """Values, files and code, prepared only once opened; ``with_chart`` where none stands above."""
    box = st.expander(
        _("Values, files, Python"), key=f"take_{picture.name}", type="compact", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        if with_chart:
            _chart(picture)
        st.dataframe(dict(picture.table), hide_index=True, width="stretch")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _files(picture)
        st.text(_("The same figure in a notebook:"))
        st.code(picture.cell, language="python")


def _chart(picture: Picture) -> None:
    image = st.session_state.get("image", IMAGES[0]).lower()
    st.plotly_chart(
        picture.draw(dark=picture.dark),
        key=f"chart_{picture.name}",
        width="stretch",
        alt=picture.said,
        config={
            "displaylogo": False,
            "toImageButtonOptions": {"format": image, "filename": picture.name, "scale": 2},
        },
    )


def _files(picture: Picture) -> None:
    for ending, mime, data in (
        ("csv", "text/csv", picture.csv),
        ("html", "text/html", picture.html),
    ):
        st.download_button(
            ending.upper(),
            data,
            f"{picture.name}.{ending}",
            mime,
            key=f"{ending}_{picture.name}",
            on_click="ignore",
        )
    if st.session_state.get("image") not in IMAGES:
        st.session_state["image"] = IMAGES[0]
    st.segmented_control(
        _("The camera above the figure saves"),
        IMAGES,
        default=st.session_state["image"],
        key=f"image_{picture.name}",
        required=True,
        on_change=_choose_image,
        args=(f"image_{picture.name}",),
    )


def _choose_image(key: str) -> None:
    """One choice for all figures of this visitor."""
    st.session_state["image"] = st.session_state[key]
