"""No traceback reaches a visitor: what goes wrong in a page is said in one sentence."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.shared.language import _, explain
from transformer import UsageError

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!<>$:~|])")


@contextmanager
def guarded() -> Iterator[None]:
    """Around a page, and once more inside each fragment, which also runs without its page."""
    try:
        yield
    except UsageError as error:
        st.info(literal(explain(error)))
    except Exception:
        logging.getLogger(__name__).exception("a page failed")
        st.error(_("Something went wrong here, and we have noted it. Try another sentence."))


def literal(text: str) -> str:
    """``text`` so that Markdown shows it as it is."""
    return _MARKUP.sub(r"\\\1", text)
