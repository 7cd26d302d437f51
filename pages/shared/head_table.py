"""The table of heads: one row a head, every measure a column that sorts by a click."""

import math
from collections.abc import Callable, Sequence

import streamlit as st

from pages import N_
from pages.shared.attention import SHORT_NAMES
from pages.shared.head_questions import WORDS
from pages.shared.language import _
from transformer.analysis.head_badges import QUESTIONS, badges
from transformer.analysis.head_study import Head

SHARES = {
    "confidence": N_("Confidence"),
    "evenness": N_("Evenness"),
    "previous": N_("Previous piece"),
    "same": N_("Itself"),
    "next": N_("Next piece"),
    "special": N_("On <s>, </s>"),
    "punctuation": N_("On punctuation"),
    "rarest": N_("Rarest piece"),
    "aligned": N_("Words aligned"),
}


def head_table(heads: Sequence[Head], first: str, choose: Callable[[], None]) -> None:
    """What the question ``first`` asks for comes first; ``choose`` is called when a row is clicked.

    The widget's key is ``head_table``.
    """
    columns = {
        _("Attention"): [_(SHORT_NAMES[head.place[0]]) for head in heads],
        _("Layer"): [head.place[1] + 1 for head in heads],
        _("Head"): [head.place[2] + 1 for head in heads],
        _("Badges"): [", ".join(_(WORDS[code].badge) for code in badges(head)) for head in heads],
    }
    shares = {
        _(SHARES[code]): [_percent(QUESTIONS[code].number(head)) for head in heads]
        for code in sorted(SHARES, key=lambda code: code != first)
    }
    numbers = {
        _("Entropy (bits)"): [head.measures.entropy for head in heads],
        _("Mean distance"): [
            None if math.isnan(head.measures.distance) else head.measures.distance for head in heads
        ],
        _("Gradient of its gate"): [head.importance for head in heads],
        _("BLEU when off"): [head.off.bleu for head in heads],
        _("from (95 percent)"): [head.off.low for head in heads],
        _("to (95 percent)"): [head.off.high for head in heads],
    }
    share = st.column_config.ProgressColumn(min_value=0, max_value=100, format="%d%%", width=105)
    number = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        columns | (shares | numbers if first in SHARES else numbers | shares),
        key="head_table",
        hide_index=True,
        column_config=dict.fromkeys(shares, share) | dict.fromkeys(numbers, number),
        on_select=choose,
        selection_mode="single-row",
        placeholder="–",
        alt=_("All heads with their numbers; choose a row to see that head below."),
    )
    st.caption(_("Click a heading to sort, and the box at the left of a row to choose that head."))


def _percent(share: float) -> float | None:
    """An empty cell where a head has no such number."""
    return None if math.isnan(share) else 100 * share
