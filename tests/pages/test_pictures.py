"""Every figure brings its values, its files and Python that draws the same figure again."""

import base64
import csv
import io
import json
import re

import numpy as np
import pytest

from pages import VIEWS
from pages.shared.notebook import cell_of
from pages.shared.picture import Picture
from transformer.figures.score import products_figure

PATHS = [view.path for view in VIEWS if view.folder != "lessons"]  # those have no figure
VALUES = np.array([0.1, -2.5, 1 / 3], dtype=np.float32)


def opened(visitor):
    """The visitor with every figure's expander open; the names of the figures in their order."""
    ids = [expander.proto.id for expander in visitor.app.expander]
    names = [id.partition("-take_")[2] for id in ids if "-take_" in id]
    for name in names:
        visitor.app.session_state[f"take_{name}"] = True
    visitor.app.run()
    return names


def drawn_on(visitor, name):
    """What Plotly was given to draw the figure of that name."""
    (chart,) = (
        chart
        for chart in visitor.app.get("plotly_chart")
        if chart.proto.id.endswith(f"-chart_{name}")
    )
    return json.loads(chart.proto.spec)["data"]


@pytest.mark.parametrize("path", PATHS)
def test_every_figure_is_drawn_again_by_its_cell(visit, path) -> None:
    visitor = visit(path, {"text": "L'élève dit : « Oui ! »"})
    names = opened(visitor)
    cells = [code.value for code in visitor.app.code if code.value.endswith("\nfigure")]
    assert len(cells) == len(names) == len(visitor.app.get("plotly_chart")) > 0
    for name, cell in zip(names, cells, strict=True):
        found: dict = {}
        exec(cell, found)
        assert json.loads(found["figure"].to_json())["data"] == drawn_on(visitor, name), name


@pytest.mark.parametrize("path", PATHS)
def test_every_figure_has_a_table(visit, path) -> None:
    visitor = visit(path)
    before = len(visitor.app.dataframe)
    names = opened(visitor)
    assert visitor.sentences == []
    tables = [table.value for table in visitor.app.dataframe]
    assert len(tables) == before + len(names)
    assert all(len(table) and len(table.columns) for table in tables)


@pytest.fixture
def picture():
    return Picture.of(
        "products",
        products_figure,
        {"values": VALUES},
        setup="values = 3",
        said="One <b>is</b> larger.",
        table={"key": ["a,b", 'c"d', "e\nf"], "value": VALUES},
        dark=True,
        title="Products",
        axis="</script>",
    )


def test_the_csv_holds_every_value_to_the_last_bit(picture) -> None:
    header, *rows = csv.reader(io.StringIO(picture.csv()))
    assert header == ["key", "value"]
    assert [row[0] for row in rows] == ["a,b", 'c"d', "e\nf"]
    np.testing.assert_array_equal(np.array([row[1] for row in rows], dtype=np.float32), VALUES)


def test_the_html_needs_no_network_and_holds_the_values(picture) -> None:
    page = picture.html()
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
    sorted_values = VALUES[np.argsort(-np.abs(VALUES))]
    assert base64.b64encode(sorted_values.tobytes()).decode() in page.replace("\\u003d", "=")
    assert "One &lt;b&gt;is&lt;/b&gt; larger." in page
    assert "products_figure(" in page


def test_what_is_taken_away_is_light_even_from_a_dark_page(picture) -> None:
    assert picture.draw(dark=True).layout.font.color != picture.draw().layout.font.color
    assert "dark" not in picture.cell


def test_a_cell_imports_what_it_names() -> None:
    cell = cell_of(products_figure, ["values"], {"title": "it's", "axis": ""}, "values = [1.0]")
    assert "translator" not in cell
    found: dict = {}
    exec(cell.replace("[1.0]", "__import__('numpy').ones(3)"), found)
    assert found["figure"].layout.title.text == "it&#x27;s"
