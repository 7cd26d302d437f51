"""What it cannot do: hard sentences translated now, and how far its confidence can be trusted."""

import math

import streamlit as st

from pages import BY_PATH
from pages.shared.components import side_lines
from pages.shared.goto import go
from pages.shared.language import _
from pages.shared.limits import LIMITS, Case, Limit
from pages.shared.live import by_itself
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.translation import translate
from pages.shared.unsure import WAY_NAMES, measured, say_unsure, say_what_it_means
from transformer import Translation
from transformer.analysis.calibration import BINS
from transformer.analysis.confidence import KEPT, WAYS, Calibration, Way, least_sure
from transformer.figures.reliability import reliability_figure

SETUP = """\
from transformer.analysis.confidence import kept_calibration
found = kept_calibration({model!r})"""
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def main() -> None:
    st.header(_("What it cannot do"))
    st.write(
        _(
            "Kinds of sentences that are hard for models like this one. The English below each is "
            "written now, by the model chosen on the left; “ours” is what the authors of this page "
            "take to be right, in one of several wordings. Compare, and judge for yourself."
        )
    )
    by_itself(_draw)


def _draw() -> None:
    found = measured()
    st.subheader("1. " + _("Try it where it is hard"))
    code = pick(_("Kind"), list(LIMITS), "limit", {code: one.name for code, one in LIMITS.items()})
    _limit(LIMITS[code], found.limit if found else 0.0)
    st.subheader("2. " + _("Is it right as often as it is sure?"))
    if found:
        _reliability(found)
    else:
        st.text(
            _(
                "Nobody has measured it for the model {model}, so no word is marked as unsure. To "
                "measure it:"
            ).format(model=st.session_state["model"])
        )
        st.code(_command(st.session_state["model"]), language="sh", wrap_lines=True)


def _limit(limit: Limit, unsure_up_to: float) -> None:
    st.text(f"{_(limit.says)} ({limit.source})")
    for number, case in enumerate(limit.cases):
        with st.container(border=True):
            translation = translate(st.session_state["model"], case.text).translation
            _lines(case, translation, unsure_up_to, f"lines_{number}")
            st.text(" ".join(_about(case, translation, unsure_up_to)))
            with st.container(horizontal=True):
                _ways_on(case, number)


def _lines(case: Case, translation: Translation, unsure_up_to: float, key: str) -> None:
    """French, the model's English with its marks, and ours."""
    target = translation.target
    ends = [0, *(word.end for word in target.words)]
    side_lines(
        case.text,
        translation.source.pieces,
        [
            {
                "text": doubt.text,
                "joined": 0 < target.words[doubt.word].begin == ends[doubt.word],
                "probability": doubt.probability,
                "unsure": doubt.probability <= unsure_up_to,
            }
            for doubt in least_sure(translation)
        ],
        case.ours,
        before=case.before,
        labels={
            "before": _("said before"),
            "french": _("French"),
            "pieces": _("in pieces"),
            "model": _("{model}, now").format(model=st.session_state["model"]),
            "ours": _("ours"),
            "unsure": _("unsure here"),
        },
        key=key,
    )


def _about(case: Case, translation: Translation, unsure_up_to: float) -> list[str]:
    """How sure the model is of its line, and how probable it finds ours."""
    own = translation.search.hypotheses[0]
    said = [
        _("It gives its pieces a probability of {mean} (geometric mean).").format(
            mean=f"{math.exp(own.log_probability / len(own.ids)):.2f}"
        )
    ]
    if unsure_up_to:
        doubts = [doubt for doubt in least_sure(translation) if doubt.probability <= unsure_up_to]
        said.append(say_unsure(doubts, unsure_up_to))
    if not case.ours:
        return said
    ours = translate(st.session_state["model"], case.text, (), case.ours).translation
    expected = ours.search.hypotheses[0]
    if expected.ids == own.ids:
        return [*said, _("It writes what we would.")]
    nats = own.log_probability - expected.log_probability
    template = (
        _("To the model its own line is {times} times as probable as ours.")
        if nats >= 0
        else _(
            "To the model our line is {times} times as probable as its own: the search missed it, "
            "or put it behind for its length."
        )
    )
    return [*said, template.format(times=_times(abs(nats)))]


def _times(nats: float) -> str:
    """How many times as probable, to about two digits; large numbers as a power of ten."""
    power = nats / math.log(10)
    if power >= 6:
        return "10" + str(round(power)).translate(RAISED)
    return f"{math.exp(nats):,.1f}" if power < 1 else f"{float(f'{math.exp(nats):.2g}'):,.0f}"


def _ways_on(case: Case, number: int) -> None:
    """Buttons that open the sentence on other pages."""
    ways = {"": {}, "english": {"english": case.ours}} if case.ours else {"": {}}
    for path, choices in (ways | {case.path: case.choices}).items():
        view = BY_PATH[path]
        if st.button(_(view.title), key=f"open_{number}_{path or 'translate'}", icon=view.icon):
            bare = {"sentence": "1", "edits": "", "english": ""}
            go(path, **(bare | {"text": case.text} | choices))


def _reliability(found: Calibration) -> None:
    """The diagram of one corpus, and what marks, sure pieces and a temperature are worth."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = pick(_("Which pieces"), WAYS, "way", WAY_NAMES)
        st.session_state["corpus"] = min(st.session_state["corpus"], len(found.corpora))
        names = {place: corpus.data for place, corpus in enumerate(found.corpora, start=1)}
        place = pick(_("Measured on"), list(names), "corpus", names) - 1
    show(_diagram(found, way, place))
    for line in (_say_sure(found, place), _say_limit(found), _say_temperature(found, way, place)):
        st.text(line)
    st.caption(_("Measured with the command"))
    st.code(_command(found.model), language="sh", wrap_lines=True)


def _diagram(found: Calibration, way: Way, place: int) -> Picture:
    corpus = found.corpora[place]
    bins = getattr(corpus, way)
    expression = f"found.corpora[{place}].{way}.bins"
    return Picture.of(
        "reliability",
        reliability_figure,
        {expression: bins.bins},
        setup=SETUP.format(model=found.model),
        said=_say_diagram(found, way, place),
        table={
            _("probability up to"): [bin.edge for bin in bins.bins],
            _("pieces"): [bin.pieces for bin in bins.bins],
            _("mean probability"): [bin.confidence for bin in bins.bins],
            _("share that is right"): [bin.accuracy for bin in bins.bins],
        },
        count=BINS,
        limit=found.limit if way == "own" else 0.0,
        names=(
            _("in the reference") if way == "own" else _("the reference goes on so"),
            _("from there to its probability"),
            _("as right as sure"),
            _("unsure below {limit}").format(limit=f"{found.limit:.2f}"),
        ),
        title=_("Right against sure ({data})").format(data=corpus.data),
        axes=(_("probability that the model gives"), _("share that is right"), _("pieces")),
        dark=st.context.theme.type == "dark",
    )


def _say_diagram(found: Calibration, way: Way, place: int) -> str:
    """The means, the error, and which way it errs."""
    corpus = found.corpora[place]
    bins = getattr(corpus, way)
    template = (
        _(
            "{pieces} pieces that the model wrote for {sentences} sentences: it is {sure} percent "
            "sure of them on average, and {right} percent are in the reference translation. "
            "Expected calibration error {error}: the mean distance of the bars from the dashed "
            "line, 0 if it were as right as it is sure (Guo et al. 2017; {bins} bins)."
        )
        if way == "own"
        else _(
            "{pieces} times the model reads a beginning of the reference ({sentences} sentences): "
            "it is {sure} percent sure of its likeliest next piece on average, and {right} percent "
            "are the reference's. Expected calibration error {error}: the mean distance of the "
            "bars from the dashed line, 0 if it were as right as it is sure (Guo et al. 2017; "
            "{bins} bins)."
        )
    )
    return template.format(
        pieces=f"{bins.pieces:,}",
        sentences=f"{corpus.sentences:,}",
        sure=f"{100 * bins.confidence:.0f}",
        right=f"{100 * bins.accuracy:.0f}",
        error=f"{bins.error:.3f}",
        bins=BINS,
    )


def _say_sure(found: Calibration, place: int) -> str:
    """Of the pieces that it is surest of."""
    edge = (BINS - 1) / BINS
    pieces, missing = found.corpora[place].own.between(edge, 1)
    return _(
        "Confidence is not truth: of {pieces} pieces that it wrote with a probability above "
        "{edge}, {missing} are not in the reference."
    ).format(pieces=f"{pieces:,}", edge=f"{edge:.2f}", missing=f"{missing:,}")


def _say_limit(found: Calibration) -> str:
    """What the marks are worth, and where their limit comes from."""
    first, limit = found.corpora[0], found.limit
    (below, missing), (above, missed) = first.own.between(0, limit), first.own.between(limit, 1)
    why = _(
        "The limit was chosen on {data}, of all edges of the bins: to take marked pieces for "
        "missing in the reference and all others for present is right in {share} of 100 cases "
        "there, with no other edge more often."
    ).format(
        data=first.data,
        share=f"{100 * (missing + above - missed) / (below + above):.1f}",
    )
    return f"{say_what_it_means(found)} {why}" if limit else why


def _say_temperature(found: Calibration, way: Way, place: int) -> str:
    """What the usual remedy would do, which the pages do not take."""
    bins = getattr(found.corpora[place], way)
    return _(
        "Divide all logits by a temperature of {temperature}, which fits {data} best (section 4.2 "
        "of the paper), and the error here becomes {fitted} instead of {error}. The pages show the "
        "model's probabilities as they are."
    ).format(
        temperature=f"{found.temperature:.2f}",
        data=found.corpora[0].data,
        fitted=f"{bins.fitted:.3f}",
        error=f"{bins.error:.3f}",
    )


def _command(model: str) -> str:
    folder = f"assets/models/{model}"
    return (
        f"python -m transformer evaluate --model {folder} --data TEST.tsv "
        f"--calibration DEV.tsv --out {folder}/{KEPT}"
    )


main()
