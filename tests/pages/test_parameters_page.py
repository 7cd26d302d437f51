"""What is learned: the counts agree, any tensor can be seen, and a recurrent model has its own."""

import pytest

from transformer.analysis.parameters import TYPICAL
from transformer.checkpoint import new_model, save_model
from transformer.config import ARCHITECTURES, RecurrentConfig

PAYLOAD = 300_000  # bytes of a figure


def test_the_counts_agree(visit, shipped):
    own = sum(parameter.numel() for parameter in shipped.model.parameters())
    visitor = visit("parameters")
    (proof,) = (line.value for line in visitor.app.markdown if "✓" in line.value)
    assert proof.count(f"{own:,}") == 3


@pytest.mark.parametrize(
    ("tensor", "part"),
    [("embedding.weight", "256"), ("decoder.1.feed_forward.shrink.weight", "9"), ("no such", "1")],
)
def test_any_part_of_any_tensor_is_small_enough_to_send(visit, tensor, part):
    visitor = visit("parameters", {"tensor": tensor, "down": part, "across": part})
    assert visitor.sentences == []
    charts = visitor.app.get("plotly_chart")
    assert len(charts) == 4
    assert all(len(chart.proto.spec) < PAYLOAD for chart in charts)
    chosen = visitor.app.session_state["tensor"]
    assert chosen == (TYPICAL if tensor == "no such" else tensor)
    assert any(chosen in code.value for code in opened(visitor, "tensor"))


def opened(visitor, name):
    visitor.app.session_state[f"take_{name}"] = True
    visitor.app.run()
    return visitor.app.code


@pytest.mark.parametrize("path", ["parameters", "wordmap"])
def test_a_recurrent_model_has_tensors_and_words_too(visit, shipped, monkeypatch, tmp_path, path):
    arch = ARCHITECTURES[-1]
    config = RecurrentConfig.preset(arch, "tiny", vocabulary=len(shipped.tokenizer))
    model = new_model(config)
    save_model(tmp_path / "lstm", config, shipped.tokenizer, model.state_dict())
    (tmp_path / "default").write_text("lstm")
    monkeypatch.setattr("transformer.translator.MODELS", tmp_path)
    monkeypatch.setattr("pages.shared.translation.MODELS", tmp_path)
    visitor = visit(path)
    assert visitor.sentences == []
    assert len(visitor.app.get("plotly_chart")) >= 3
    assert any("✓" in line.value for line in visitor.app.markdown)
