"""The app: registers the pages, draws the one sentence bar, runs the page."""

import logging
from pathlib import Path

import streamlit as st

from pages import VIEWS
from pages.shared import link
from pages.shared.language import _, explain
from pages.shared.sentence_bar import sentence_bar, settings
from transformer import UsageError

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
    link.restore()
    page = st.navigation(_pages())
    settings()
    sentence_bar()
    try:
        page.run()
    except UsageError as error:
        st.info(explain(error))
    except Exception:
        logging.getLogger(__name__).exception("a page failed")
        st.error(_("Something went wrong here, and we have noted it. Try another sentence."))
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
