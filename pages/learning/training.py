"""How the chosen model was trained: its curves, and one sentence's attention as it took shape."""

from pathlib import Path

import numpy as np
import streamlit as st

from pages.shared.attention import COLUMNS, ROWS, pick_attention
from pages.shared.language import _
from pages.shared.live import by_itself
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.speed import CLOCKS
from transformer import Kind
from transformer.analysis.training import (
    Snapshot,
    TrainingLog,
    read_log,
    read_snapshots,
    sharpness,
)
from transformer.figures.attention import head_figure
from transformer.figures.training import curves_figure, sharpness_figure
from transformer.trainer import LOG, SNAPSHOTS
from transformer.translator import MODELS

SETUP_LOG = """\
from transformer.analysis.training import read_log
from transformer.translator import MODELS
log = read_log(MODELS / {model!r} / "training.jsonl")
"""
SETUP_SNAPSHOTS = """\
import numpy as np
from transformer.analysis.training import read_snapshots, sharpness
from transformer.translator import MODELS
snapshots = read_snapshots(MODELS / {model!r} / "snapshots")
"""


def main() -> None:
    st.header(_("How it was trained"))
    st.write(
        _(
            "At first all weights are random. Each step shows the model a batch of French "
            "sentences with their English and moves every weight a little, so that the loss "
            "becomes smaller."
        )
    )
    by_itself(_draw)


def _draw() -> None:
    folder = MODELS / st.session_state["model"]
    st.subheader("1. " + _("The run"))
    _run(read_log(folder / LOG), folder)
    st.subheader("2. " + _("One sentence's attention on the way"))
    snapshots = read_snapshots(folder / SNAPSHOTS)
    if snapshots:
        _on_the_way(snapshots, folder)
    else:
        st.text(
            _(
                "The model {model} has no attention that could have been watched: choose a "
                "Transformer on the left."
            ).format(model=folder.name)
        )


def _run(log: TrainingLog, folder: Path) -> None:
    """Loss, BLEU and learning rate along steps, minutes or pairs."""
    pick(_("Along"), list(CLOCKS), "clock", CLOCKS)
    show(_losses(log, folder))
    left, right = st.columns(2, gap="medium")
    with left:
        show(_bleu(log, folder))
    with right:
        show(_rate(log, folder))
    st.caption(
        _(
            "The training loss is measured with label smoothing and dropout, the dev loss without "
            "either, on pairs that are never trained on: so it can be the smaller of the two. BLEU "
            "counts runs of up to four words that translations share with the reference "
            "(Papineni et al. 2002). The learning rate, how far a step goes, climbs at first and "
            "then falls to zero at the end of a run."
        )
    )


def _losses(log: TrainingLog, folder: Path) -> Picture:
    said = _(
        "In {steps} steps of {batch} pairs on average, {minutes} minutes, the dev loss came down "
        "from {first} to {last}: the right piece became {times} times as probable (geometric mean)."
    ).format(
        steps=f"{log.step[-1]:,.0f}",
        batch=f"{log.pairs[-1] / log.step[-1]:.0f}",
        minutes=f"{log.minutes[-1]:.0f}",
        first=f"{log.dev_loss[0]:.3f}",
        last=f"{log.dev_loss[-1]:.3f}",
        times=f"{np.exp(log.dev_loss[0] - log.dev_loss[-1]):.1f}",
    )
    curves = {_("dev loss"): "dev_loss", _("training loss"): "loss"}
    return _curve("losses-of-training", log, folder, curves, _("Loss in nats a piece"), said)


def _bleu(log: TrainingLog, folder: Path) -> Picture:
    best = int(np.nanargmax(log.dev_bleu))
    said = _("The best dev BLEU of the log is {bleu}, after {step} steps.").format(
        bleu=f"{log.dev_bleu[best]:.2f}", step=f"{log.step[best]:,.0f}"
    )
    title = _("Dev BLEU")
    return _curve("bleu-of-training", log, folder, {title: "dev_bleu"}, title, said)


def _rate(log: TrainingLog, folder: Path) -> Picture:
    said = _("The learning rate is {first} at the first report and {last} at the last.").format(
        first=f"{log.learning_rate[0]:.2e}", last=f"{log.learning_rate[-1]:.2e}"
    )
    for step in log.restarts:
        again = _("After step {step} a new run went on from these weights.")
        said += " " + again.format(step=f"{step:,}")
    title = _("Learning rate")
    return _curve("rate-of-training", log, folder, {title: "learning_rate"}, title, said)


def _curve(
    name: str, log: TrainingLog, folder: Path, curves: dict[str, str], title: str, said: str
) -> Picture:
    """``curves`` maps labels to columns of the log."""
    clock = st.session_state["clock"]
    along = getattr(log, clock)
    values = {label: getattr(log, column) for label, column in curves.items()}
    written = ", ".join(f"{label!r}: log.{column}" for label, column in curves.items())
    axis = _(CLOCKS[clock])
    return Picture.of(
        name,
        curves_figure,
        {f"log.{clock}": along, f"{{{written}}}": values},
        setup=SETUP_LOG.format(model=folder.name),
        title=title,
        axis=axis,
        dark=st.context.theme.type == "dark",
        said=said,
        table={axis: along} | values,
    )


def _on_the_way(snapshots: tuple[Snapshot, ...], folder: Path) -> None:
    """A head at one of the snapshots, and how sharp it was at all of them."""
    steps = [f"{snapshot.step:,}" for snapshot in snapshots]
    kind, layer, head = pick_attention(snapshots[-1])
    st.session_state["snapshot"] = min(st.session_state["snapshot"], len(snapshots))
    st.select_slider(
        _("After so many steps"),
        range(1, len(snapshots) + 1),
        format_func=lambda number: steps[number - 1],
        key="snapshot",
        persist_state="session",
    )
    chosen = st.session_state["snapshot"] - 1
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show(_map(snapshots, chosen, kind, layer, head, folder))
    with right:
        show(_sharpness(snapshots, steps, chosen, kind, layer, head, folder))


def _map(
    snapshots: tuple[Snapshot, ...], chosen: int, kind: Kind, layer: int, head: int, folder: Path
) -> Picture:
    """One head as it was then."""
    seen = snapshots[chosen]
    weights_LM = seen.weights(kind)[layer, head]
    rows, columns = seen.axes(kind)
    first = 1 if kind == "decoder" else 0  # its first row sees nothing but <s>
    row = first + int(weights_LM[first:].max(-1).argmax())
    column = int(weights_LM[row].argmax())
    where, places = f"snapshots[{chosen}]", np.indices(weights_LM.shape).reshape(2, -1)
    return Picture.of(
        "snapshot",
        head_figure,
        {
            f"{where}.weights({kind!r})[{layer}, {head}]": weights_LM,
            f"{where}.axes({kind!r})[0]": rows,
            f"{where}.axes({kind!r})[1]": columns,
        },
        setup=SETUP_SNAPSHOTS.format(model=folder.name),
        row_title=_(ROWS[kind]),
        column_title=_(COLUMNS[kind]),
        dark=st.context.theme.type == "dark",
        said=_(
            "After {step} steps, of this head (layer {layer}, head {head}) “{row}” looks most "
            "clearly at one piece, “{column}”, with a weight of {weight}."
        ).format(
            step=f"{seen.step:,}",
            layer=layer + 1,
            head=head + 1,
            row=rows[row],
            column=columns[column],
            weight=f"{weights_LM[row, column]:.2f}",
        ),
        table={
            _("query"): [rows[i] for i in places[0]],
            _("key"): [columns[i] for i in places[1]],
            _("Weight"): weights_LM.ravel(),
        },
    )


def _sharpness(
    snapshots: tuple[Snapshot, ...],
    steps: list[str],
    chosen: int,
    kind: Kind,
    layer: int,
    head: int,
    folder: Path,
) -> Picture:
    """How sharp every head of the layer was after so many steps."""
    found = np.stack([sharpness(snapshot.weights(kind)[layer]) for snapshot in snapshots])
    expression = f"np.stack([sharpness(s.weights({kind!r})[{layer}]) for s in snapshots])"
    heads = [_("head {number}").format(number=number + 1) for number in range(found.shape[1])]
    return Picture.of(
        "sharpness",
        sharpness_figure,
        {expression: found},
        setup=SETUP_SNAPSHOTS.format(model=folder.name),
        steps=steps,
        chosen=chosen,
        head=head,
        names=(heads[head], _("other heads of the layer")),
        title=_("Largest weight of a row, on average"),
        axis=_("steps"),
        dark=st.context.theme.type == "dark",
        said=_(
            "How sharp this head is, the mean of the largest weight in each row: {first} "
            "untrained, {now} after {step} steps, {last} at the end. 1 would be one piece alone; "
            "with equal weights it would be {even}."
        ).format(
            first=f"{found[0, head]:.2f}",
            now=f"{found[chosen, head]:.2f}",
            step=f"{snapshots[chosen].step:,}",
            last=f"{found[-1, head]:.2f}",
            even=f"{snapshots[0].even(kind):.2f}",
        ),
        table={_("steps"): steps} | dict(zip(heads, found.T, strict=True)),
    )


main()
