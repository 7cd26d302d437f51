"""Query, key, value, as a visitor sees them."""

import base64

import numpy as np
import pytest

from pages.shared.stage import DEPTHS
from transformer import KINDS


def numbers(matrix, *shape) -> np.ndarray:
    return np.frombuffer(base64.b64decode(matrix["values"]), np.float32).reshape(shape)


@pytest.mark.parametrize("kind", KINDS)
def test_the_three_products_prove_themselves(visit, kind) -> None:
    visitor = visit("roles", {"kind": kind, "layer": "2", "head": "5"})
    steps = visitor.component("product")["steps"]
    assert [step["parts"][2] for step in steps] == ["Q", "K", "V"]
    assert all(agrees and line.startswith("✓") for line, agrees in (s["proof"] for s in steps))
    assert len(visitor.app.get("plotly_chart")) == 2  # with and without W_Q and W_K


@pytest.mark.parametrize("kind", KINDS)
def test_the_browser_gets_what_the_model_computed(visit, shipped, kind) -> None:
    visitor = visit("roles", {"kind": kind, "layer": "2", "head": "5"})
    data = visitor.component("product")
    heads = shipped.translate(visitor.box).trace.sublayer(kind, 1).heads
    for letter, own in (
        ("Q", heads.query_HLK[4]),
        ("K", heads.key_HMK[4]),
        ("V", heads.value_HMK[4]),
    ):
        np.testing.assert_allclose(numbers(data["matrices"][letter], *own.shape), own, atol=1e-6)
    for step in data["steps"]:
        counts = [data["axes"][name]["count"] for name in step["axes"]]
        left, top, result = (data["matrices"][name] for name in step["parts"])
        product = numbers(left, *counts[:2]).astype(float) @ numbers(top, *counts[1:])
        np.testing.assert_allclose(product, numbers(result, counts[0], counts[2]), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_each_sentence_travels_once_and_is_named_as_the_source(visit, kind) -> None:
    visitor = visit("roles", {"kind": kind})
    inputs = {step["parts"][0] for step in visitor.component("product")["steps"]}
    sources = visitor.component("role_sources")["sources"]
    assert len(inputs) == len(sources) == (2 if kind == "cross" else 1)
    assert [role for source in sources for role in source["roles"]] == ["query", "key", "value"]
    french = ["▁Le" in source["pieces"] for source in sources]
    assert french == {"encoder": [True], "decoder": [False], "cross": [False, True]}[kind]


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_depth_shows_its_own_kind_of_thing(visit, depth) -> None:
    app = visit("roles", {"depth": depth}).app
    names = [part.proto.component_name for part in app.get("bidi_component")]
    shown = {
        "picture": 3 * names.count("product"),
        "numbers": len(app.dataframe),
        "formula": len(app.get("latex")),
        "code": len(app.code),
    }
    assert shown == {name: 3 if name == depth else 0 for name in DEPTHS}
    assert "role_sources" in names


def test_the_chosen_query_and_key_are_lit(visit) -> None:
    axes = visit("roles", {"query": "3", "key": "200"}).component("product")["axes"]
    assert axes["query"]["chosen"] == 2
    assert axes["key"]["chosen"] == axes["key"]["count"] - 1


def test_the_head_stands_beside_what_it_would_be_without_its_matrices(visit, shipped) -> None:
    visitor = visit("roles", {"kind": "encoder", "layer": "1", "head": "1"})
    text = next(t.value for t in visitor.app.text if "percent" in t.value)
    trace = shipped.translate(visitor.box).trace
    own = np.diagonal(trace.encoder[0].self_attention.heads.weights_HLM[0]).mean()
    assert f"gives itself {round(100 * float(own))}." in text
