"""What our components share: registering, checking labels, the colours of matrices."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from transformer.figures.colours import (
    INK_DARK,
    INK_LIGHT,
    LEARNED,
    SIGNED,
    WEIGHTS_DARK,
    WEIGHTS_LIGHT,
)

ASSETS = Path(__file__).parents[3] / "assets" / "components"

# The scales of the Plotly figures, for matrix.js: colours from the lowest to the highest value.
INK = {"light": INK_LIGHT, "dark": INK_DARK}
PAGE = {"light": WEIGHTS_LIGHT[0], "dark": WEIGHTS_DARK[0]}
COLOURS = {
    "weights": {"light": WEIGHTS_LIGHT, "dark": WEIGHTS_DARK},
    "signed": {theme: [SIGNED[0], page, SIGNED[1]] for theme, page in PAGE.items()},
    "learned": {theme: [INK[theme], LEARNED, page] for theme, page in PAGE.items()},
    "ink": INK,
}


def register(name: str, html: str, *, matrix: bool = False) -> ComponentRenderer:
    """The component of that name in assets/components; ``matrix`` puts matrix.js before it."""
    before = f"const COLOURS = {json.dumps(COLOURS)};\n" if matrix else ""
    parts = ("matrix", name) if matrix else (name,)
    return st.components.v2.component(
        name,
        html=html,
        css="\n".join(_read(f"{part}.css") for part in parts),
        js=before + "\n".join(_read(f"{part}.js") for part in parts),
    )


def _read(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def check_labels(labels: Mapping[str, str], needed: Sequence[str]) -> None:
    """ValueError unless ``labels`` has all that are needed."""
    missing = [name for name in needed if name not in labels]
    if missing:
        raise ValueError(f"labels must have {', '.join(needed)}; missing: {', '.join(missing)}")
