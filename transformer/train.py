"""From options to a training run: corpora, vocabulary, model, new or resumed."""

from __future__ import annotations

import dataclasses
import math
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from transformer.checkpoint import load_model, replace_file
from transformer.config import ModelConfig, TrainConfig, load_config, save_config
from transformer.data import Pair, read_corpora, read_pairs, short_pairs
from transformer.errors import UsageError
from transformer.evaluate import dev_bleu, import_sacrebleu
from transformer.model import Transformer
from transformer.progress import announce
from transformer.tokenizer import Tokenizer
from transformer.trainer import STATE, Trainer, check_duration
from transformer.translator import pick_device

TRAIN_SETTINGS = "train.json"
DEV_SENTENCES = 500  # of the dev set, translated greedily for each line of the log
VOCABULARY_PAIRS = 200_000


def train(options: Namespace) -> Trainer:
    """What ``python -m transformer train`` does; see its ``--help`` for the options."""
    if options.minutes is None and options.steps is None:
        options.minutes = 60.0
    check_duration(options.minutes, options.steps, options.report_every)
    state = options.out / STATE
    if options.resume:
        if not state.exists():
            raise UsageError(
                "There is no run to resume in {folder}: leave out --resume to begin one.",
                folder=options.out,
            )
        config = load_config(TrainConfig, options.out / TRAIN_SETTINGS)
    else:
        if state.exists():
            raise UsageError(
                "{folder} holds a run already: add --resume to go on with it, or name another "
                "folder with --out.",
                folder=options.out,
            )
        config = train_config(options)
    announce("reading the corpora ...")
    corpora = read_corpora(options.data, [name for name, share in config.mix if share > 0])
    model, tokenizer = build(options, config, corpora)
    replace_file(options.out / TRAIN_SETTINGS, lambda path: save_config(config, path))
    dev = short_pairs(read_dev(options.data, config), tokenizer, model.config.max_length)
    trainer = Trainer(options.out, model, tokenizer, corpora, dev, config, measure)
    if options.resume:
        trainer.resume()
    minutes = math.inf if options.minutes is None else options.minutes
    trainer.run(minutes, options.steps, options.report_every)
    return trainer


def train_config(options: Namespace) -> TrainConfig:
    """The defaults, changed by the options that were given."""
    named = {
        "mix": parse_mix(options.mix) if options.mix else None,
        "tokens_per_batch": options.tokens,
        "learning_rate": options.learning_rate,
        "subword_alpha": options.subword_alpha,
        "seed": options.seed,
    }
    return TrainConfig(**_given(named))


def parse_mix(text: str) -> tuple[tuple[str, float], ...]:
    """``tatoeba=0.7,laws=0.3`` as pairs."""
    try:
        parts = [part.split("=") for part in text.split(",")]
        return tuple((name.strip(), float(share)) for name, share in parts)
    except ValueError as error:
        raise UsageError(
            "--mix should read NAME=SHARE,NAME=SHARE; it reads {text!r}.", text=text
        ) from error


def build(
    options: Namespace, config: TrainConfig, corpora: dict[str, list[Pair]]
) -> tuple[Transformer, Tokenizer]:
    """The model and tokenizer to begin with: resumed, taken from ``--init``, or new."""
    device = pick_device(options.device)
    start = options.out if options.resume else options.init
    if start is not None:
        return load_model(start, device)
    shape = {
        "heads": options.heads,
        "d_k": options.d_k,
        "dropout": options.dropout,
        "vocabulary": options.vocabulary,
    }
    model_config = ModelConfig.preset(options.size, **_given(shape))
    announce(f"learning a vocabulary of {model_config.vocabulary} pieces ...")
    tokenizer = learn_vocabulary(corpora, config, model_config.vocabulary)
    torch.manual_seed(config.seed)
    model_config = dataclasses.replace(model_config, vocabulary=len(tokenizer))
    return Transformer(model_config).to(device), tokenizer


def learn_vocabulary(corpora: dict[str, list[Pair]], config: TrainConfig, pieces: int) -> Tokenizer:
    """A joint vocabulary of both languages, from a sample mixed like the training pairs."""
    random = np.random.default_rng(config.seed)
    pairs = min(sum(len(corpus) for corpus in corpora.values()), VOCABULARY_PAIRS)
    total = sum(share for _, share in config.mix)
    sentences: list[str] = []
    for name, share in config.mix:
        corpus = corpora.get(name, [])
        for i in random.permutation(len(corpus))[: round(pairs * share / total)]:
            sentences += corpus[i]
    return Tokenizer.learn(sentences, pieces)


def read_dev(folder: Path, config: TrainConfig) -> list[Pair]:
    """Held-out pairs of the first corpus that has any; none is fine too."""
    for name, _ in config.mix:
        path = folder / f"{name}.dev.tsv"
        if path.exists():
            return read_pairs(path)
    return []


def measure(model: Transformer, tokenizer: Tokenizer, dev: list[Pair]) -> float | None:
    """Dev BLEU for the log; None where there is no dev set or no sacrebleu to count with."""
    try:
        import_sacrebleu()
    except UsageError:
        return None
    return round(dev_bleu(model, tokenizer, dev[:DEV_SENTENCES]), 2) if dev else None


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
