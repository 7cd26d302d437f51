"""Why divide?, as a visitor sees it: every number is that of its seed."""

import re

import pytest

from transformer.analysis.scaling import (
    WIDTHS,
    divide,
    draw_products,
    draw_rows,
    measure_rows,
    softmax,
    spread,
    taken_over,
)

DEFAULTS = {"width": "100", "draws": "5000", "law": "normal", "keys": "10", "seed": 254}


def metrics(visitor) -> list[tuple[str, str, str]]:
    return [(metric.label, metric.value, metric.delta) for metric in visitor.app.metric]


def choices(visitor):
    return {name: visitor.app.session_state[name] for name in DEFAULTS}


def said(visitor, beginning: str) -> list[str]:
    return [line.value for line in visitor.app.text if line.value.startswith(beginning)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("law", ["normal", "uniform", "coin"])
def test_the_large_numbers_are_measured(visit, theme, law) -> None:
    visitor = visit("simulation", {"width": "64", "draws": "1000", "law": law}, theme=theme)
    assert visitor.sentences == []
    place = WIDTHS.index(64)
    found = draw_products(1000, DEFAULTS["seed"], law)
    raw, scaled = spread(found.scores_SW[:, place]), spread(found.scaled_SW[:, place])
    values = [value for _label, value, _delta in metrics(visitor)][:3]
    assert values == [
        f"{raw.variance:.2f}",
        f"{raw.variance**0.5:.3f}",
        f"{scaled.variance:.3f}",
    ]
    assert f"standard error {raw.error:.2f}" in metrics(visitor)[0][2]
    assert len(visitor.app.get("plotly_chart")) == 9


def test_the_standard_deviations_of_two_and_a_hundred_are_said(visit) -> None:
    (sentence,) = said(visit("simulation"), "The variance follows")
    found = spread(draw_products(5_000, DEFAULTS["seed"]).scores_SW)
    for width, root in ((2, "1.41"), (100, "10")):
        measured = found.variance[WIDTHS.index(width)] ** 0.5
        assert f"{measured:.2f} for d_k = {width} (√{width} = {root})" in sentence
        assert measured == pytest.approx(width**0.5, rel=0.05)


def test_the_three_scores_are_the_first_drawn(visit) -> None:
    raw, scaled = said(visit("simulation", {"seed": "4"}), "d_k = 2: the scores")
    scores = draw_rows(3, 4)[0]
    for sentence, values in ((raw, scores), (scaled, divide(scores))):
        shown = [float(number) for number in re.findall(r"-?\d+\.\d+", sentence)]
        expected = []
        for width in (2, 100):
            row = values[:, WIDTHS.index(width)]
            expected += [*row.round(1), *softmax(row).round(2)]
        assert shown == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("keys", ["3", "50"])
def test_where_one_key_takes_over_is_measured(visit, keys) -> None:
    shown = metrics(visit("simulation", {"keys": keys}))[3:]
    scores = draw_rows(int(keys), DEFAULTS["seed"])
    shares = taken_over(measure_rows(scores))
    assert shown[0][1] == f"d_k = {WIDTHS[int((shares > 0.5).argmax())]}"
    assert shown[1][1] == "never"
    assert f"{100 * shares[-1]:.1f} percent at d_k = 1024" in shown[0][2]


def test_draw_again_changes_the_seed_and_the_address(visit) -> None:
    visitor = visit("simulation")
    before = metrics(visitor)
    visitor.app.button(key="draw_again").click().run()
    assert visitor.query == {"seed": "255"}
    assert metrics(visitor) != before
    assert metrics(visit("simulation", visitor.query)) == metrics(visitor)
    visitor.app.number_input(key="seed").set_value(DEFAULTS["seed"]).run()
    assert visitor.query == {}
    assert metrics(visitor) == before


def test_the_last_seed_is_followed_by_the_first(visit) -> None:
    visitor = visit("simulation", {"seed": "9999"})
    visitor.app.button(key="draw_again").click().run()
    assert visitor.query == {"seed": "0"}


@pytest.mark.parametrize(
    "query",
    [
        {"width": "3"},
        {"width": "-1"},
        {"width": "1e3"},
        {"draws": "1000000000"},
        {"draws": ""},
        {"law": "cauchy"},
        {"keys": "1000"},
        {"seed": "-1"},
        {"seed": "10000"},
        {"seed": "x"},
        {"seed": "9" * 5000},
    ],
    ids=lambda query: str(query)[:40],
)
def test_a_damaged_link_falls_back(visit, query) -> None:
    visitor = visit("simulation", query)
    assert visitor.sentences == []
    assert choices(visitor) == DEFAULTS
    assert visitor.query == {}


def test_choices_travel_in_the_address(visit) -> None:
    query = {"width": "8", "draws": "2000", "law": "coin", "keys": "5", "seed": "12"}
    visitor = visit("simulation", query)
    assert visitor.query == query
    assert choices(visitor) == query | {"seed": 12}
    visitor.open("measured")
    assert visitor.query == query


def test_one_width_alone_is_not_compared_with_itself(visit) -> None:
    raw, _scaled = said(visit("simulation", {"width": "2"}), "d_k = 2: the scores")
    assert raw.count("the scores") == 1
