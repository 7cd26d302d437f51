"""The picture that unfolds says at once what does not fit, before the browser is asked."""

import numpy as np
import pytest

from pages.shared.components import UNFOLD_LABELS, unfold
from pages.shared.components.unfold import NEEDED

LABELS = {name: name for name in UNFOLD_LABELS}


def boxes(**changes):
    """The boxes that have to be there, the one named "memory" changed."""
    made = [
        {"name": name, "kind": name, "parent": "", "open": False}
        | {part: "" for part in ("title", "note", "said", "mark")}
        for name in NEEDED
    ]
    return [box | changes if box["name"] == "memory" else box for box in made]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "model"}, "two boxes named model"),
        ({"name": "elsewhere"}, "missing: memory"),
        ({"parent": "target"}, "memory must stand behind the one it lies in, target"),
        ({"values": np.ones(3)}, "values of memory must be a matrix"),
        ({"values": np.array([[1.0, np.nan]])}, "values of memory must be a matrix"),
    ],
    ids=str,
)
def test_boxes_that_cannot_be_drawn_are_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        unfold(boxes(**changes), labels=LABELS, key="u")


@pytest.mark.parametrize("missing", UNFOLD_LABELS)
def test_a_missing_label_is_named(missing):
    labels = {name: name for name in UNFOLD_LABELS if name != missing}
    with pytest.raises(ValueError, match=f"missing: {missing}$"):
        unfold(boxes(), labels=labels, key="u")
