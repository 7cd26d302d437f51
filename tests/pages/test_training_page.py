"""Training, as a visitor sees it: what the log and the snapshots hold."""

import shutil

from transformer.analysis.training import read_log, read_snapshots, sharpness
from transformer.translator import MODELS, default_model


def said(visitor) -> str:
    return "\n".join(chart.proto.alt for chart in visitor.app.get("plotly_chart"))


def test_the_numbers_said_are_those_of_the_files(visit) -> None:
    folder = MODELS / default_model()
    log, snapshots = read_log(folder / "training.jsonl"), read_snapshots(folder / "snapshots")
    first = said(visit("training", {"snapshot": "1", "kind": "encoder", "layer": "2"}))
    assert f"from {log.dev_loss[0]:.3f} to {log.dev_loss[-1]:.3f}" in first
    for snapshot in (snapshots[0], snapshots[-1]):
        assert f"{sharpness(snapshot.weights('encoder')[1])[0]:.2f}" in first
    assert "After 0 steps" in first


def test_a_snapshot_that_is_not_there_is_brought_back(visit) -> None:
    visitor = visit("training", {"snapshot": "200", "clock": "minutes"})
    assert visitor.query == {"clock": "minutes"}  # the last of eight is the default


def test_a_model_that_was_not_watched_says_so(visit, monkeypatch, tmp_path) -> None:
    name = default_model()
    copied = tmp_path / name
    copied.mkdir()
    shutil.copy(MODELS / name / "training.jsonl", copied)
    monkeypatch.setattr("transformer.translator.MODELS", tmp_path)
    monkeypatch.setattr("pages.shared.sentence_bar.shipped_models", lambda: [name])
    monkeypatch.setattr("pages.shared.link.shipped_models", lambda: [name])
    visitor = visit("training")
    assert visitor.sentences == []
    assert any("has no attention that could have been watched" in t.value for t in visitor.app.text)
