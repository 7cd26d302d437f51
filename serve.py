"""The server: loads and warms the model before the first visitor, then runs app.py for each.

``streamlit run app.py`` serves the same pages, but its first visitor waits for the model.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.shared.translation import load
from transformer import UsageError
from transformer.translator import default_model


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    # Because a folder is called pages/, Streamlit takes a fresh server for one of its old
    # multipage apps and greets a deep link with "Page not found", until st.navigation has run.
    PagesManager.uses_pages_directory = False
    try:
        load(default_model())
    except UsageError as error:
        print(f"Tête-à-tête: {error}", file=sys.stderr, flush=True)
        os._exit(2)  # sys.exit would only end up in the server's own traceback
    yield


app = st.App(Path(__file__).parent / "app.py", lifespan=lifespan)
