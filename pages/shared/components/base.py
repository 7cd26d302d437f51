"""What our components share: registering, checking labels, the colours of matrices."""

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from transformer.figures.colours import heads, ink, learned_scale, signed_scale, weights_scale

ASSETS = Path(__file__).parents[3] / "assets" / "components"
EXACT_UP_TO = 64 * 64  # weights of a head: beyond, one byte each, or a click would weigh megabytes
FINE, COARSE = 60_000, 200  # steps from 0 to 1

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
COLOURS["heads"] = {theme: heads(dark) for theme, dark in THEMES.items()}
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


def packed(weights: np.ndarray) -> dict[str, str | int]:
    """The step that each weight of (..., queries, keys) lies in, as base64; how many steps.

    The browser takes the middle of a step: within 1e-5 of the weight, beyond ``EXACT_UP_TO`` within
    0.0025. Numbers of two and of four digits change from one to the next at the edge of a step,
    never within one: rounding what the browser has gives the same digits as rounding the weight.
    """
    queries, keys = weights.shape[-2:]
    steps = FINE if queries * keys <= EXACT_UP_TO else COARSE
    within = np.floor(np.clip(np.nan_to_num(weights), 0, 1).astype(np.float64) * steps)
    numbers = np.minimum(within, steps - 1).astype("<u2" if steps > 255 else np.uint8)
    return {"weights": base64.b64encode(numbers.tobytes()).decode("ascii"), "steps": steps}
