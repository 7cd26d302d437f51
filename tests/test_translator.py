"""A sentence's whole journey, alone, in batches and in many threads at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from transformer import Translation, Translator, UsageError
from transformer import translator as module
from transformer.data import Pair
from transformer.trace import flatten
from transformer.translator import (
    READ_WHOLE,
    default_model,
    log_softmax,
    pick_device,
    shipped_models,
)

FRENCH = "L'homme cherche « l'étoile »..."
SHORT_TO_LONG = ("Où ?", "La voisine a peint la fenêtre.", "Mon frère n'aime pas.", FRENCH)


@pytest.fixture(scope="module")
def translation(translator: Translator) -> Translation:
    return translator.translate(FRENCH)


def test_a_translation_fits_together(translation: Translation, translator: Translator) -> None:
    best = translation.search.hypotheses[0]
    assert (translation.text, translation.score) == (best.text, best.score)
    assert translation.target.ids == best.ids
    assert translation.target.pieces == best.pieces
    assert translation.source == translator.tokenizer.encode(FRENCH)
    assert translator.tokenizer.decode(best.ids) == best.text == translation.target.text
    assert len(translation.search.hypotheses) == 4


def test_the_trace_counts_the_pieces_of_both_sides(translation: Translation) -> None:
    french, english = len(translation.source.pieces), len(translation.target.pieces)
    assert french != english
    assert translation.trace.weights("cross").shape[-2:] == (english, french)
    assert translation.trace.logits_LV.shape[0] == english


def test_steps_are_the_probabilities_of_the_trace(translation: Translation) -> None:
    steps, logits = translation.search.steps, translation.trace.logits_LV
    probabilities = torch.tensor(logits).softmax(-1).numpy()
    assert [step.piece for step in steps] == list(translation.target.pieces)
    for step, row, id in zip(steps, probabilities, translation.target.ids, strict=True):
        assert step.probability == pytest.approx(row[id], abs=1e-5)
        assert [p for _, p in step.likeliest] == pytest.approx(sorted(row)[:-6:-1], abs=1e-5)
        assert step.rank == 1 + (row > row[id]).sum()
        if step.rank <= 5:
            assert step.likeliest[step.rank - 1][0] == step.piece
    total = sum(np.log(step.probability) for step in steps)
    assert translation.search.hypotheses[0].log_probability == pytest.approx(total, abs=1e-3)


def test_greedy_steps_have_rank_one(translator: Translator) -> None:
    found = translator.translate("Où ?", beam_size=1)
    limit = 2 * len(found.source.ids) + 16
    assert {step.rank for step in found.search.steps[: limit - 1]} == {1}
    assert len(found.search.hypotheses) == 1


def test_the_users_own_english_is_followed(translator: Translator) -> None:
    found = translator.translate(FRENCH, target="The  man looks\u00a0for “the star”…")
    assert found.text == found.target.text == 'The man looks for "the star"...'
    assert found.target.ids == translator.tokenizer.encode(found.text).ids
    [only] = found.search.hypotheses
    total = sum(np.log(step.probability) for step in found.search.steps)
    assert only.log_probability == pytest.approx(total, abs=1e-3)
    assert only.score == pytest.approx(total / ((5 + len(only.ids)) / 6), abs=1e-3)


def test_teacher_forcing_the_winner_gives_its_own_trace_and_score(
    translator: Translator, tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = translator.translate("Où ?", beam_size=2)
    # Random weights write pieces that the tokenizer would cut differently: keep them as they are.
    encode = tokenizer.encode
    monkeypatch.setattr(
        tokenizer, "encode", lambda text: free.target if text == free.text else encode(text)
    )
    forced = translator.translate("Où ?", target=free.text)
    assert forced.score == pytest.approx(free.score, abs=1e-4)
    np.testing.assert_array_equal(forced.trace.logits_LV, free.trace.logits_LV)


@pytest.mark.parametrize("beam_size", [1, 4])
def test_a_batch_translates_as_one_by_one(translator: Translator, beam_size: int) -> None:
    together = translator.translate_batch(SHORT_TO_LONG, beam_size)
    for text, found in zip(SHORT_TO_LONG, together, strict=True):
        alone = translator.translate(text, beam_size)
        assert found.text == alone.text
        assert found.score == pytest.approx(alone.score, abs=1e-4)


def test_many_sentences_keep_their_order(
    translator: Translator, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [french for french, _ in pairs[:12]]
    expected = translator.translate_batch(texts, beam_size=2)
    monkeypatch.setattr("transformer.batching.TOKENS_AT_ONCE", 100)  # many small groups, not one
    assert [found.text for found in translator.translate_batch(texts, beam_size=2)] == [
        found.text for found in expected
    ]
    assert translator.translate_batch([]) == []


@pytest.mark.parametrize("beam_size", [1, 4])
def test_two_cores_find_what_one_does(
    translator: Translator, pairs: list[Pair], beam_size: int
) -> None:
    texts = [french for french, _ in pairs[:20]]
    alone = translator.translate_batch(texts, beam_size)
    torch.set_num_threads(2)
    try:
        found = translator.translate_batch(texts, beam_size)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    assert [one.text for one in found] == [one.text for one in alone]
    assert [one.score for one in found] == pytest.approx([one.score for one in alone], abs=1e-4)


@pytest.mark.parametrize("text", ["", "\x07", "1" * 300])
def test_unreadable_text_is_refused_as_source_target_and_batch(
    translator: Translator, text: str
) -> None:
    for attempt in (
        lambda: translator.translate(text),
        lambda: translator.translate("Où ?", target=text),
        lambda: translator.translate_batch(["Où ?", text]),
    ):
        with pytest.raises(UsageError):
            attempt()


@pytest.mark.parametrize("texts", [["Où ?"], []], ids=["a text", "no text"])
def test_an_impossible_beam_is_refused(translator: Translator, texts: list[str]) -> None:
    with pytest.raises(UsageError, match="The beam must be"):
        translator.translate_batch(texts, beam_size=0)


@pytest.mark.parametrize(
    "text",
    ["שלום עולם", "🦊🇫🇷", "日本語", '<script>alert("x")</script>', "**x** $x$ ![](http://a.fr/b)"],
)
def test_odd_text_is_translated_like_any_other(translator: Translator, text: str) -> None:
    found = translator.translate(text, beam_size=1)
    assert found.source.text == text
    assert found.trace.source_input_MD.shape[0] == len(found.source.pieces)


def test_the_longest_text_is_translated(tokenizer, make_model) -> None:
    small = Translator(make_model(vocabulary=len(tokenizer), max_length=256), tokenizer)
    assert len(small.translate("1" * 254, beam_size=1).source.pieces) == 256


def test_translating_leaves_no_trace_on_the_model(translator: Translator) -> None:
    before = {name: weight.clone() for name, weight in translator.model.state_dict().items()}
    modules = {name: set(vars(part)) for name, part in translator.model.named_modules()}
    first = translator.translate(FRENCH)
    second = translator.translate(FRENCH)
    assert modules == {name: set(vars(part)) for name, part in translator.model.named_modules()}
    assert all(torch.equal(before[n], w) for n, w in translator.model.state_dict().items())
    assert first.trace is not second.trace, "nothing is cached"


def test_four_threads_each_get_their_own_trace(translator: Translator, pairs: list[Pair]) -> None:
    texts = [french for french, _ in pairs[:160:20]]
    alone = [translator.translate(text, beam_size=2) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: translator.translate(text, 2), texts * 4))
    for i, found in enumerate(together):
        expected = alone[i % len(texts)]
        assert (found.source, found.target) == (expected.source, expected.target)
        arrays = flatten(found.trace)
        for name, array in flatten(expected.trace).items():
            np.testing.assert_allclose(arrays[name], array, atol=1e-4, err_msg=name)


def test_log_softmax_survives_large_logits() -> None:
    rows = log_softmax(np.array([[1e4, 0.0], [-1e4, -1e4]], np.float32))
    np.testing.assert_allclose(rows, [[0, -1e4], [np.log(0.5)] * 2])


def test_the_device_can_be_chosen() -> None:
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("auto") == pick_device(None)


@pytest.mark.parametrize("device", ["gpu", "cuda:99", ""])
def test_an_unknown_device_is_refused(device: str) -> None:
    with pytest.raises(UsageError, match=f"'{device}' is not there. Use cpu, cuda or auto."):
        pick_device(device)


def test_shipped_models_begin_with_the_default(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, "MODELS", tmp_path)
    with pytest.raises(UsageError, match="default should name the model"):
        default_model()
    for name in ("alpha", "beta", "gamma"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "default").write_text("beta\n")
    assert shipped_models() == ["beta", "alpha", "gamma"]


def test_a_text_is_its_sentences_each_translated_by_itself(translator: Translator) -> None:
    text = "  La voisine cherche.  Où est l'homme âgé ? " + "chat " * 200
    parts = translator.sentences(text)
    assert "".join(parts) == text and len(parts) > 3
    assert max(len(translator.tokenizer.encode(part).ids) for part in parts) <= READ_WHOLE
    assert max(len(part.strip()) for part in translator.sentences(text, 30)) <= 30
    (found,) = translator.translate_texts([text], beam_size=1)
    alone = translator.translate_batch(parts, beam_size=1)
    assert [sentence.candidates[0].text for sentence in found] == [one.text for one in alone]
    assert [sentence.source.text for sentence in found] == [part.strip() for part in parts]
