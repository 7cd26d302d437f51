"""The recurrent models: their arithmetic, and that they fit where the Transformer fits."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from transformer import ModelConfig, TrainConfig, Translator, UsageError
from transformer.archive import load_trace, origin_of, save_trace
from transformer.checkpoint import load_model, save_model
from transformer.config import STATES, RecurrentConfig
from transformer.data import make_batch
from transformer.decoding import beam_search, greedy_search, search
from transformer.edits import ScaleScores
from transformer.model import Transformer
from transformer.recurrent import Recurrent
from transformer.tokenizer import BEGIN, END, Tokenizer
from transformer.trace import Trace
from transformer.trainer import Trainer

CPU = torch.device("cpu")
SENTENCES = st.lists(st.integers(4, 10), max_size=6)
SOURCES = [[5, 6, 7, 8, 9, END], [4, END], [10, 9, 4, END], [7, 7, 7, 7, 7, 7, 7, 7, END]]
MakeRecurrent = Callable[..., Recurrent]
every_arch = pytest.mark.parametrize("arch", STATES)


@pytest.fixture(scope="session")
def make_recurrent() -> MakeRecurrent:
    """``make_recurrent("birnn", seed=1, vocabulary=11, ...)``: every parameter random."""

    def make(arch: str, seed: int = 1, **changes: int | float) -> Recurrent:
        shape = dict(d_model=12, d_state=20, layers=2, vocabulary=11, max_length=60)
        torch.manual_seed(seed)
        model = Recurrent(RecurrentConfig(arch, **{**shape, **changes}))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter += 0.3 * torch.randn_like(parameter)
            model.embedding.weight *= 2  # or random states would hardly differ
        return model.eval()

    return make


@pytest.fixture(scope="module", params=STATES)
def translator(request, make_recurrent: MakeRecurrent, tokenizer: Tokenizer) -> Translator:
    """One of each kind, with random weights."""
    model = make_recurrent(request.param, vocabulary=len(tokenizer), max_length=256)
    return Translator(model, tokenizer, request.param)


def close(*arrays: np.ndarray | torch.Tensor, tolerance: float = 1e-5) -> None:
    one, other = (
        array.detach() if isinstance(array, torch.Tensor) else torch.tensor(array)
        for array in arrays
    )
    torch.testing.assert_close(one, other, atol=tolerance, rtol=tolerance)


def logits(model: Recurrent, sources: list[list[int]], targets: list[list[int]]) -> torch.Tensor:
    batch = make_batch(sources, targets)
    with torch.inference_mode():
        return model.logits(model(batch.source_BM, batch.lengths_B, batch.target_in_BL))


# -- the encoder ------------------------------------------------------------------------------


def single(layer: nn.LSTM, direction: str) -> nn.LSTM:
    """One direction of a layer as a network of its own."""
    alone = nn.LSTM(layer.input_size, layer.hidden_size, batch_first=True)
    suffix = "_reverse" if direction == "backward" else ""
    weights = layer.state_dict()
    alone.load_state_dict({name: weights[name + suffix] for name in alone.state_dict()})
    return alone


@pytest.mark.parametrize("arch", ["birnn", "birnn-attention"])
def test_both_directions_are_two_single_ones_joined(
    make_recurrent: MakeRecurrent, arch: str
) -> None:
    model = make_recurrent(arch)
    source = torch.tensor([SOURCES[0]])
    with torch.inference_mode():
        read = model.encode(source, torch.tensor([source.shape[1]]))
        below = model.embed(source)
        for number, layer in enumerate(model.encoder):
            forward, (last, cell) = single(layer, "forward")(below)
            backward, (first, first_cell) = single(layer, "backward")(below.flip(1))
            below = torch.cat([forward, backward.flip(1)], dim=-1)
            close(read.states[number], below)
            close(read.last[number], torch.cat([last[0], first[0]], dim=-1))
            close(read.cells[number], torch.cat([cell[0], first_cell[0]], dim=-1))


def test_one_direction_reads_from_left_to_right(make_recurrent: MakeRecurrent) -> None:
    model = make_recurrent("rnn")
    long, short = torch.tensor([[5, 6, 7, 8]]), torch.tensor([[5, 6]])
    whole, beginning = (model.encode(ids, torch.tensor([ids.shape[1]])) for ids in (long, short))
    for longer, shorter in zip(whole.states, beginning.states, strict=True):
        close(longer[:, :2], shorter)


@every_arch
@given(st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=4))
def test_padding_changes_nothing(
    make_recurrent: MakeRecurrent, arch: str, pairs: list[tuple[list[int], list[int]]]
) -> None:
    model = make_recurrent(arch)
    sources = [[*source, END] for source, _ in pairs]
    targets = [[*target, END] for _, target in pairs]
    together = logits(model, sources, targets)
    for row, source, target in zip(together, sources, targets, strict=True):
        close(row[: len(target)], logits(model, [source], [target])[0], tolerance=1e-4)


@every_arch
def test_the_sum_of_gradients_does_not_see_padding(
    make_recurrent: MakeRecurrent, arch: str
) -> None:
    model = make_recurrent(arch)
    sources, targets = [[5, END], [6, 7, 8, 9, END]], [[4, 5, END], [6, END]]

    def gradients(chosen: list[tuple[list[int], list[int]]]) -> list[torch.Tensor]:
        model.zero_grad()
        batch = make_batch(*(list(side) for side in zip(*chosen, strict=True)))
        out = model(batch.source_BM, batch.lengths_B, batch.target_in_BL)
        out[batch.target_out_BL != 0].square().sum().backward()
        return [p.grad.clone() for p in model.parameters() if p.grad is not None]

    pairs = list(zip(sources, targets, strict=True))
    alone = [gradients([pair]) for pair in pairs]
    for both, *parts in zip(gradients(pairs), *alone, strict=True):
        close(both, sum(parts), tolerance=1e-3)


@every_arch
def test_nothing_of_the_source_but_the_last_state_reaches_a_decoder_without_attention(
    make_recurrent: MakeRecurrent, arch: str
) -> None:
    model = make_recurrent(arch)
    cache = model.start(torch.tensor([SOURCES[0]]), torch.tensor([len(SOURCES[0])]))
    assert (cache.memory is not None) == (arch == "birnn-attention")
    assert [state.shape for state in cache.states] == [(1, 20)] * 2


# -- attention --------------------------------------------------------------------------------


def test_additive_attention_is_its_formula(make_recurrent: MakeRecurrent) -> None:
    attention = make_recurrent("birnn-attention").attention
    assert attention is not None
    torch.manual_seed(2)
    states, asking = torch.randn(2, 5, 20), torch.randn(2, 3, 20)
    mask = torch.tensor([[[True] * 5], [[True, True, True, False, False]]])
    context, weights, scores = attention(asking, attention.remember(states, mask))
    w_q, w_k, v = (layer.weight for layer in (attention.query, attention.key, attention.score))
    for b, length in ((0, 5), (1, 3)):
        for row in range(3):
            raw = torch.stack(
                [v[0] @ torch.tanh(w_q @ asking[b, row] + w_k @ key) for key in states[b]]
            )
            close(scores[b, row], raw)
            close(weights[b, row, :length], raw[:length].softmax(-1))
            assert not weights[b, row, length:].any(), "padding gets nothing"
            close(context[b, row], weights[b, row] @ states[b])


@given(SENTENCES, SENTENCES)
def test_attention_rows_sum_to_one(
    make_recurrent: MakeRecurrent, source: list[int], target: list[int]
) -> None:
    trace = make_recurrent("birnn-attention").trace([*source, END], [*target, END])
    weights = trace.additive().weights_LM
    assert weights.shape == (len(target) + 1, len(source) + 1)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    top = np.concatenate([trace.forward[-1].state_MS, trace.backward[-1].state_MS], -1)
    close(trace.additive().context_LS, weights @ top)


# -- decoding ---------------------------------------------------------------------------------


@every_arch
@given(SENTENCES, SENTENCES)
def test_steps_trace_and_training_pass_agree(
    make_recurrent: MakeRecurrent, arch: str, source: list[int], target: list[int]
) -> None:
    model = make_recurrent(arch)
    source, target = [*source, END], [*target, END]
    with torch.inference_mode():
        cache = model.start(torch.tensor([source]), torch.tensor([len(source)]))
        read = [torch.tensor([id]) for id in (BEGIN, *target[:-1])]
        stepped = torch.cat([model.step(id, cache) for id in read])
    assert cache.length == len(target)
    close(stepped, logits(model, [source], [target])[0], tolerance=1e-4)
    close(stepped, model.trace(source, target).logits_LV, tolerance=1e-4)


@every_arch
@pytest.mark.parametrize("seed", [1, 2])
def test_greedy_search_takes_the_likeliest_piece_step_by_step(
    make_recurrent: MakeRecurrent, arch: str, seed: int
) -> None:
    model = make_recurrent(arch, seed)
    for source, found in zip(SOURCES, greedy_search(model, SOURCES), strict=True):
        best = logits(model, [source], [list(found.ids)])[0].argmax(-1).tolist()
        limit = 2 * len(source) + 16
        assert best[: limit - 1] == list(found.ids)[: limit - 1]
        assert found.ids[-1] == END


@every_arch
@pytest.mark.parametrize("beam_size", [1, 2, 4])
def test_a_batch_finds_what_one_by_one_finds(
    make_recurrent: MakeRecurrent, arch: str, beam_size: int
) -> None:
    model = make_recurrent(arch, 3)
    for source, found in zip(SOURCES, search(model, SOURCES, beam_size), strict=True):
        [alone] = search(model, [source], beam_size)
        assert [h.ids for h in found] == [h.ids for h in alone]
        assert [h.score for h in found] == pytest.approx([h.score for h in alone], abs=1e-4)
        for hypothesis in found:
            rows = logits(model, [source], [list(hypothesis.ids)])[0].log_softmax(-1)
            total = float(rows[range(len(hypothesis.ids)), list(hypothesis.ids)].sum())
            assert hypothesis.log_probability == pytest.approx(total, abs=1e-3)


@every_arch
def test_greedy_search_is_a_beam_of_one(make_recurrent: MakeRecurrent, arch: str) -> None:
    model = make_recurrent(arch)
    beams = beam_search(model, SOURCES, 1)
    assert [h.ids for h in greedy_search(model, SOURCES)] == [found[0].ids for found in beams]


# -- records ----------------------------------------------------------------------------------


def test_a_trace_has_what_there_is(translator: Translator) -> None:
    found = translator.translate("L'homme cherche la fenêtre.")
    trace, arch = found.recurrent, translator.model.config.arch
    french, english = len(found.source.ids), len(found.target.ids)
    assert trace.source_embedding_MD.shape == (french, 12)
    assert [layer.state_LS.shape for layer in trace.decoder] == [(english, 20)] * 2
    each = 20 if arch == "rnn" else 10
    assert [layer.state_MS.shape for layer in trace.forward] == [(french, each)] * 2
    assert len(trace.backward) == (0 if arch == "rnn" else 2)
    assert set(trace.maps()) == ({"cross"} if arch == "birnn-attention" else set())
    assert found.score == found.search.hypotheses[0].score
    assert found.search.steps[0].rank >= 1
    for layer, (reading, writing) in enumerate(zip(trace.forward, trace.decoder, strict=True)):
        last = [reading.state_MS[-1]]
        if trace.backward:
            last.append(trace.backward[layer].state_MS[0])
        close(writing.initial_S, np.concatenate(last))


def test_the_decoded_states_give_the_logits(translator: Translator) -> None:
    found = translator.translate("Où ?", target="The old man").recurrent
    top = found.decoder[-1].state_LS
    if found.attention:
        top = np.concatenate([top, found.additive().context_LS], -1)
    with torch.inference_mode():
        decoded = translator.model.output(torch.tensor(top))
        close(found.decoded_LD, decoded, tolerance=1e-4)
        close(found.logits_LV, translator.model.logits(decoded), tolerance=1e-4)


def test_what_a_recurrent_model_does_not_have_is_said(translator: Translator) -> None:
    found = translator.translate("Où ?", beam_size=1)
    for ask in (
        lambda: found.trace,
        lambda: translator.transformer,
        lambda: translator.projections("cross", 0),
        lambda: translator.positions(3),
        lambda: translator.translate("Où ?", edits=[ScaleScores(1.0)]),
        lambda: translator.model.trace([5, END], [END], [ScaleScores(1.0)]),
    ):
        with pytest.raises(UsageError, match="recurrent network: it has no heads"):
            ask()
    if translator.model.config.arch != "birnn-attention":
        with pytest.raises(UsageError, match="has no attention"):
            found.recurrent.additive()


def test_a_transformer_has_no_recurrent_states(tokenizer: Tokenizer, make_model) -> None:
    found = Translator(make_model(vocabulary=len(tokenizer)), tokenizer).translate("Où ?")
    assert isinstance(found.record, Trace) and found.trace is found.record
    with pytest.raises(UsageError, match="is a Transformer: it has no recurrent states"):
        _ = found.recurrent


def test_a_trace_is_written_and_read(translator: Translator, tmp_path: Path) -> None:
    found = translator.translate("Où ?", beam_size=1)
    with (tmp_path / "trace.npz").open("wb") as file:
        count = save_trace(file, found, origin_of(translator, found))
    arrays, origin = load_trace(tmp_path / "trace.npz")
    assert len(arrays) == count and origin["model"] == translator.name
    np.testing.assert_array_equal(arrays["decoder.1.state_LS"], found.recurrent.decoder[1].state_LS)
    assert ("attention.0.weights_LM" in arrays) == bool(found.recurrent.attention)


# -- sizes, folders and training --------------------------------------------------------------


def test_models_of_one_size_have_about_as_many_parameters() -> None:
    with torch.device("meta"):
        models = [Transformer(ModelConfig.preset("5m"))]
        models += [Recurrent(RecurrentConfig.preset(arch, "5m")) for arch in STATES]
    counts = [sum(parameter.numel() for parameter in model.parameters()) for model in models]
    assert counts == [5_466_624, 5_542_656, 5_616_384, 5_499_392]
    assert all(2 * count < 12_000_000 for count in counts), "bytes in half precision"


def test_a_folder_is_read_back(translator: Translator, tmp_path: Path) -> None:
    model = translator.model
    save_model(tmp_path, model.config, translator.tokenizer, model.state_dict())
    loaded, _ = load_model(tmp_path, CPU)
    assert isinstance(loaded, Recurrent) and loaded.config == model.config
    for name, weight in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], weight.half().float()), name
    again = Translator.load(tmp_path, "cpu").translate("Où ?", target="The old man")
    before = translator.translate("Où ?", target="The old man")
    assert again.score == pytest.approx(before.score, abs=0.05)


@pytest.mark.parametrize(
    ("arch", "exact"), [("rnn", 0.8), ("birnn", 0.85), ("birnn-attention", 0.95)]
)
def test_a_copy_task_is_learned_in_seconds(tmp_path: Path, arch: str, exact: float) -> None:
    words = "un deux trois quatre cinq six sept huit neuf dix".split()
    draw = random.Random(5)
    sentences = [" ".join(draw.choices(words, k=draw.randint(1, 5))) for _ in range(2980)]
    held_out = sorted(set(sentences[2900:]) - set(sentences[:2900]))
    tokenizer = Tokenizer.learn(sentences, 300)
    torch.manual_seed(1)
    shape = RecurrentConfig(arch, 64, 64, layers=1, dropout=0.0, vocabulary=len(tokenizer))
    run = Trainer(
        tmp_path,
        Recurrent(shape),
        tokenizer,
        {"copies": [(line, line) for line in sentences[:2900]]},
        [],
        TrainConfig(
            mix=(("copies", 1.0),), tokens_per_batch=600, warmup_steps=50, learning_rate=1e-2
        ),
        lambda *_: None,
    )
    run.run(steps=350)
    found = Translator(run.learner.averaged(), tokenizer).translate_batch(held_out, beam_size=1)
    right = sum(line.text == text for line, text in zip(found, held_out, strict=True))
    assert right / len(held_out) > exact
    drawn = list((tmp_path / "snapshots").glob("*.npz"))
    assert bool(drawn) == (arch == "birnn-attention"), "where there is attention to watch"


def test_packing_agrees_with_torch_for_one_sentence() -> None:
    """The library's own promise, on which the encoder relies."""
    layer = nn.LSTM(3, 4, batch_first=True, bidirectional=True)
    x = torch.randn(2, 5, 3)
    packed = pack_padded_sequence(x, torch.tensor([5, 2]), batch_first=True, enforce_sorted=False)
    _, (last, _) = layer(packed)
    _, (alone, _) = layer(x[1:, :2])
    close(last[:, 1:].detach(), alone.detach())
