"""The comparison compares like with like, and times what it says."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
import torch

from transformer import Translator, decoding_benchmark, engines
from transformer.__main__ import main
from transformer.decoding import search
from transformer.decoding_benchmark import Decoded, own_sentences
from transformer.engines import ENGINES, OURS, PLAIN, TRACE, load_engine, seconds_of
from transformer.errors import UsageError
from transformer.plain import Plain
from transformer.results import load_results
from transformer.translator import MODELS, default_model


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few sentences, and no process of its own for each program."""
    monkeypatch.setattr(decoding_benchmark, "CASES", ((1, 1), (3, 2)))
    monkeypatch.setattr(decoding_benchmark, "ONE_BY_ONE", 2)
    monkeypatch.setattr(decoding_benchmark, "peak_megabytes", lambda *_: 1.5)

    def here(*settings):  # type: ignore[no-untyped-def]
        return nullcontext(partial(seconds_of, load_engine(*settings)))

    monkeypatch.setattr(decoding_benchmark, "apart", here)


def test_our_sentences_are_all_different() -> None:
    found = own_sentences()
    assert len(set(found)) == len(found) >= 2000
    assert found == own_sentences()


def test_plain_pytorch_translates_alike(make_model) -> None:
    model = make_model(d_k=8)  # heads times d_k is d_model
    sources = [[5, 7, 9, 3], [4, 3], [6, 6, 8, 10, 4, 3]]
    for source in sources:
        found, ours = Plain(model).greedy([source])[0], search(model, [source], 1)[0][0].ids
        assert tuple(found[:-1]) == ours[:-1]  # ours must end at the limit
    assert len(Plain(model).greedy(sources)) == len(sources)


def test_pytorch_cannot_have_every_shape(make_model) -> None:
    with pytest.raises(UsageError, match="heads times d_k"):
        Plain(make_model())


def test_every_program_translates_the_same_sentences(translator: Translator) -> None:
    seen: dict[str, list[str]] = {OURS: [], TRACE: []}

    def engine(name):
        def time(batches, beam):
            seen[name] += [source.text for batch in batches for source in batch]
            return 0.5

        return time

    sources = [translator.tokenizer.encode(text) for text in own_sentences()[:12]]
    cases = decoding_benchmark.CASES
    rows = list(decoding_benchmark.measure({n: engine(n) for n in seen}, sources, 2, cases))
    assert [(row.engine, row.at_once) for row in rows] == [(OURS, 1), (TRACE, 1), (OURS, 3)]
    assert all(len(row.seconds) == 2 and min(row.seconds) > 0 for row in rows)
    assert seen[TRACE] == [source.text for source in sources[:6]]
    assert seen[OURS] == seen[TRACE] + [source.text for source in sources[:9]]
    with pytest.raises(UsageError, match="different sentences"):
        list(decoding_benchmark.measure({OURS: engine(OURS)}, sources[:8], 2, cases))


def test_the_command_prints_a_table_and_keeps_the_numbers(
    tmp_path: Path, make_model, tokenizer, capsys: pytest.CaptureFixture[str]
) -> None:
    from transformer.checkpoint import save_model

    model = make_model(vocabulary=len(tokenizer), max_length=256, d_k=8)
    save_model(tmp_path / "model", model.config, tokenizer, model.state_dict())
    out, threads = tmp_path / "found.json", torch.get_num_threads()
    try:
        line = ["benchmark", "decoding", "--model", str(tmp_path / "model"), "--threads", "1"]
        assert main([*line, "--rounds", "1", "--out", str(out)]) == 0
    finally:
        torch.set_num_threads(threads)
    printed = capsys.readouterr().out
    machine, rows = load_results(out, Decoded, "decoding")
    assert machine.threads == 1
    assert {row.engine for row in rows if row.at_once == 1} == set(ENGINES)
    assert {row.engine for row in rows if row.beam == 2} == set(ENGINES) - {PLAIN, TRACE}
    assert all(name in printed for name in ENGINES)


@pytest.mark.parametrize("option", ["--rounds", "--threads", "--at-once"])
def test_nothing_to_measure_is_one_line(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "decoding", option, "0"]) == 2
    assert "at least 1" in capsys.readouterr().err


@pytest.mark.skipif(not engines.STATUS.exists(), reason="the system does not tell")
def test_memory_is_that_of_a_new_process(monkeypatch, model_folder: Path) -> None:
    monkeypatch.undo()
    weights = MODELS / default_model() / "model.safetensors"
    sources = [Translator.load(device="cpu").tokenizer.encode("Le chat cherche la fenêtre.")]
    found = engines.peak_megabytes(OURS, None, model_folder, sources, 1)
    assert found is not None and found > weights.stat().st_size / 1e6
