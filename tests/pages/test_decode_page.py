"""Decoding step by step, as a visitor sees it."""

import base64
import json

import numpy as np

SENTENCE = "Ma voisine a vendu trois vieilles chaises."


def press(visitor, key):
    next(button for button in visitor.app.button if button.key == key).click().run()


def large(visitor):
    return next(text.value for text in visitor.app.text if "→" in text.value)


def drawn(visitor, name):
    (chart,) = (c for c in visitor.app.get("plotly_chart") if c.proto.id.endswith(f"-chart_{name}"))
    return json.loads(chart.proto.spec)


def test_buttons_go_back_and_forward_and_stop_at_both_ends(visit, shipped) -> None:
    visitor = visit("decode", {"text": SENTENCE, "t": "2"})
    pieces = shipped.translate(SENTENCE).target.pieces
    for key, step in (("step_on", 3), ("step_back", 2), ("step_back", 1)):
        press(visitor, key)
        assert visitor.app.session_state["t"] == step
        read = " ".join(("<s>", *pieces[: step - 1]))
        assert large(visitor) == f"Read: {read} → written: {pieces[step - 1]}"
    buttons = {button.key: button for button in visitor.app.button}
    assert buttons["step_back"].disabled and not buttons["step_on"].disabled
    proofs = [line.value for line in visitor.app.markdown if "recomputed" in line.value]
    assert len(proofs) == 3 and all(line.startswith(":green[✓") for line in proofs)


def test_rows_to_come_are_empty_and_what_the_mask_closes_is_hatched(visit, shipped) -> None:
    visitor = visit("decode", {"text": SENTENCE, "t": "3", "layer": "2", "head": "5"})
    heat, closed = drawn(visitor, "decoder-rows")["data"]
    z = np.frombuffer(base64.b64decode(heat["z"]["bdata"]), heat["z"]["dtype"])
    shown = z.reshape([int(n) for n in heat["z"]["shape"].split(",")])
    weights = shipped.translate(SENTENCE).trace.sublayer("decoder", 1).heads.weights_HLM[4]
    seen = np.tri(*shown.shape, dtype=bool) & (np.arange(len(shown)) < 3)[:, None]
    assert np.isnan(shown[~seen]).all()
    np.testing.assert_allclose(shown[seen], weights[seen], atol=1e-6)
    corners = np.array([value for value in closed["x"] if value is not None], dtype=float)
    assert corners.reshape(3, 5).min(1).tolist() == [0.5, 1.5, 2.5], "right of what each row read"
    assert closed["fillpattern"]["shape"] == "/"


def test_edits_and_a_step_too_many_are_followed(visit) -> None:
    link = {"text": SENTENCE, "edits": "off.cross.3.all_hide.2", "english": "My chair.", "t": "99"}
    visitor = visit("decode", link)
    assert visitor.app.session_state["t"] == 4 and "</s>" in large(visitor)
    proofs = [line.value for line in visitor.app.markdown if "recomputed" in line.value]
    assert len(proofs) == 3 and all(line.startswith(":green[✓") for line in proofs)
