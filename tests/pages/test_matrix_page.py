"""All scores at once, as a visitor sees them; and what the component refuses to draw."""

import base64
import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest

from pages.shared.components.product import PRODUCT_LABELS, Axis, Matrix, Step, product
from pages.shared.examples import EXAMPLES, SMALLEST
from pages.shared.product import _choose
from pages.shared.stage import DEPTHS
from transformer import KINDS

ONES = np.ones((2, 3), dtype=np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_all_four_steps_prove_themselves(visit, kind) -> None:
    visitor = visit("matrix", {"kind": kind, "layer": "2", "head": "3", "query": "4", "key": "2"})
    steps = visitor.component("product")["steps"]
    assert [step["operation"] for step in steps] == ["product", "divide", "softmax", "product"]
    assert all(agrees and line.startswith("✓") for line, agrees in (s["proof"] for s in steps))


def test_what_the_mask_hides_is_marked(visit) -> None:
    masked = visit("matrix", {"kind": "decoder"}).component("product")
    count = masked["axes"]["query"]["count"]
    for name in ("S′", "A"):
        hidden = np.frombuffer(base64.b64decode(masked["matrices"][name]["hidden"]), np.uint8)
        np.testing.assert_array_equal(hidden.reshape(count, count), 1 - np.tri(count))
    assert not visit("matrix").component("product")["matrices"]["A"]["hidden"]


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_depth_shows_its_own_kind_of_thing(visit, depth) -> None:
    app = visit("matrix", {"depth": depth}).app
    names = [part.proto.component_name for part in app.get("bidi_component")]
    shown = {
        "picture": 4 * names.count("product"),
        "numbers": len(app.dataframe),
        "formula": len(app.get("latex")),
        "code": len(app.code),
    }
    assert shown == {name: 4 if name == depth else 0 for name in DEPTHS}


def test_the_smallest_example_has_3_queries_and_4_keys(visit, shipped) -> None:
    trace = shipped.translate(SMALLEST.text).trace
    assert trace.sublayer("cross", 0).heads.weights_HLM.shape[1:] == (3, 4)
    assert SMALLEST in EXAMPLES
    visitor = visit("matrix", {"kind": "encoder"})
    visitor.app.button(key="smallest").click().run()
    assert visitor.box == SMALLEST.text
    axes = visitor.component("product")["axes"]
    assert (axes["query"]["count"], axes["key"]["count"]) == (3, 4)
    assert visitor.query == {"text": SMALLEST.text}  # cross-attention is the default
    assert "3 x 4" in visitor.component("product")["steps"][0]["said"]


def test_the_smallest_example_is_ours(visit) -> None:
    data = Path(__file__).parents[3] / "shared" / "data"
    if not data.exists():
        pytest.skip("the corpora are kept beside the repository, not in it")
    wanted = _letters(SMALLEST.text)
    for file in data.glob("*.tsv*"):
        assert wanted not in {_letters(french) for french in _french(file)}, file.name


def test_a_click_chooses_the_query_and_the_key_of_every_page(monkeypatch) -> None:
    state: dict[str, int] = {}
    monkeypatch.setattr("streamlit.session_state", state)
    _choose({"query": 2, "key": 0})
    assert state == {"query": 3, "key": 1}


MATRICES = {
    "left": Matrix("X", ONES, "input"),
    "top": Matrix("W", np.ones((3, 4), dtype=np.float32), "learned", "learned"),
    "result": Matrix("Q", np.ones((2, 4), dtype=np.float32), "computed"),
}
AXES = {"rows": Axis(2, 0), "inner": Axis(3, 0), "columns": Axis(4, 0)}
STEP = Step("product", tuple(MATRICES), tuple(AXES), "Title", "Said.", "X · W = Q", ("✓", True))
LABELS = dict.fromkeys(PRODUCT_LABELS, "said")


def draw(matrices=MATRICES, axes=AXES, step=STEP, labels=LABELS) -> None:
    product(matrices, axes, [step], labels=labels, key="p")


@pytest.mark.parametrize("name", MATRICES)
def test_a_matrix_of_another_shape_is_refused(name) -> None:
    wrong = dataclasses.replace(MATRICES[name], values=np.ones((5, 5)))
    with pytest.raises(ValueError, match=rf"{name} must have shape .* got \(5, 5\)"):
        draw(MATRICES | {name: wrong})


@pytest.mark.parametrize("operation", ["divide", "softmax"])
def test_source_and_result_must_have_one_shape(operation) -> None:
    step = dataclasses.replace(
        STEP, operation=operation, parts=("left", "result"), axes=("rows", "inner")
    )
    with pytest.raises(ValueError, match="result must have shape"):
        draw(step=step)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(bad) -> None:
    with pytest.raises(ValueError, match="finite"):
        draw(MATRICES | {"left": Matrix("X", bad * ONES, "input")})


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no other"):
        draw(step=dataclasses.replace(STEP, axes=("rows", "other", "columns")))


@pytest.mark.parametrize("missing", PRODUCT_LABELS)
def test_a_missing_label_is_named(missing) -> None:
    labels = {name: text for name, text in LABELS.items() if name != missing}
    with pytest.raises(ValueError, match=f"missing: {missing}$"):
        draw(labels=labels)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _french(file: Path):
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        yield from (line.partition("\t")[0] for line in lines)
