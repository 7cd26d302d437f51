"""One score by hand, as a visitor sees it."""

import pytest

from pages.shared.stage import DEPTHS
from transformer import KINDS


def proofs(visitor) -> list[str]:
    return [line.value for line in visitor.app.markdown if "recomputed" in line.value]


@pytest.mark.parametrize("kind", KINDS)
def test_all_five_steps_prove_themselves(visit, kind) -> None:
    visitor = visit("score", {"kind": kind, "layer": "2", "head": "3", "query": "4", "key": "2"})
    assert len(proofs(visitor)) == 5
    assert all(line.startswith(":green[✓") for line in proofs(visitor))


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_depth_shows_its_own_kind_of_thing(visit, depth) -> None:
    app = visit("score", {"depth": depth}).app
    shown = {
        "picture": len(app.get("plotly_chart")),
        "numbers": len(app.dataframe),
        "formula": len(app.get("latex")),
        "code": len(app.code),
    }
    assert shown == {name: 5 if name == depth else 0 for name in DEPTHS}


def test_positions_beyond_a_short_sentence_are_brought_back(visit) -> None:
    visitor = visit("score", {"text": "Oui.", "query": "200", "key": "150"})
    assert len(proofs(visitor)) == 5
    assert visitor.app.session_state["key"] <= 5
