"""The app: registers the pages, draws the one sentence bar, runs the page."""

from pathlib import Path

import streamlit as st

from pages import BY_PATH, VIEWS
from pages.shared import link
from pages.shared.changes import banner
from pages.shared.guard import guarded
from pages.shared.language import _
from pages.shared.lesson_panel import panel
from pages.shared.menu import menu
from pages.shared.sentence_bar import model_and_language, sentence_bar
from pages.shared.suitable import suitable

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
        page = st.navigation(_pages(), position="hidden")
        view = BY_PATH[page.url_path]
        menu(view)
        model_and_language()
        sentence_bar()
        with guarded():  # a page that fails still publishes its address
            if suitable(view) and panel(view):
                banner(view)
                page.run()
        link.publish()


def _pages() -> list:
    return [
        st.Page(
            ROOT / view.script,
            title=_(view.title),
            icon=view.icon,
            url_path=view.path or None,
            default=not view.path,
        )
        for view in VIEWS
    ]


main()
