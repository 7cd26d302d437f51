"""What every page lets a visitor take away: the trace, the chosen head, and its own address."""

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.shared import link
from pages.shared.changes import current_edits, current_english
from pages.shared.language import _
from pages.shared.sentence import current_text
from pages.shared.translation import load, translate
from transformer import Trace, Translation
from transformer.archive import head_record, origin_of, save_trace
from transformer.edits import Edits
from transformer.trace import RecurrentTrace

ASSETS = Path(__file__).parents[2] / "assets" / "components"

_mount_copy_link = st.components.v2.component(
    "copy_link",
    html='<div class="copy-link"><button type="button"></button><span role="status"></span></div>',
    css=(ASSETS / "copy_link.css").read_text(encoding="utf-8"),
    js=(ASSETS / "copy_link.js").read_text(encoding="utf-8"),
)


def take_away(edits: Edits | None = None) -> None:
    """The row at the foot of a page; ``edits`` are those that its numbers carry, if not the
    address's.

    Files are made when they are asked for.
    """
    model, text = st.session_state["model"], current_text()
    translator = load(model)
    edits = current_edits() if edits is None else edits
    translation = translate(model, text, edits, current_english()).translation
    chosen = _selection(translation.record)
    origin = origin_of(translator, translation, edits, chosen)
    st.divider()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("All numbers (NPZ)"),
            lambda: trace_file(translation, origin),
            "trace.npz",
            "application/octet-stream",
            key="trace_npz",
            on_click="ignore",
        )
        if chosen:
            _head(translation, origin)
        copy_link()


def copy_link() -> None:
    """A button that copies the address with every choice."""
    _mount_copy_link(
        key="copy_link",
        data={
            "query": urlencode(link.current()),
            "copy": _("Copy link"),
            "copied": _("Copied: whoever opens it sees this page."),
            "failed": _("Copy the address of this page from the browser's address bar."),
        },
    )


def _head(translation: Translation, origin: dict[str, Any]) -> None:
    kind, layer, head = (origin["selection"][name] for name in ("kind", "layer", "head"))
    st.download_button(
        _("Chosen head (JSON)"),
        lambda: json.dumps(head_record(translation, kind, layer, head, origin), ensure_ascii=False),
        f"{kind}-{layer + 1}-{head + 1}.json",
        "application/json",
        key="head_json",
        on_click="ignore",
    )


def _selection(trace: Trace | RecurrentTrace) -> dict[str, Any]:
    """Kind, layer, head, query and key (from 0); those that this sentence lacks are its last.

    A recurrent model has no heads to choose from.
    """
    if isinstance(trace, RecurrentTrace):
        return {}
    kind = st.session_state["kind"]
    heads, queries, keys = trace.sublayer(kind, 0).heads.weights_HLM.shape
    counts = {
        "layer": trace.layers(kind),
        "head": heads,
        "query": queries,
        "key": keys,
    }
    positions = {name: min(st.session_state[name], count) - 1 for name, count in counts.items()}
    return {"kind": kind, **positions, "counted_from": 0}


def trace_file(translation: Translation, origin: dict[str, Any]) -> bytes:
    """An .npz archive of everything that one pass computed."""
    file = io.BytesIO()
    save_trace(file, translation, origin)
    return file.getvalue()
