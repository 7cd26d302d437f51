"""CTranslate2 reads what is exported, and computes the same."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from transformer import Translator
from transformer.__main__ import main
from transformer.decoding_benchmark import own_sentences
from transformer.errors import UsageError
from transformer.export import export, import_ctranslate2
from transformer.tokenizer import Tokens
from transformer.translator import MODELS, log_softmax

SENTENCES = 200


def loaded(folder: Path) -> Any:
    return import_ctranslate2().Translator(
        str(folder), device="cpu", compute_type="float32", inter_threads=1, intra_threads=1
    )


@pytest.fixture(scope="module")
def small() -> Translator:
    return Translator.load(MODELS / "small", "cpu")


@pytest.fixture(scope="module")
def exported(small: Translator, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("exported")
    export(small, folder)
    return loaded(folder)


@pytest.fixture(scope="module")
def sources(small: Translator) -> list[Tokens]:
    return [small.tokenizer.encode(text) for text in own_sentences()[:SENTENCES]]


def test_greedy_output_is_the_same(small: Translator, exported: Any, sources: list[Tokens]) -> None:
    theirs = exported.translate_batch(
        [source.pieces for source in sources],
        beam_size=1,
        max_batch_size=4000,
        batch_type="tokens",
    )
    ours = [found[0].pieces for found in small.search_batch(sources, 1)]
    alike = sum(
        one[:-1] == tuple(other.hypotheses[0]) for one, other in zip(ours, theirs, strict=True)
    )
    assert alike >= SENTENCES - 1


def test_log_probabilities_are_the_same(
    small: Translator, exported: Any, sources: list[Tokens]
) -> None:
    for source, other in itertools.pairwise(sources[:8]):
        target = small.search_batch([other], 1)[0][0]  # also of another sentence: unlikely pieces
        logits_LV = small.model.trace(source.ids, target.ids).logits_LV
        ours = log_softmax(logits_LV)[range(len(target.ids)), target.ids]
        scored = exported.score_batch([source.pieces], [target.pieces[:-1]])[0]
        assert tuple(scored.tokens) == target.pieces
        assert scored.log_probs == pytest.approx(ours.tolist(), abs=1e-4)


def test_widths_that_differ_are_exported_too(translator: Translator, tmp_path: Path) -> None:
    source, target = (translator.tokenizer.encode(text) for text in ("Le chat.", "The cat"))
    export(translator, tmp_path)
    logits_LV = translator.model.trace(source.ids, target.ids).logits_LV
    ours = log_softmax(logits_LV)[range(len(target.ids)), target.ids]
    scored = loaded(tmp_path).score_batch([source.pieces], [target.pieces[:-1]])[0]
    assert scored.log_probs == pytest.approx(ours.tolist(), abs=1e-4)


def test_the_command_writes_a_folder(
    model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    line = ["export", "--model", str(model_folder), "--format", "ctranslate2", "--out", str(out)]
    assert main(line) == 0
    assert str(out) in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} >= {"model.bin", "config.json", "tokenizer.model"}


def test_a_recurrent_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        export(Translator.load(MODELS / "rnn", "cpu"), tmp_path)
