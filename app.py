"""The app: registers the pages, draws the one sentence bar, runs the page."""

from pathlib import Path

import streamlit as st

from pages import VIEWS
from pages.shared import link
from pages.shared.guard import guarded
from pages.shared.language import _
from pages.shared.sentence_bar import sentence_bar, settings

ROOT = Path(__file__).parent
SIDEBAR_WIDTH = 240  # pixels: the figures need the rest


def main() -> None:
    st.set_page_config(
        page_title="Tête-à-tête",
        page_icon=str(ROOT / "assets" / "icon.png"),
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.html(ROOT / "assets" / "style.css")
    with guarded():
        link.restore()
        page = st.navigation(_pages(), expanded=True)
        settings()
        sentence_bar()
        with guarded():
            page.run()
        link.publish()


def _pages() -> dict[str, list]:
    sections: dict[str, list] = {}
    for view in VIEWS:
        page = st.Page(
            ROOT / view.script,
            title=_(view.title),
            icon=view.icon,
            url_path=view.path or None,
            default=not view.path,
        )
        sections.setdefault(_(view.section), []).append(page)
    return sections


main()
