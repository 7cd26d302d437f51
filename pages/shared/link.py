"""What the address carries: sentence, model, language and every choice; the page is its path.

Choices live in ``st.session_state`` under the names below, which are also the keys of the widgets
that change them. The values in the address are codes rather than labels (which is what Streamlit's
``bind="query-params"`` would write), so that a link means the same in every language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from pages.shared.beam import BEAMS, LARGEST_NODE, PENALTIES, TEMPERATURES
from pages.shared.edit_words import KINDS_OF_EDIT, REACHES
from pages.shared.examples import EXAMPLES
from pages.shared.exercise import HEADS, TASK_NAMES
from pages.shared.exercise import WIDTHS as HEAD_WIDTHS
from pages.shared.head_questions import ALL, ASKS, SPANS
from pages.shared.language import LANGUAGES, browser_language
from pages.shared.lessons import BY_NAME
from pages.shared.limits import LIMITS
from pages.shared.lines import PANELS, read_layers, read_pins, read_shown
from pages.shared.memory import GAINS, RECURRENT
from pages.shared.overview import LEVELS, STEPS
from pages.shared.pairs import MINIMAL_PAIRS, PAIRS, PATCHES
from pages.shared.plan import read_plan
from pages.shared.scaling import (
    DRAWS,
    FACTORS,
    KEYS,
    LARGEST_SEED,
    SCOPES,
    TYPICAL_SEED,
    WIDTHS,
)
from pages.shared.side import AGAINST
from pages.shared.speed import BATCH_NAMES, CLOCKS, LENGTH_CODES, TIMED_NAMES
from pages.shared.stage import DEPTHS
from pages.shared.translation import LONGEST_SENTENCE, LONGEST_TEXT
from pages.shared.versus import VERSUS
from transformer import KINDS
from transformer.analysis.confidence import WAYS
from transformer.analysis.contributions import MEASURES
from transformer.analysis.parameters import TYPICAL
from transformer.analysis.scaling import LAWS
from transformer.analysis.stack import PARTS, SIDES
from transformer.translator import shipped_models

SEEN = "_link"  # the address as this session last read or wrote it
# The page whose bare address a click in the list of pages left in the browser's history, right
# before the one with all choices: Back comes past it.
LEFT_BARE = "_left_bare"


@dataclass(frozen=True)
class Choice:
    """One thing a link carries: how to read it (ValueError if it cannot be) and its default."""

    read: Callable[[str], Any]
    default: Callable[[], Any]


def _one_of(allowed: Callable[[], Any]) -> Callable[[str], str]:
    def read(code: str) -> str:
        if code not in allowed():
            raise ValueError(code)
        return code

    return read


def _position(code: str) -> int:
    """A layer, head or piece, from 1; the pickers check the upper end, which they know."""
    if not 1 <= int(code) <= 256:
        raise ValueError(code)
    return int(code)


def _sentence(code: str) -> int:
    """A sentence of the text, from 1; no text has more of them than characters."""
    if not 1 <= int(code) <= LONGEST_TEXT:
        raise ValueError(code)
    return int(code)


def _seed(code: str) -> int:
    if not 0 <= int(code) <= LARGEST_SEED:
        raise ValueError(code)
    return int(code)


def _node(code: str) -> int:
    """A node of a search tree, from 1; 0 is the final one."""
    if not 0 <= int(code) <= LARGEST_NODE:
        raise ValueError(code)
    return int(code)


def _short(code: str) -> str:
    """A text of the visitor's own, besides the sentence."""
    if len(code) > LONGEST_SENTENCE:
        raise ValueError(code)
    return code


def _plan(code: str) -> str:
    """A teacher's own lesson."""
    read_plan(code)
    return code


def _code_of(read: Callable[[str], Any]) -> Callable[[str], str]:
    """A code that stays one; ``read`` says whether it can be read."""

    def keep(code: str) -> str:
        read(code)
        return code

    return keep


def _switch(code: str) -> bool:
    return code == "1"


CHOICES = {
    "text": Choice(str, lambda: EXAMPLES[0].text),
    "sentence": Choice(_sentence, lambda: 1),
    "model": Choice(_one_of(shipped_models), lambda: next(iter(shipped_models()), "")),
    "lang": Choice(_one_of(lambda: LANGUAGES), browser_language),
    "kind": Choice(_one_of(lambda: KINDS), lambda: "cross"),
    "layer": Choice(_position, lambda: 3),
    "head": Choice(_position, lambda: 1),
    "query": Choice(_position, lambda: 2),
    "key": Choice(_position, lambda: 2),
    "depth": Choice(_one_of(lambda: DEPTHS), lambda: "picture"),
    "scope": Choice(_one_of(lambda: SCOPES), lambda: "model"),
    "factor": Choice(_one_of(lambda: FACTORS), lambda: "0.25"),
    "width": Choice(_one_of(lambda: WIDTHS), lambda: "100"),
    "draws": Choice(_one_of(lambda: DRAWS), lambda: "5000"),
    "law": Choice(_one_of(lambda: LAWS), lambda: "normal"),
    "keys": Choice(_one_of(lambda: KEYS), lambda: "10"),
    "seed": Choice(_seed, lambda: TYPICAL_SEED),
    "unit": Choice(_one_of(lambda: ("words", "pieces")), lambda: "words"),
    "mean": Choice(_switch, lambda: False),
    "hide": Choice(_switch, lambda: False),
    "stretch": Choice(_switch, lambda: False),
    "panels": Choice(_one_of(lambda: PANELS), lambda: "all"),
    "layers": Choice(read_layers, lambda: "3"),
    "shown": Choice(_code_of(read_shown), lambda: ""),
    "pin": Choice(_code_of(read_pins), lambda: ""),
    "side": Choice(_one_of(lambda: SIDES), lambda: "source"),
    "piece": Choice(_position, lambda: 2),
    "part": Choice(_one_of(lambda: PARTS), lambda: "self_attention"),
    "against": Choice(_one_of(lambda: AGAINST), lambda: "itself"),
    "dimension": Choice(_position, lambda: 21),
    "other": Choice(_short, lambda: PAIRS[0].second),
    "word": Choice(_short, lambda: PAIRS[0].word),
    "patch": Choice(_short, lambda: PATCHES[0].second),
    "question": Choice(_one_of(lambda: ASKS), lambda: ALL),
    "span": Choice(_one_of(lambda: SPANS), lambda: "corpus"),
    "measure": Choice(_one_of(lambda: MEASURES), lambda: "logit"),
    "one_head": Choice(_switch, lambda: False),
    "instead": Choice(_short, lambda: "chien"),
    "instead_en": Choice(_short, lambda: "dog"),
    "tensor": Choice(_short, lambda: TYPICAL),
    "down": Choice(_position, lambda: 1),
    "across": Choice(_position, lambda: 1),
    "near": Choice(_short, lambda: "chat"),
    "area": Choice(_one_of(lambda: ("all", "near")), lambda: "all"),
    "lesson": Choice(_one_of(lambda: BY_NAME), lambda: ""),
    "plan": Choice(_plan, lambda: ""),
    "at": Choice(_position, lambda: 1),
    "draft": Choice(_plan, lambda: ""),
    "level": Choice(_one_of(lambda: LEVELS), lambda: "box"),
    "step": Choice(_one_of(lambda: STEPS), lambda: "pieces"),
    "english": Choice(_short, lambda: ""),
    "versus": Choice(_one_of(lambda: VERSUS), lambda: "sentences"),
    "variant": Choice(_short, lambda: MINIMAL_PAIRS[0].second),
    "second_model": Choice(_one_of(shipped_models), lambda: next(reversed(shipped_models()), "")),
    "second_layer": Choice(_position, lambda: 3),
    "second_head": Choice(_position, lambda: 2),
    "edits": Choice(str, lambda: ""),
    "tool": Choice(_one_of(lambda: KINDS_OF_EDIT), lambda: "off"),
    "reach": Choice(_one_of(lambda: REACHES), lambda: "head"),
    "beam": Choice(_one_of(lambda: BEAMS), lambda: "4"),
    "penalty": Choice(_one_of(lambda: PENALTIES), lambda: "1"),
    "dropped": Choice(_switch, lambda: False),
    "node": Choice(_node, lambda: 0),
    "temperature": Choice(_one_of(lambda: TEMPERATURES), lambda: "1"),
    "t": Choice(_position, lambda: 4),
    "clock": Choice(_one_of(lambda: CLOCKS), lambda: "step"),
    "snapshot": Choice(_position, lambda: 8),
    "length": Choice(_one_of(lambda: LENGTH_CODES), lambda: "64"),
    "task": Choice(_one_of(lambda: TASK_NAMES), lambda: "reverse"),
    "heads": Choice(_one_of(lambda: HEADS), lambda: "4"),
    "d_k": Choice(_one_of(lambda: HEAD_WIDTHS), lambda: "16"),
    "letters": Choice(_short, lambda: "black"),
    "timed": Choice(_one_of(lambda: TIMED_NAMES), lambda: "reading"),
    "batch": Choice(_one_of(lambda: BATCH_NAMES), lambda: "1"),
    "before": Choice(_switch, lambda: False),
    "gain": Choice(_one_of(lambda: GAINS), lambda: "2"),
    "reader": Choice(_one_of(lambda: RECURRENT), lambda: "birnn"),
    "limit": Choice(_one_of(lambda: LIMITS), lambda: "names"),
    "way": Choice(_one_of(lambda: WAYS), lambda: "own"),
    "corpus": Choice(_position, lambda: 2),
}


def restore() -> None:
    """Take the choices from the address when it is new: first visit, pasted link, back button.

    A click on another page leaves the address bare; the choices then stay as they are, also when
    Back comes to that address. An address with choices but no language is in English; a bare one
    is in the browser's language.
    """
    given, page = st.query_params.to_dict(), _page()
    if SEEN in st.session_state:
        seen, seen_page = st.session_state[SEEN]
        clicked = page != seen_page or page == st.session_state.get(LEFT_BARE)
        if given == seen or (not given and clicked):
            return
    if given:
        given = {"lang": "en"} | given
    for name, choice in CHOICES.items():
        value = choice.default()
        if name in given:
            try:
                value = choice.read(given[name])
            except ValueError:
                pass  # a damaged link falls back to the default
        st.session_state[name] = value
    st.session_state[SEEN] = st.query_params.to_dict(), page


def publish() -> None:
    """Write the choices that are not the default into the address."""
    link, address, page = current(), st.query_params.to_dict(), _page()
    seen, seen_page = st.session_state[SEEN]
    if not address and link == seen and page == seen_page == st.session_state.get(LEFT_BARE):
        return  # to write it again would keep Back from ever leaving this page
    if link != address:
        st.query_params.from_dict(link)
        if page != seen_page:
            st.session_state[LEFT_BARE] = page
    st.session_state[SEEN] = link, page


def current(**changes: str) -> dict[str, str]:
    """The codes of all choices that are not the default, once these ``changes`` are made."""
    link = {}
    for name, choice in CHOICES.items():
        value = choice.read(changes[name]) if name in changes else st.session_state[name]
        if name != "lang" and value != choice.default():
            link[name] = str(int(value)) if isinstance(value, bool) else str(value)
    for name in ("text", "other", "variant", "patch", "instead", "instead_en", "english"):
        if len(link.get(name, "")) > (LONGEST_TEXT if name == "text" else LONGEST_SENTENCE):
            del link[name]  # it cannot be read anyway
    language = changes.get("lang", st.session_state["lang"])
    if language != ("en" if link else browser_language()):
        link["lang"] = language
    return {name: link[name] for name in CHOICES if name in link}


def _page() -> str:
    return urlsplit(st.context.url or "").path
