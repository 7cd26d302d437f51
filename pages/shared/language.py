"""The user's language: one gettext catalogue a session, never installed globally."""

import gettext
from functools import cache
from pathlib import Path

import streamlit as st

from transformer.errors import UsageError

LOCALE = Path(__file__).parents[2] / "assets" / "locale"
LANGUAGES = {"en": "English", "ko": "한국어", "fr": "Français"}  # each named in itself


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of the app into ``language``; the sources are English."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("app", LOCALE, [language])


def browser_language() -> str:
    """The language the browser asks for, if the app speaks it."""
    wanted = (st.context.locale or "en").partition("-")[0]
    return wanted if wanted in LANGUAGES else "en"


def language() -> str:
    """The language of this session."""
    return st.session_state.get("lang", "en")


def _(text: str) -> str:
    """``text`` in the language of this session."""
    return catalogue(language()).gettext(text)


def explain(error: UsageError) -> str:
    """The sentence of ``error`` in the language of this session."""
    return _(error.template).format(**error.values)
