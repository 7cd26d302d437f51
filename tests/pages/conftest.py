"""A visitor of the app without a browser, and the shipped model to compare with."""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from pages import VIEWS
from transformer import Translator

ROOT = Path(__file__).parents[2]
# What the browser shows as it is: text, and what our components and Plotly are given as data.
PLAIN = {"text", "code", "text_input", "text_area", "bidi_component", "plotly_chart", "arrow"}


class Chart(NamedTuple):
    """What the large picture of the attention page shows, worked out as heads.js does."""

    z: np.ndarray
    rows: list[str]
    columns: list[str]
    row_title: str
    column_title: str
    stretch: bool
    said: str


class Plot(NamedTuple):
    """A Plotly heat map."""

    z: np.ndarray
    rows: list[str]
    columns: list[str]
    zmax: float
    colours: list[tuple[float, str]]
    alt: str


class Visitor:
    """One visitor: opens an address, picks and types, and reads what is shown."""

    def __init__(self, path: str = "", query: Mapping[str, Any] | None = None, **context: str):
        self.app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        self.app.context = {"locale": "en-US", "theme": "light"} | context
        self.app.context["url"] = f"http://localhost/{path}"
        self.app.query_params.update(query or {})
        if path:
            self.app.switch_page(_script(path))
        self.app.run()

    def open(self, path: str) -> None:
        """A click in the list of pages, which leaves the address bare."""
        self.app.context["url"] = f"http://localhost/{path}"
        self.app.query_params.clear()
        self.app.switch_page(_script(path)).run()

    def pick(self, key: str, value: Any) -> None:
        widgets = [*self.app.button_group, *self.app.toggle, *self.app.selectbox]
        next(widget for widget in widgets if widget.key == key).set_value(value).run()

    def type(self, text: str) -> None:
        self.app.text_input(key="text").set_value(text)
        self.app.button[0].click().run()

    @property
    def query(self) -> dict[str, Any]:
        return dict(self.app.query_params)

    @property
    def box(self) -> str:
        return str(self.app.text_input(key="text").value)

    @property
    def sentences(self) -> list[str]:
        """What stands in coloured boxes: hints, warnings and errors."""
        app = self.app
        return [box.value for box in (*app.info, *app.warning, *app.error, *app.exception)]

    @property
    def weights(self) -> np.ndarray:
        """What the browser has of every layer: the weights of its heads, and last their mean."""
        data = self.component("heads")
        kind = "<u2" if data["steps"] > 255 else np.uint8
        steps = np.frombuffer(base64.b64decode(data["weights"]), kind)
        shape = [data["layers"], data["heads"] + 1, len(data["rows"]), len(data["columns"])]
        return (steps.reshape(shape) + 0.5) / data["steps"]

    @property
    def chart(self) -> Chart:
        data = self.component("heads")
        labels, (layer, head), mean = data["labels"], data["selected"], data["mean"]
        drawn = -1 if mean else head
        row, column, weight = data["links"][layer][drawn]
        return Chart(
            self.weights[layer, drawn],
            data["rows"],
            data["columns"],
            labels["row_title"],
            labels["column_title"],
            data["stretch"],
            labels["mean_sentence" if mean else "sentence"].format(
                kind=labels["kind"],
                layer=layer + 1,
                head=head + 1,
                heads=data["heads"],
                query=data["rows"][row],
                key=data["columns"][column],
                weight=weight,
            ),
        )

    def plot(self, name: str = "attention-head") -> Plot:
        """The Plotly figure of that name, with the expander that holds it opened."""
        self.app.session_state[f"take_{name}"] = True
        self.app.run()
        (chart,) = self.app.get("plotly_chart")
        spec = json.loads(chart.proto.spec)
        (trace,), layout = spec["data"], spec["layout"]
        z = np.frombuffer(base64.b64decode(trace["z"]["bdata"]), trace["z"]["dtype"])
        shape = [int(length) for length in trace["z"]["shape"].split(",")]
        names = layout["yaxis"]["ticktext"], layout["xaxis"]["ticktext"]
        return Plot(z.reshape(shape), *names, trace["zmax"], trace["colorscale"], chart.proto.alt)

    def component(self, name: str) -> dict[str, Any]:
        """The data that the component of that name was given."""
        (data,) = (
            json.loads(part.proto.json)
            for part in self.app.get("bidi_component")
            if part.proto.component_name == name
        )
        return data

    def interpreted(self) -> Iterator[str]:
        """Every string in elements whose text the browser reads as Markdown or HTML."""
        for element in (*self.app.main, *self.app.sidebar):
            if element.type not in PLAIN and getattr(element, "proto", None) is not None:
                yield from _strings(MessageToDict(element.proto))

    def said(self) -> Iterator[str]:
        """Every sentence and label that a reader sees outside the components."""
        app = self.app
        for element in (*app.header, *app.subheader, *app.markdown, *app.caption, *app.text):
            yield element.value
        for widget in (*app.button_group, *app.toggle, *app.selectbox, *app.button):
            yield widget.label
        yield from self.sentences
        for chart in app.get("plotly_chart"):
            yield chart.proto.alt
        for table in app.dataframe:
            yield from table.value.columns
        if any(part.proto.component_name == "heads" for part in app.get("bidi_component")):
            labels = self.component("heads")["labels"]
            yield from (text for text in labels.values() if "{" not in text)
            yield self.chart.said


def _script(path: str) -> str:
    return next(view.script for view in VIEWS if view.path == path)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


@pytest.fixture(scope="session")
def alike() -> set[str]:
    """What French writes as English does: these words, and nothing else."""
    return {
        "+ position",
        "+ position {position}",
        "Attention",
        "attention",
        "Code",
        "Dimension",
        "dimension",
        "dimension {number}",
        "Feed-forward",
        "id",
        "LayerNorm",
        "logit",
        "logits",
        "position",
        "Positions",
        "Score",
        "score",
        "Softmax",
        "Transformer",
    }


@pytest.fixture(scope="session")
def visit() -> type[Visitor]:
    """``visit("attention", {"head": "3"}, theme="dark")`` opens the app at that address."""
    return Visitor


@pytest.fixture(scope="session")
def shipped() -> Translator:
    """The shipped model, apart from the one that the app holds."""
    return Translator.load(device="cpu")
