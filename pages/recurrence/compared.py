"""The trained models side by side: what they reach, and what it took."""

import math

import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture, show
from pages.shared.speed import ARCHITECTURE_NAMES, BENCHMARKS
from transformer.compare import KEPT_BATCH, Bucket, Comparison
from transformer.figures.architectures import by_length_figure

MODELS_COMPARED = BENCHMARKS / "models.json"
SETUP = """\
from transformer.compare import Comparison
from transformer.translator import MODELS
found = Comparison.load(MODELS.parent / "benchmarks" / "models.json")
"""
SCORES = "[model.bucket_{score} for model in found.models]"


def compared_models() -> None:
    """A table of all models, and their scores by length."""
    if not MODELS_COMPARED.exists():
        st.text(
            _(
                "The comparison of trained models is not here: “python -m transformer compare” "
                "makes it."
            )
        )
        return
    found = Comparison.load(MODELS_COMPARED)
    st.text(_summary(found))
    st.markdown(_table(found))
    scores = (("bleu", "BLEU"), ("chrf", "chrF"))
    for column, (score, title) in zip(st.columns(2, gap="medium"), scores, strict=True):
        with column:
            show(_by_length(found, score, title))
    st.caption(
        _(
            "{data}, {sentences} sentences, beam {beam}, scores by sacrebleu ({signature}); words "
            "are what stands between spaces, and each group is scored as a corpus of its own. A "
            "batch of {rows} × {columns} pieces keeps numbers of the forward pass for the backward "
            "pass: that is the memory. Translated on {processor}, threads: {threads}."
        ).format(
            data=found.data,
            sentences=sum(bucket.sentences for bucket in found.buckets),
            beam=found.beam_size,
            signature=found.bleu_signature,
            rows=KEPT_BATCH[0],
            columns=KEPT_BATCH[1],
            processor=found.machine.processor,
            threads=found.machine.threads,
        )
    )


def _summary(found: Comparison) -> str:
    """Who translates best and who came to the worst model's last dev loss first."""
    best, worst = (pick(found.models, key=lambda model: model.bleu) for pick in (max, min))
    first = min(found.models, key=lambda model: _or_never(model.cpu_seconds_to_worst))
    return _(
        "Highest BLEU: {best}, {high}; lowest: {worst}, {low}. First at a dev loss of {loss}, "
        "where the worst of them ended: {first}, after {minutes} minutes of processor time."
    ).format(
        best=_(ARCHITECTURE_NAMES[best.arch]),
        high=f"{best.bleu:.1f}",
        worst=_(ARCHITECTURE_NAMES[worst.arch]),
        low=f"{worst.bleu:.1f}",
        loss=f"{found.worst_dev_loss:.3f}",
        first=_(ARCHITECTURE_NAMES[first.arch]),
        minutes=_minutes(first.cpu_seconds_to_worst),
    )


def _or_never(seconds: float) -> float:
    return math.inf if math.isnan(seconds) else seconds


def _table(found: Comparison) -> str:
    """A column a model, in Markdown: all of it is our own text."""
    models = found.models
    rows = {
        _("parameters"): [f"{model.parameters:,}" for model in models],
        "BLEU": [f"{model.bleu:.1f}" for model in models],
        "chrF": [f"{model.chrf:.1f}" for model in models],
        _("dev loss"): [f"{model.dev_loss:.3f}" for model in models],
        _("minutes of processor time"): [_minutes(model.cpu_seconds) for model in models],
        _("pairs trained on"): [f"{model.pairs:,}" for model in models],
        _("pairs per second of processor time"): [
            f"{model.pairs_per_cpu_second:.0f}" for model in models
        ],
        _("minutes to a dev loss of {loss}").format(loss=f"{found.worst_dev_loss:.3f}"): [
            _minutes(model.cpu_seconds_to_worst) for model in models
        ],
        _("memory that a batch keeps"): [f"{m.kept_bytes / 2**20:.0f} MiB" for m in models],
        _("sentences translated per second"): [f"{m.sentences_per_second:.0f}" for m in models],
    }
    head = ["", *(_(ARCHITECTURE_NAMES[model.arch]) for model in models)]
    lines = [head, ["---"] + ["---:"] * len(models)]
    lines += [[title, *cells] for title, cells in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _minutes(seconds: float) -> str:
    return "–" if math.isnan(seconds) else f"{seconds / 60:.1f}"


def _by_length(found: Comparison, score: str, title: str) -> Picture:
    values = [getattr(model, f"bucket_{score}") for model in found.models]
    archs = [model.arch for model in found.models]
    names = [_(ARCHITECTURE_NAMES[arch]) for arch in archs]
    buckets = [_span(bucket) for bucket in found.buckets]
    changes = [
        f"{name} {row[0]:.1f} → {row[-1]:.1f}" for name, row in zip(names, values, strict=True)
    ]
    return Picture.of(
        f"by-length-{score}",
        by_length_figure,
        {SCORES.format(score=score): values},
        setup=SETUP,
        names=names,
        archs=archs,
        buckets=buckets,
        title=_("{score} by length of the French sentence").format(score=title),
        axes=(_("French words"), title),
        dark=st.context.theme.type == "dark",
        said=_("{score} of {short} words and of {long}: {changes}.").format(
            score=title, short=buckets[0], long=buckets[-1], changes="; ".join(changes)
        ),
        table={
            _("French words"): buckets,
            _("sentences"): [bucket.sentences for bucket in found.buckets],
        }
        | dict(zip(names, values, strict=True)),
    )


def _span(bucket: Bucket) -> str:
    return f"{bucket.low}–{bucket.high}" if bucket.high else f"{bucket.low}+"
