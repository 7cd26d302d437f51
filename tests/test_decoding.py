"""The cache, the batch and the beam change how a sentence is found, never what it is worth."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from transformer import UsageError
from transformer.data import make_batch
from transformer.decoding import Hypothesis, beam_search, greedy_search, search
from transformer.model import Transformer
from transformer.ranking import largest, likeliest
from transformer.tokenizer import BEGIN, END

SOURCE = st.lists(st.integers(4, 10), min_size=0, max_size=7).map(lambda ids: [*ids, END])
SOURCES = [[5, 6, 7, 8, 9, END], [4, END], [10, 9, 4, END], [7, 7, 7, 7, 7, 7, 7, 7, END]]
MODELS = pytest.mark.parametrize("seed", [1, 2, 3])


def log_probabilities(model: Transformer, source, target) -> torch.Tensor:  # type: ignore[no-untyped-def]
    """Of every piece of the target, by one teacher-forced pass."""
    batch = make_batch([source], [target])
    with torch.inference_mode():
        logits = model.logits(model(batch.source_BM, batch.lengths_B, batch.target_in_BL))
    return logits.log_softmax(-1)[0, range(len(target)), list(target)]


def step_by_step(model: Transformer, source: list[int], target: list[int]) -> torch.Tensor:
    """Logits of every step on the fast path."""
    source_BM, lengths = torch.tensor([source]), torch.tensor([len(source)])
    with torch.inference_mode():
        cache = model.start(source_BM, lengths)
        read = [BEGIN, *target[:-1]]
        return torch.cat([model.step(torch.tensor([id]), cache) for id in read])


@given(SOURCE, SOURCE)
def test_cached_steps_replay_and_training_pass_agree(
    make_model, source: list[int], target: list[int]
) -> None:
    model = make_model()
    stepped = step_by_step(model, source, target)
    replayed = torch.tensor(model.trace(source, target).logits_LV)
    torch.testing.assert_close(stepped, replayed, atol=1e-4, rtol=1e-4)
    for end in range(1, len(target) + 1):  # without a cache, every step is a pass of its own
        batch = make_batch([source], [target[:end]])
        full = model.logits(model(batch.source_BM, batch.lengths_B, batch.target_in_BL))[0, -1]
        torch.testing.assert_close(stepped[end - 1], full.detach(), atol=1e-4, rtol=1e-4)


@MODELS
@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_greedy_search_is_a_beam_of_one(make_model, seed: int, length_penalty: float) -> None:
    model = make_model(seed)
    for greedy, beam in zip(
        greedy_search(model, SOURCES, length_penalty),
        beam_search(model, SOURCES, 1, length_penalty),
        strict=True,
    ):
        assert [greedy.ids] == [hypothesis.ids for hypothesis in beam]
        assert greedy.score == pytest.approx(beam[0].score, abs=1e-4)


@MODELS
def test_greedy_search_takes_the_likeliest_piece(make_model, seed: int) -> None:
    model = make_model(seed)
    for source, found in zip(SOURCES, greedy_search(model, SOURCES), strict=True):
        best = step_by_step(model, source, list(found.ids)).argmax(-1).tolist()
        limit = 2 * len(source) + 16
        assert best[: limit - 1] == list(found.ids)[: limit - 1]


@MODELS
@pytest.mark.parametrize("beam_size", [1, 2, 4])
def test_a_batch_finds_what_one_by_one_finds(make_model, seed: int, beam_size: int) -> None:
    model = make_model(seed)
    together = search(model, SOURCES, beam_size)
    for source, found in zip(SOURCES, together, strict=True):
        [alone] = search(model, [source], beam_size)
        assert [h.ids for h in found] == [h.ids for h in alone]
        assert [h.score for h in found] == pytest.approx([h.score for h in alone], abs=1e-4)


def test_sentences_of_a_batch_end_at_different_steps(make_model) -> None:
    lengths = {len(h.ids) for h in greedy_search(make_model(1), SOURCES)}
    assert len(lengths) > 1, "or the tests above would not see rows leave the batch"


@MODELS
@pytest.mark.parametrize("beam_size", [1, 4])
def test_the_log_probability_is_that_of_a_teacher_forced_pass(
    make_model, seed: int, beam_size: int
) -> None:
    model = make_model(seed)
    for source, found in zip(SOURCES, search(model, SOURCES, beam_size), strict=True):
        for hypothesis in found:
            forced = float(log_probabilities(model, source, hypothesis.ids).sum())
            assert hypothesis.log_probability == pytest.approx(forced, abs=1e-3)


@MODELS
def test_hypotheses_are_distinct_sorted_and_finished(make_model, seed: int) -> None:
    for found in search(make_model(seed), SOURCES, 4, length_penalty=0.6):
        assert len({h.ids for h in found}) == len(found) == 4
        assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)
        for hypothesis in found:
            assert hypothesis.ids[-1] == END and END not in hypothesis.ids[:-1]
            length = len(hypothesis.ids)
            expected = hypothesis.log_probability / ((5 + length) / 6) ** 0.6
            assert hypothesis.score == pytest.approx(expected)


def plain_beam_search(model: Transformer, source: list[int], beam_size: int) -> list[Hypothesis]:
    """As a textbook has it: no cache, no batch, every beginning read again at every step."""
    begun, finished = [((), 0.0)], []
    for length in range(1, 2 * len(source) + 17):
        grown = []
        for ids, total in begun:
            logits = torch.tensor(model.trace(source, [*ids, END]).logits_LV[-1])
            for id, more in enumerate(logits.log_softmax(-1).tolist()):
                if length < 2 * len(source) + 16 or id == END:
                    grown.append(((*ids, id), total + more))
        grown.sort(key=lambda beginning: -beginning[1])
        finished += [Hypothesis.rated(*found) for found in grown[:beam_size] if found[0][-1] == END]
        begun = [beginning for beginning in grown if beginning[0][-1] != END][:beam_size]
        if len(finished) >= beam_size:
            break
    return sorted(finished, key=lambda hypothesis: -hypothesis.score)[:beam_size]


@MODELS
def test_beam_search_is_a_plain_one_done_fast(make_model, seed: int) -> None:
    model, sources = make_model(seed), SOURCES[:3]
    with torch.no_grad():  # </s> comes early and often, so that beginnings leave the beam
        model.embedding.weight[END] += 3 * model.decoder_norm.bias
    for source, found in zip(sources, beam_search(model, sources, 3), strict=True):
        expected = plain_beam_search(model, source, 3)
        assert [h.ids for h in found] == [h.ids for h in expected]
        assert [h.score for h in found] == pytest.approx([h.score for h in expected], abs=1e-4)


@MODELS
def test_a_beam_wide_enough_finds_every_translation(make_model, seed: int) -> None:
    model, source = make_model(seed, vocabulary=5, max_length=3), [4, 4, END]
    words = [id for id in range(5) if id != END]
    every = [
        Hypothesis.rated([*ids, END], float(log_probabilities(model, source, [*ids, END]).sum()))
        for length in range(3)
        for ids in itertools.product(words, repeat=length)
    ]
    every.sort(key=lambda hypothesis: -hypothesis.score)
    [found] = beam_search(model, [source], 64)
    assert [h.ids for h in found] == [h.ids for h in every]
    assert [h.score for h in found] == pytest.approx([h.score for h in every], abs=1e-4)


@pytest.mark.parametrize("beam_size", [1, 4])
def test_a_translation_ends_at_its_limit(make_model, beam_size: int) -> None:
    model = make_model(max_length=9)
    with torch.no_grad():
        model.embedding.weight[END] = -10 * model.decoder_norm.bias  # never likely
    for found in search(model, [[5, END], [6, 7, 8, 9, 4, 5, END]], beam_size):
        assert found and all(len(h.ids) == 9 and h.ids[-1] == END for h in found)


@pytest.mark.parametrize("beam_size", [0, -1, 33, 2.0, "4", None])
def test_an_impossible_beam_is_refused(make_model, beam_size: object) -> None:
    with pytest.raises(UsageError, match="whole number from 1 to 32"):
        search(make_model(), SOURCES, beam_size)


@pytest.mark.parametrize("count", [1, 2, 8])
def test_the_largest_of_a_table_are_the_largest(count: int) -> None:
    torch.manual_seed(count)
    for rows_BN in (torch.randn(3, 1000), torch.randn(2, 1001), torch.randn(1, 40 * 16).cumsum(1)):
        values, places = largest(rows_BN, count)
        expected = rows_BN.topk(count)
        assert torch.equal(values, expected.values) and torch.equal(places, expected.indices)


def test_only_what_can_be_is_among_the_largest() -> None:
    rows_BN = torch.full((2, 1000), -torch.inf)
    rows_BN[0, 999] = rows_BN[1, 3] = -1.0
    values, places = largest(rows_BN, 4)
    assert places[:, 0].tolist() == [999, 3] and values[:, 0].tolist() == [-1.0, -1.0]


def test_the_likeliest_is_the_first_of_the_largest() -> None:
    rows_BN = torch.randn(5, 300)
    rows_BN[1, [7, 70]] = rows_BN[2, 0] = rows_BN[3, 299] = 9.0
    rows_BN[4] = -torch.inf
    values, places = likeliest(rows_BN)
    assert torch.equal(values, rows_BN.amax(-1))
    assert places[1:].tolist() == [7, 0, 299, 0] and places[0] == rows_BN[0].argmax()
