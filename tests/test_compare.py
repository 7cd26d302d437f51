"""Models side by side: every sentence is in one bucket, and the numbers are those of the files."""

import json
import shutil
from pathlib import Path

import pytest

from transformer import UsageError
from transformer.__main__ import main
from transformer.compare import EDGES, Comparison, bucket_of, compare
from transformer.data import Pair
from transformer.evaluate import score


@pytest.fixture
def runs(model_folder: Path, tmp_path: Path) -> list[Path]:
    """The same model twice, with two logs; the first of them ends with the higher loss."""
    folders = []
    for name, losses in (("one", (3.0, 2.0)), ("two", (2.5, 1.5))):
        folder = shutil.copytree(model_folder, tmp_path / name)
        lines = [
            {"step": i, "loss": 4, "dev_loss": loss, "cpu_seconds": 10 * i, "pairs": 100 * i}
            for i, loss in enumerate(losses, start=1)
        ]
        (folder / "training.jsonl").write_text("\n".join(map(json.dumps, lines)))
        folders.append(folder)
    return folders


def test_the_buckets_follow_the_number_of_words() -> None:
    found = [bucket_of(" ".join(["mot"] * words)) for words in range(1, 30)]
    assert found == sorted(found) and set(found) == set(range(len(EDGES) + 1))
    assert [found.index(number) + 1 for number in range(1, len(EDGES) + 1)] == list(EDGES)


def test_all_is_scored_and_every_sentence_is_in_one_bucket(
    runs: list[Path], pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    english = dict(pairs)
    monkeypatch.setattr(
        "transformer.compare.translate_all", lambda _, texts, beam: [english[t] for t in texts]
    )
    found = compare(runs, pairs, "some.tsv", "cpu")
    assert sum(bucket.sentences for bucket in found.buckets) == len(pairs)
    for bucket in found.buckets:
        inside = [p for p in pairs if bucket.low <= len(p[0].split()) <= (bucket.high or 99)]
        assert len(inside) == bucket.sentences
    for model in found.models:
        assert model.bleu == pytest.approx(100) and model.bucket_bleu == pytest.approx(
            [100] * len(found.buckets)
        )
        assert model.pairs_per_cpu_second == 10
    assert found.worst_dev_loss == 2.0
    assert [m.cpu_seconds_to_worst for m in found.models] == pytest.approx([20, 15])


def test_the_command_keeps_what_it_prints(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, path = tmp_path / "few.tsv", tmp_path / "found.json"
    data.write_text("Où ?\tWhere?\nUn chat noir dort ici sans bruit.\tA cat sleeps.\n")
    command = ["compare", *map(str, runs), "--device", "cpu", "--data", str(data)]
    assert main([*command, "--out", str(path)]) == 0
    found = Comparison.load(path)
    assert "\n".join(found.report()) == capsys.readouterr().out.strip()
    assert [model.name for model in found.models] == ["one", "two"]
    assert found.models[0].bleu == found.models[1].bleu


def test_a_log_without_processor_time_is_compared_all_the_same(
    runs: list[Path], tmp_path: Path
) -> None:
    log = runs[0] / "training.jsonl"
    log.write_text(log.read_text().replace("cpu_seconds", "seconds"))
    found = compare(runs[:1], [("Où ?", "Where?")], "few.tsv", "cpu")
    found.save(tmp_path / "found.json")
    assert "NaN" not in (tmp_path / "found.json").read_text()
    again = Comparison.load(tmp_path / "found.json").models[0]
    assert again.cpu_seconds != again.cpu_seconds and again.bleu == found.models[0].bleu


def test_a_damaged_comparison_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "found.json").write_text('{"models": 3}')
    with pytest.raises(UsageError, match="comparison of models"):
        Comparison.load(tmp_path / "found.json")


def test_a_bucket_is_scored_as_a_corpus_of_its_own() -> None:
    assert score(["the cat sat here"], ["the cat sat here"]).bleu == pytest.approx(100)
