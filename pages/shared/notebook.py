"""The Python that computes the shown translation again in a notebook, or a figure of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.changes import current_edits, current_english
from pages.shared.sentence import current_text
from pages.shared.translation import BEAM_SIZE, load
from transformer.edit_codes import write_edits

_TRANSLATION = """\
from transformer import Translator
{imports}from transformer.translator import MODELS

# sha256 {sha256}
translator = Translator.load(MODELS / {model!r})
translation = translator.translate({text!r}, beam_size={beam}{more})
"""


def cell_of(
    draw: Callable[..., Any], expressions: Sequence[str], options: Mapping[str, Any], setup: str
) -> str:
    """Lines that end in ``figure = draw(expressions, options)``, with all that they need."""
    written = [*expressions, *(f"{name}={value!r}" for name, value in options.items())]
    figure = f"figure = {draw.__name__}(\n" + "".join(f"    {line},\n" for line in written) + ")"
    needs_translation = re.search(r"\btransla(tor|tion)\b", "\n".join([setup, *expressions]))
    parts = [
        _translated() if needs_translation else "",
        f"from {draw.__module__} import {draw.__name__}",
        setup.strip(),
        f"{figure}\nfigure",
    ]
    return "\n".join(part for part in parts if part)


def _translated() -> str:
    model, edits, english = st.session_state["model"], current_edits(), current_english()
    return _TRANSLATION.format(
        model=model,
        sha256=load(model).sha256,
        text=current_text(),
        beam=BEAM_SIZE,
        imports="from transformer.edit_codes import read_edits\n" if edits else "",
        more=(f", target={english!r}" if english else "")
        + (f", edits=read_edits({write_edits(edits)!r})" if edits else ""),
    )
