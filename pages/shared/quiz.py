"""What each chapter asks, and what the loaded model answers for the sentence at the top."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from pages.shared.sentence import current_text
from pages.shared.speed import BENCHMARKS
from pages.shared.translation import BEAM_SIZE
from transformer import Kind, Translation, Translator, UsageError
from transformer.analysis.loss_by_hand import loss_by_hand
from transformer.analysis.stack import stack
from transformer.analysis.training import read_log, read_snapshots
from transformer.analysis.view import numbered, piece_names, strongest_link, view
from transformer.analysis.wordmap import known_words, nearest
from transformer.benchmark import BATCHES
from transformer.model import Transformer
from transformer.timings import Measured
from transformer.tokenizer import BEGIN
from transformer.translator import MODELS

CHOICES_AT_MOST = 5


class Asked(NamedTuple):
    """The right one of ``options`` (none: those of the text), and what its braces stand for."""

    right: int
    values: Mapping[str, Any]
    options: tuple[str, ...] = ()


def ask(chapter: str, translator: Translator, translation: Translation) -> Asked:
    """The question of that chapter; UsageError where the model or the sentence has no answer."""
    return _ASK[chapter](translator, translation)


def _words(tokens: Any) -> int:
    return sum(any(map(str.isalnum, word.text)) for word in tokens.words if not word.special)


def _sequence(translator: Translator, translation: Translation) -> Asked:
    source, target = _words(translation.source), _words(translation.target)
    least = max(0, target - (source + target) % 3)  # the right one is not always in the middle
    return Asked(
        target - least,
        {"source": source, "target": target, "english": translation.text},
        tuple(str(least + more) for more in range(3)),
    )


def _sizes(translator: Translator, translation: Translation) -> dict[str, Any]:
    config = translator.transformer.config
    return {
        "width": config.d_model,
        "half": config.d_model // 2,
        "layers": config.encoder_layers,
        "heads": config.heads,
        "vocabulary": config.vocabulary,
        "source": len(translation.source.ids),
        "target": len(translation.target.ids),
    }


def _fixed(right: int) -> Callable[[Translator, Translation], Asked]:
    """A question whose options are in the text."""
    return lambda translator, translation: Asked(right, _sizes(translator, translation))


def _memory(translator: Translator, translation: Translation) -> Asked:
    source = len(translation.source.ids)
    if source < 3:
        raise UsageError(
            "The sentence has {pieces} pieces; this chapter needs at least 3. Type a longer one.",
            pieces=source,
        )
    return Asked(1, {"source": source, "steps": source - 1})


def _speed(translator: Translator, translation: Translation) -> Asked:
    """The shipped measurement of a step of training, at a length that sentences have."""
    curves = Measured.load(BENCHMARKS / "recurrence.json").curves("training", BATCHES[1])
    length = 64
    recurrent, transformer = (curves[arch].at([length])[0] for arch in ("rnn", "transformer"))
    return Asked(
        int(transformer < recurrent),
        {
            "length": length,
            "recurrent": f"{recurrent:.2f}",
            "transformer": f"{transformer:.2f}",
        },
    )


def _steps(translator: Translator, translation: Translation) -> Asked:
    first = translation.source.pieces[0]
    return Asked(1, {"begin": translator.tokenizer.piece(BEGIN), "first": first})


def _order(translator: Translator, translation: Translation) -> Asked:
    """Of a neighbour and two far positions, whose pattern is most like that of position 4."""
    here, others = 4, (12, 5, 28)
    rows = translator.positions(max(others) + 1).astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = rows[list(others)] @ rows[here]
    right = int(cosines.argmax())
    return Asked(
        right,
        {"position": here, "nearest": others[right], "cosine": f"{cosines[right]:.2f}"},
        tuple(map(str, others)),
    )


def _chosen_head(translation: Translation) -> tuple[Kind, int, int]:
    """Kind, layer and head of the selection; those that the model lacks are its last."""
    kind = st.session_state["kind"]
    layers, heads = translation.trace.weights(kind).shape[:2]
    layer, head = st.session_state["layer"], st.session_state["head"]
    return kind, min(layer, layers) - 1, min(head, heads) - 1


def _score(translator: Translator, translation: Translation) -> Asked:
    kind, layer, head = _chosen_head(translation)
    heads = translation.trace.sublayer(kind, layer).heads
    rows, columns = piece_names(translation, kind)
    query = min(st.session_state["query"], len(rows)) - 1
    scores_M = heads.scaled_scores_HLM[head, query]
    seen = np.flatnonzero(heads.mask_HLM[head, query])
    offered = np.sort(seen[np.argsort(-scores_M[seen])][:CHOICES_AT_MOST])
    right = int(scores_M[offered].argmax())
    return Asked(
        right,
        {
            "width": heads.query_HLK.shape[-1],
            "query": rows[query],
            "key": columns[offered[right]],
            "score": f"{scores_M[offered[right]]:.2f}",
        },
        tuple(columns[i] for i in offered),
    )


def _divide(translator: Translator, translation: Translation) -> Asked:
    width = int(st.session_state["width"])
    return Asked(2, {"width": width, "root": f"{width**0.5:.4g}"})


def _cross(translator: Translator, translation: Translation) -> Asked:
    """The English word that looks most clearly at a single French one."""
    _, layer, head = _chosen_head(translation)
    seen = view(translation, "cross", "words")
    weights_LM = seen.weights_NHLM[layer, head]
    row, column = strongest_link(seen, weights_LM)
    offered = np.sort(np.argsort(-weights_LM[row])[:CHOICES_AT_MOST])
    return Asked(
        offered.tolist().index(column),
        {
            "heads": seen.weights_NHLM.shape[1],
            "target": seen.rows[row],
            "word": seen.columns[column],
            "weight": f"{weights_LM[row, column]:.2f}",
        },
        tuple(seen.columns[i] for i in offered),
    )


def _values(translator: Translator, translation: Translation) -> Asked:
    config = translator.transformer.config
    joined = config.heads * config.d_k
    return Asked(
        1,
        {"heads": config.heads, "width": config.d_k, "joined": joined},
        tuple(map(str, (config.d_k, joined, 2 * joined))),
    )


def _layers(translator: Translator, translation: Translation) -> Asked:
    states = stack(translation, "source").states()[1:-1]  # the input and what each layer leaves
    states /= np.linalg.norm(states, axis=-1, keepdims=True)
    cosines = (states[:-1] * states[1:]).sum(-1).mean(-1)
    right = int(cosines.argmin())
    return Asked(
        right,
        {"layer": right + 1, "cosine": f"{cosines[right]:.2f}"},
        tuple(str(layer + 1) for layer in range(len(cosines))),
    )


def _next(translator: Translator, translation: Translation) -> Asked:
    """The pieces that the model weighed at the chosen place of the English."""
    steps = translation.search.steps
    place = min(st.session_state["piece"], len(steps)) - 1
    best, probability = steps[place].likeliest[0]
    offered = sorted(piece for piece, _ in steps[place].likeliest)
    before = translator.tokenizer.decode(translation.target.ids[:place])
    return Asked(
        offered.index(best),
        {
            "vocabulary": translator.transformer.config.vocabulary,
            "beam": BEAM_SIZE,
            "before": before or translator.tokenizer.piece(BEGIN),
            "piece": best,
            "probability": f"{probability:.2f}",
        },
        tuple(offered),
    )


def _parameters(translator: Translator, translation: Translation) -> Asked:
    model: Transformer = translator.transformer
    total = sum(parameter.numel() for parameter in model.parameters())
    share = round(100 * model.embedding.weight.numel() / total)
    offered = sorted({share, share // 4, min(99, 2 * share + 10)})
    return Asked(
        offered.index(share),
        {"total": f"{total:,}", "share": share, **_sizes(translator, translation)},
        tuple(f"{part} %" for part in offered),
    )


def _wordmap(translator: Translator, translation: Translation) -> Asked:
    """The nearest of the words on the map, among others that are less and less near."""
    word = st.session_state["near"]
    found = nearest(known_words(translator, word), word)
    offered = sorted((found.names[rank] for rank in (0, 2, 8, 40)), key=str.lower)
    return Asked(
        offered.index(found.names[0]),
        {"word": word, "nearest": found.names[0], "cosine": f"{found.cosines[0]:.2f}"},
        tuple(offered),
    )


def _loss(translator: Translator, translation: Translation) -> Asked:
    """The piece of the pair on the page to which the model gave the smallest probability."""
    english = st.session_state["english"].strip()
    if english:
        translation = translator.translate(current_text(), target=english)
    found = loss_by_hand(translator, translation)
    names = numbered(translation.target.pieces)
    offered = np.sort(np.argsort(found.probabilities_L)[:CHOICES_AT_MOST])
    return Asked(
        offered.tolist().index(found.worst),
        {
            "piece": names[found.worst],
            "probability": f"{found.probabilities_L[found.worst]:.3f}",
            "loss": f"{found.surprises_L[found.worst]:.2f}",
        },
        tuple(names[i] for i in offered),
    )


def _curves(translator: Translator, translation: Translation) -> Asked:
    """BLEU where the log first has it, and where it ends."""
    log = read_log(MODELS / translator.name / "training.jsonl")
    measured = np.flatnonzero(np.isfinite(log.dev_bleu))
    first, last = log.dev_bleu[measured[[0, -1]]]
    share = 100 * log.step[measured[0]] / log.step[-1]
    return Asked(
        1,
        {
            "pairs": f"{log.pairs[-1]:,.0f}",
            "share": f"{share:.0f}",
            "first": f"{first:.1f}",
            "last": f"{last:.1f}",
        },
        tuple(f"{bleu:.0f}" for bleu in (first / 5, first, (first + 2 * last) / 3)),
    )


def _snapshots(translator: Translator, translation: Translation) -> Asked:
    """How much of a row's weight lies on one key, before and after training."""
    taken = read_snapshots(MODELS / translator.name / "snapshots")
    kind = st.session_state["kind"]
    first, last = (taken[i].weights(kind) for i in (0, -1))
    return Asked(
        1,
        {
            "before": f"{first.max(-1).mean():.2f}",
            "after": f"{last.max(-1).mean():.2f}",
            "even": f"{1 / np.count_nonzero(first, axis=-1).mean():.2f}",
        },
    )


_ASK: dict[str, Callable[[Translator, Translation], Asked]] = {
    "sequence": _sequence,
    "halves": _fixed(1),
    "stack": _fixed(2),
    "inside": _fixed(0),
    "memory": _memory,
    "speed": _speed,
    "steps": _steps,
    "pieces": _fixed(1),
    "order": _order,
    "score": _score,
    "divide": _divide,
    "softmax": _fixed(0),
    "cross": _cross,
    "values": _values,
    "layers": _layers,
    "next": _next,
    "parameters": _parameters,
    "computed": _fixed(2),
    "wordmap": _wordmap,
    "loss": _loss,
    "curves": _curves,
    "snapshots": _snapshots,
    "live": _fixed(1),
}
