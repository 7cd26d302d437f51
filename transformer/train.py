"""From options to a training run: corpora, vocabulary, model, new or resumed."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from transformer import distributed
from transformer.checkpoint import TOKENIZER, WEIGHTS, load_model, new_model, replace_file
from transformer.config import (
    ModelConfig,
    RecurrentConfig,
    TrainConfig,
    load_config,
    save_config,
)
from transformer.data import Pair, read_corpora, read_pairs, short_pairs
from transformer.distributed import ALONE, Team
from transformer.duration import check_duration
from transformer.errors import UsageError
from transformer.evaluate import dev_bleu, import_sacrebleu
from transformer.network import Network
from transformer.progress import announce
from transformer.tokenizer import Tokenizer
from transformer.trainer import LOG, SNAPSHOTS, STATE, Trainer
from transformer.translator import pick_device

TRAIN_SETTINGS = "train.json"
DEV_SENTENCES = 500  # of the dev set, translated greedily for each line of the log
VOCABULARY_PAIRS = 200_000
DURATIONS = ("minutes", "cpu_minutes", "steps")


def train(options: Namespace) -> Trainer:
    """What ``python -m transformer train`` does; see its ``--help`` for the options.

    Started by ``torchrun``, it trains in several processes that share every batch: the same run as
    in one, but for rounding and what dropout draws. Raises UsageError for options that do not fit
    together, the data or the folder.
    """
    config = resumed_config(options) if options.resume else new_config(options)
    check_duration(config.minutes, config.cpu_minutes, config.steps, options.report_every)
    if options.threads is not None:
        if options.threads < 1:
            raise UsageError("--threads must be at least 1.")
        torch.set_num_threads(options.threads)
    with distributed.team() as team:
        return _train(options, config, team)


def _train(options: Namespace, config: TrainConfig, team: Team) -> Trainer:
    if team.leads:
        announce("reading the corpora ...")
    corpora = read_corpora(options.data, [name for name, share in config.mix if share > 0])
    if team.leads:
        replace_file(options.out / TRAIN_SETTINGS, lambda path: save_config(config, path))
    model, tokenizer = build(options, config, corpora, team)
    if options.compile:
        model.compile(dynamic=True)
    dev = short_pairs(read_dev(options.data, config), tokenizer, model.config.max_length)
    trainer = Trainer(options.out, model, tokenizer, corpora, dev, config, measure, team)
    if options.resume:
        trainer.resume()
    trainer.run(config.minutes, config.steps, options.report_every, config.cpu_minutes)
    return trainer


def new_config(options: Namespace) -> TrainConfig:
    """The defaults, changed by the options given; what a killed run left in --out is removed."""
    if (options.out / STATE).exists() or (options.out / WEIGHTS).exists():
        raise UsageError(
            "{folder} holds a run or a model already: add --resume to go on with a run, or name "
            "another folder with --out.",
            folder=options.out,
        )
    for left in [options.out / LOG, *(options.out / SNAPSHOTS).glob("*.npz")]:
        if left.exists():
            left.unlink(missing_ok=True)  # another process of the team may be faster
    given = train_options(options)
    if not given.keys() & set(DURATIONS):
        given["minutes"] = 60.0
    return TrainConfig(**given)


def resumed_config(options: Namespace) -> TrainConfig:
    """The settings of the run in --out; only how long it takes may be changed."""
    if not (options.out / STATE).exists():
        raise UsageError(
            "There is no run to resume in {folder}: leave out --resume to begin one.",
            folder=options.out,
        )
    config = load_config(TrainConfig, options.out / TRAIN_SETTINGS)
    given = train_options(options)
    duration = {name: given.pop(name, None) for name in DURATIONS}
    _refuse_changes(given, config, options.out)
    return dataclasses.replace(config, **duration) if any(duration.values()) else config


def train_options(options: Namespace) -> dict[str, Any]:
    """The settings of a run that were given on the command line."""
    return _given(
        {
            "mix": parse_mix(options.mix) if options.mix else None,
            "minutes": options.minutes,
            "cpu_minutes": options.cpu_minutes,
            "steps": options.steps,
            "tokens_per_batch": options.tokens,
            "learning_rate": options.learning_rate,
            "subword_alpha": options.subword_alpha,
            "noise": options.noise,
            "optimizer": options.optimizer,
            "seed": options.seed,
        }
    )


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
    options: Namespace, config: TrainConfig, corpora: dict[str, list[Pair]], team: Team = ALONE
) -> tuple[Network[Any], Tokenizer]:
    """The model and tokenizer to begin with: resumed, taken from ``--init``, or new."""
    device = pick_device(options.device)
    torch.manual_seed(config.seed)
    shape = _given({"heads": options.heads, "d_k": options.d_k, "dropout": options.dropout})
    start = options.out if options.resume else options.init
    if start is not None:
        model, tokenizer = load_model(start, device)
        shape |= _given({"arch": options.arch})
        if options.size is not None:
            size = dataclasses.asdict(preset(options.arch or model.config.arch, options.size))
            widths = size.keys() & {"d_model", "d_ff", "d_state"}
            shape = {name: size[name] for name in widths} | shape
        _refuse_changes(shape, model.config, start)
        return model, tokenizer
    model_config = preset(options.arch or "transformer", options.size, **shape)
    tokenizer = choose_tokenizer(options, config, corpora, model_config, team)
    model_config = dataclasses.replace(model_config, vocabulary=len(tokenizer))
    return new_model(model_config).to(device), tokenizer


def preset(arch: str, size: str | None, **changes: Any) -> ModelConfig | RecurrentConfig:
    """The shape of a new model of any kind."""
    if arch == "transformer":
        return ModelConfig.preset(size or "small", **changes)
    if changes.keys() & {"heads", "d_k"}:
        raise UsageError("A recurrent model has no heads: leave out --heads and --d-k.")
    return RecurrentConfig.preset(arch, size or "5m", **changes)


def choose_tokenizer(
    options: Namespace,
    config: TrainConfig,
    corpora: dict[str, list[Pair]],
    shape: ModelConfig | RecurrentConfig,
    team: Team,
) -> Tokenizer:
    """The tokenizer of the model in ``--tokenizer``, or one learned from the corpora, by one."""
    if options.tokenizer is not None:
        if options.vocabulary is not None:
            raise UsageError("Give --tokenizer or --vocabulary: one size of the vocabulary.")
        return Tokenizer.load(options.tokenizer / TOKENIZER, shape.max_length)
    pieces = options.vocabulary or shape.vocabulary
    if not team.leads:
        return Tokenizer(team.told(b""))
    announce(f"learning a vocabulary of {pieces} pieces ...")
    learned = learn_vocabulary(corpora, config, pieces)
    team.told(learned.model)
    return learned


def _refuse_changes(
    given: dict[str, Any], kept: ModelConfig | RecurrentConfig | TrainConfig, folder: Path
) -> None:
    """UsageError if an option asks for something else than what is taken over from ``folder``."""
    for name, value in given.items():
        if getattr(kept, name, None) != value:
            raise UsageError(
                "{name} is {kept} in {folder} and cannot become {value}: leave the option out, or "
                "begin a new run.",
                name=name,
                kept=getattr(kept, name, "none"),
                folder=folder,
                value=value,
            )


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


def measure(model: Network[Any], tokenizer: Tokenizer, dev: list[Pair]) -> float | None:
    """Dev BLEU for the log; None where there is no dev set or no sacrebleu to count with."""
    try:
        import_sacrebleu()
    except UsageError as error:
        announce(str(error))
        return None
    return round(dev_bleu(model, tokenizer, dev[:DEV_SENTENCES]), 2) if dev else None


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
