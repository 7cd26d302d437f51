"""What our components share: registering, checking labels, the colours of matrices."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from transformer.figures.colours import ink, learned_scale, signed_scale, weights_scale

ASSETS = Path(__file__).parents[3] / "assets" / "components"

# The scales of the Plotly figures, for matrix.js: colours from the lowest to the highest value.
THEMES = {"light": False, "dark": True}
COLOURS: dict[str, dict[str, str | list[str]]] = {
    name: {theme: [colour for _place, colour in scale(dark)] for theme, dark in THEMES.items()}
    for name, scale in (
        ("weights", weights_scale),
        ("signed", signed_scale),
        ("learned", learned_scale),
    )
}
COLOURS["ink"] = {theme: ink(dark) for theme, dark in THEMES.items()}


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
