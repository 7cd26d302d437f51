"""Another factor on the scores, as a visitor sees it."""

import re

import pytest

from transformer.edits import ScaleScores


def log_probabilities(visitor) -> list[float]:
    return visitor.app.dataframe[0].value.iloc[:, 1].tolist()


def test_the_models_own_factor_changes_nothing(visit) -> None:
    visitor = visit("scale", {"factor": "1"})
    assert any(line.value == "Not one word has changed." for line in visitor.app.text)
    before, after = log_probabilities(visitor)
    assert before == after


@pytest.mark.parametrize("scope", ["model", "kind", "layer", "head"])
def test_the_scope_says_which_scores_are_scaled(visit, shipped, scope) -> None:
    query = {"factor": "0.25", "scope": scope, "kind": "cross", "layer": "2", "head": "3"}
    visitor = visit("scale", query)
    edit = ScaleScores(
        0.25 * shipped.model.config.d_k**-0.5,
        kind=None if scope == "model" else "cross",
        layer=1 if scope in ("layer", "head") else None,
        head=2 if scope == "head" else None,
    )
    plain = shipped.translate(visitor.box)
    trace = shipped.model.trace(plain.source.ids, plain.target.ids, [edit])
    log_probability = shipped.log_probability(trace, plain.target)
    assert log_probabilities(visitor)[1] == pytest.approx(log_probability, abs=1e-3)
    assert visitor.query == {name: query[name] for name in visitor.query}


def test_without_division_rows_are_sharper(visit) -> None:
    said = next(line.value for line in visit("scale").app.text if "entropy" in line.value)
    own, changed = (float(number) for number in re.findall(r"\d\.\d{3}", said))
    assert changed < own
