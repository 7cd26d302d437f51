"""Speed, as a visitor sees it: the numbers are those of the shipped measurements."""

from itertools import count

import pytest

from pages.shared.speed import BENCHMARKS
from transformer.analysis.layer_costs import self_attention_cost
from transformer.config import ModelConfig
from transformer.timings import Measured, Sample


def test_the_times_said_are_the_shipped_ones(visit) -> None:
    visitor = visit("speed", {"timed": "training", "batch": "2048", "length": "512"})
    curves = Measured.load(BENCHMARKS / "recurrence.json").curves("training", 2048)
    said = next(chart.proto.alt for chart in visitor.app.get("plotly_chart"))
    length = int(said.split()[0])
    for curve in curves.values():
        assert f"{1000 * curve.at([length])[0]:.0f} ms" in said
    multiplications = self_attention_cost(512, ModelConfig.preset("5m")).multiplications
    assert any(f"{multiplications:,}" in line.value for line in visitor.app.markdown)


def test_a_measurement_is_kept_while_the_visitor_looks_around(visit, monkeypatch) -> None:
    ticks = count(1)

    def pretend(cases, rounds, device, at_most):
        for case in [*cases, *cases]:
            yield Sample(case, float(next(ticks)), 0.5)

    monkeypatch.setattr("transformer.benchmark.measure", pretend)
    visitor = visit("speed")
    before = len(visitor.app.get("plotly_chart"))
    visitor.app.button(key="measure_now").click().run()
    assert visitor.sentences == []
    assert len(visitor.app.get("plotly_chart")) == before + 1
    visitor.pick("timed", "training")  # of which there is no measurement
    assert len(visitor.app.get("plotly_chart")) == before
    visitor.pick("timed", "reading")
    assert len(visitor.app.get("plotly_chart")) == before + 1


@pytest.mark.parametrize("missing", [True, False])
def test_the_comparison_is_shown_if_it_is_there(visit, monkeypatch, tmp_path, missing) -> None:
    path = tmp_path / "models.json"
    if not missing:
        path.write_text(COMPARISON, encoding="utf-8")
    monkeypatch.setattr("pages.recurrence.compared.MODELS_COMPARED", path)
    visitor = visit("speed")
    assert visitor.sentences == []
    said = [line.value for line in visitor.app.text]
    assert missing == any("is not here" in line for line in said)
    assert missing != any("Highest BLEU: Transformer, 40.0" in line for line in said)


COMPARISON = """
{"data": "some.tsv", "beam_size": 4, "bleu_signature": "b", "chrf_signature": "c",
 "machine": {"processor": "p", "device": "cpu", "cores": 2, "threads": 1, "torch": "2"},
 "worst_dev_loss": 1.5, "buckets": [[1, 4, 10], [5, 0, 20]], "models": [
  {"name": "rnn", "arch": "rnn", "parameters": 5, "bleu": 30.0, "chrf": 50.0,
   "bucket_bleu": [30, 20], "bucket_chrf": [50, 40], "sentences_per_second": 9.0,
   "kept_bytes": 99, "steps": 7, "pairs": 70, "dev_loss": 1.5, "cpu_seconds": 60.0,
   "cpu_seconds_to_worst": 60.0},
  {"name": "t", "arch": "transformer", "parameters": 5, "bleu": 40.0, "chrf": 60.0,
   "bucket_bleu": [40, 30], "bucket_chrf": [60, 50], "sentences_per_second": 9.0,
   "kept_bytes": 99, "steps": 7, "pairs": 70, "dev_loss": 1.2, "cpu_seconds": null,
   "cpu_seconds_to_worst": null}]}
"""
