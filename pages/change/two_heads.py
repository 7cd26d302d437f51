"""Two heads side by side with the same colours, and the second minus the first."""

import numpy as np
import streamlit as st

from pages.shared.attention import COLUMNS, NAMES, ROWS
from pages.shared.guard import literal
from pages.shared.language import _
from pages.shared.picture import Picture, show
from transformer import Kind
from transformer.analysis.comparison import Compared, Place
from transformer.analysis.view import View, strongest_link
from transformer.figures.attention import NUMBERS_UP_TO, difference_figure, head_figure

NUMBERS_BESIDE_UP_TO = 9  # columns: in half the width, more numbers would not be legible
MOST_NAMED = 12


def both(found: Compared, titles: tuple[str, str], one: Place, two: Place, setup: str) -> None:
    """Side by side, or one below the other where the words need the room."""
    sides = (
        ("one", titles[0], found.one, found.one_LM, one),
        ("two", titles[1], found.two, found.two_LM, two),
    )
    widest = max(len(found.one.columns), len(found.two.columns))
    beside = widest <= NUMBERS_UP_TO
    columns = st.columns(2, gap="medium") if beside else [st.container()] * 2
    legible = not beside or widest <= NUMBERS_BESIDE_UP_TO
    for column, (number, title, seen, weights_LM, place) in zip(columns, sides, strict=True):
        with column:
            st.subheader(title)
            show(_side(number, seen, weights_LM, place, setup, legible))


def _side(
    number: str, seen: View, weights_LM: np.ndarray, place: Place, setup: str, numbers: bool
) -> Picture:
    row, column = strongest_link(seen, weights_LM)
    rows, columns = np.indices(weights_LM.shape).reshape(2, -1)
    return Picture.of(
        f"compared-{number}",
        head_figure,
        {
            f"found.{number}_LM": weights_LM,
            f"found.{number}.rows": seen.rows,
            f"found.{number}.columns": seen.columns,
        },
        setup=setup,
        said=_(
            "{kind}, layer {layer}, head {head}: “{query}” looks most at “{key}” ({weight})."
        ).format(
            kind=_(NAMES[seen.kind]),
            layer=place[0] + 1,
            head=place[1] + 1,
            query=seen.rows[row],
            key=seen.columns[column],
            weight=f"{weights_LM[row, column]:.2f}",
        ),
        table={
            _("Query"): [seen.rows[row] for row in rows],
            _("Key"): [seen.columns[column] for column in columns],
            _("Weight"): weights_LM.ravel(),
        },
        numbers=numbers,
        row_title=_(ROWS[seen.kind]),
        column_title=_(COLUMNS[seen.kind]),
        dark=st.context.theme.type == "dark",
    )


def difference(found: Compared, kind: Kind, setup: str) -> Picture:
    row, column = found.largest()
    first, second = found.both_RC[:, row, column]
    rows, columns = np.indices(found.difference_RC.shape).reshape(2, -1)
    return Picture.of(
        "compared-difference",
        difference_figure,
        {
            "found.difference_RC": found.difference_RC,
            "found.rows": found.rows,
            "found.columns": found.columns,
        },
        setup=setup,
        said=_(
            "The largest difference: “{query}” looks at “{key}” with {first} in the first and "
            "{second} in the second, {difference}. On average over {count} pairs of words a weight "
            "differs by {mean}."
        ).format(
            query=found.rows[row],
            key=found.columns[column],
            first=f"{first:.2f}",
            second=f"{second:.2f}",
            difference=f"{second - first:+.2f}",
            count=found.difference_RC.size,
            mean=f"{np.abs(found.difference_RC).mean():.3f}",
        ),
        table={
            _("Query"): [found.rows[row] for row in rows],
            _("Key"): [found.columns[column] for column in columns],
            _("First"): found.both_RC[0].ravel(),
            _("Second"): found.both_RC[1].ravel(),
            _("Difference"): found.difference_RC.ravel(),
        },
        row_title=_(ROWS[kind]),
        column_title=_(COLUMNS[kind]),
        dark=st.context.theme.type == "dark",
    )


def rule(found: Compared) -> str:
    """What is compared with what."""
    said = _(
        "Colours of both run from 0 to 1. In the difference, teal is more in the second, orange "
        "more in the first. A word is compared with the same word on the other side, wherever it "
        "stands; a word that took another's place, with that one. A word's weight is the sum over "
        "its pieces when it is looked at, the mean over its pieces when it looks."
    )
    if not found.alone:
        return said
    alone = _("Only one side has these, so they are left out of the difference: {words}.")
    words = ", ".join(found.alone[:MOST_NAMED]) + " ..." * (len(found.alone) > MOST_NAMED)
    return f"{said} " + literal(alone.format(words=words))
