"""What does this head do? All heads on one map and in one table, by the question asked of them."""

import math
from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.shared.attention import SHORT_NAMES, choose_head, pick_attention
from pages.shared.examples import EXAMPLES
from pages.shared.goto import go
from pages.shared.guard import literal
from pages.shared.head_questions import ALL, ASKS, SPAN_NAMES, SPANS, WORDS
from pages.shared.head_study import SETUP, current_study
from pages.shared.head_table import head_table
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.translation import translate
from transformer import Translation, UsageError
from transformer.analysis.head_badges import (
    QUESTIONS,
    answers,
    badges,
    grids,
    in_this_sentence,
    ranked,
)
from transformer.analysis.head_measures import Measures, Place, head_measures
from transformer.analysis.head_study import Head, HeadStudy
from transformer.figures.head_atlas import atlas_figure

IMPORTS = "\nfrom transformer.analysis.head_badges import answers, grids, in_this_sentence"
CORPUS = IMPORTS + "\nheads = study.heads"
SENTENCE = (
    IMPORTS
    + "\nfrom transformer.analysis.head_measures import head_measures"
    + "\nheads = in_this_sentence(study.heads, head_measures([translation]))"
)
FORMS = {"share": ".0%", "pieces": ".1f", "nats": ".2f", "BLEU": "+.1f"}
NEAREST, CLEAREST = 5, 3  # heads where none has the badge; example sentences


def main() -> None:
    st.header(_("Atlas of heads"))
    st.write(
        _(
            "Nobody told a head what to do: each learned it. Ask all of them the same question. "
            "The numbers are means over many sentences; a badge has a threshold and a source; one "
            "click leads to the head at work."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    study = current_study()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Question"),
            list(ASKS),
            format_func={code: _(asks) for code, asks in ASKS.items()}.get,
            key="question",
            persist_state="session",
            width=420,
        )
        pick(_("Measured on"), SPANS, "span", SPAN_NAMES)
    own, asked = st.session_state["span"] == "sentence", st.session_state["question"]
    heads = in_this_sentence(study.heads, head_measures([translation])) if own else study.heads
    code = "confidence" if asked == ALL else asked
    if not ranked(heads, code):
        raise UsageError(
            "No head of this model was asked that: measure them again with --alignments."
        )
    above, below = st.container(), st.container()
    with below:
        place = _one_head(translation, heads, code)
    with above:
        show(_picture(heads, code, place, own))
        _choose_first(ranked(heads, code)[0].place, place)
        st.caption(_empty(heads, code) + _measured_on(study, own))
        rows = heads if asked == ALL else answers(heads, code) or ranked(heads, code)[:NEAREST]
        head_table(rows, code, partial(_choose_row, [head.place for head in rows]))
        _definitions(heads)


def _choose_first(first: Place, place: Place) -> None:
    """A way to the head that answers best, unless it is the chosen one."""
    if first != place:
        label = _("Choose {head}").format(head=_name(first))
        st.button(label, key="first", on_click=_choose, args=(first,))


def _choose_row(places: Sequence[Place]) -> None:
    """A click on a row of the table."""
    rows = st.session_state["head_table"].selection.rows
    if rows:
        _choose(places[rows[0]])


def _choose(place: Place) -> None:
    st.session_state["kind"], layer, head = place
    choose_head(layer, head)


def _picture(heads: Sequence[Head], code: str, place: Place, own: bool) -> Picture:
    question = QUESTIONS[code]
    has_badge = not math.isnan(question.least)
    held = [head.place for head in answers(heads, code)] if has_badge else []
    numbers = [question.number(head) for head in heads]
    values = {f"grids(heads, {code!r})": grids(heads, code)}
    cells = f"[head.place for head in answers(heads, {code!r})]" if has_badge else "[]"
    return Picture.of(
        "atlas",
        atlas_figure,
        values | {cells: held, repr(place): place},
        setup=SETUP.format(model=st.session_state["model"]) + (SENTENCE if own else CORPUS),
        said=_said(heads, code),
        table={
            _("Head"): [_name(head.place) for head in heads],
            _(ASKS[code]): numbers,
        },
        kinds={kind: _(name) for kind, name in SHORT_NAMES.items()},
        layer=_("Layer {number}"),
        names=(_("has the badge"), _("chosen below")),
        form=FORMS[question.unit],
        title=_(ASKS[code]),
        reach=1.0 if question.unit == "share" else None,
        signed=question.unit == "BLEU",
        dark=st.context.theme.type == "dark",
    )


def _said(heads: Sequence[Head], code: str) -> str:
    """How many heads answer the question, and the one that does best."""
    held, first = answers(heads, code), ranked(heads, code)[0]
    values = {
        "question": _(ASKS[code]),
        "count": len(held),
        "total": len(heads),
        "badge": _(WORDS[code].badge) if WORDS[code].badge else "",
        "head": _name(first.place),
        "value": _written(QUESTIONS[code].number(first), code),
    }
    if not WORDS[code].badge:
        return _("{question} Of {total} heads most of all {head}: {value}.").format(**values)
    if not held:
        return _(
            "{question} Badge “{badge}”: none of {total} heads; {head} comes nearest with {value}."
        ).format(**values)
    return _(
        "{question} Badge “{badge}”: {count} of {total} heads, first of all {head} with {value}."
    ).format(**values)


def _empty(heads: Sequence[Head], code: str) -> str:
    if len(ranked(heads, code)) == len(heads):
        return ""
    return (
        _(
            "Empty cells: the decoder does not see what comes next, between two languages there is "
            "no before and after, and only cross-attention links words."
        )
        + " "
    )


def _measured_on(study: HeadStudy, own: bool) -> str:
    corpus = _(
        "{data}: {sentences} sentences, greedy search. Links by hand: {links} sentences of "
        "{aligned}."
    ).format(
        data=study.data,
        sentences=study.sentences,
        links=study.aligned_sentences,
        aligned=study.aligned or "–",
    )
    if not own:
        return corpus
    return (
        _(
            "Computed now for the sentence at the top; gradients, links and BLEU are always those "
            "of the corpus."
        )
        + " "
        + corpus
    )


def _definitions(heads: Sequence[Head]) -> None:
    with st.expander(_("What the numbers and badges mean, and who defined them")):
        for code, words in WORDS.items():
            count = sum(QUESTIONS[code].holds(head) for head in heads)
            st.markdown(f"**{literal(_(words.asks))}**")
            st.text(_(words.means))
            if words.badge:
                st.text(
                    _("Badge “{badge}”: {count} of {total} heads ({source}).").format(
                        badge=_(words.badge),
                        count=count,
                        total=len(heads),
                        source=_(words.source),
                    )
                )
            else:
                st.text(_("Source: {source}.").format(source=_(words.source)))


def _one_head(translation: Translation, heads: Sequence[Head], code: str) -> Place:
    """The chosen head: its badges, and the sentences where it answers the question best."""
    st.subheader(_("One head"))
    place = pick_attention(translation.record)
    head = next(head for head in heads if head.place == place)
    held = ", ".join(_(WORDS[badge].badge) for badge in badges(head))
    st.text(
        _("{head} has these badges: {badges}.").format(head=_name(place), badges=held)
        if held
        else _("{head} has no badge.").format(head=_name(place))
    )
    if QUESTIONS[code].corpus or math.isnan(QUESTIONS[code].number(head)):
        code = "confidence"  # which every head has in every sentence
        st.text(_("Our example sentences in which it is surest of itself, by its confidence:"))
    else:
        st.text(_("Our example sentences in which it does this most:") + " " + _(ASKS[code]))
    number = QUESTIONS[code].number
    found = [
        (number(head._replace(measures=Measures(*own[place]))), example.text)
        for example, own in zip(EXAMPLES, _in_examples(st.session_state["model"]), strict=True)
    ]
    for rank, (value, text) in enumerate(sorted(found, reverse=True)[:CLEAREST], start=1):
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(_("Open in All heads"), key=f"open_{rank}", icon="👀"):
                kind, layer, index = place
                go("attention", kind=kind, layer=str(layer + 1), head=str(index + 1), text=text)
            st.text(_("{value} in “{text}”").format(value=_written(value, code), text=text))
    return place


@st.cache_data(max_entries=8, show_spinner=False)
def _in_examples(model: str) -> list[dict[Place, tuple[float, ...]]]:
    """The measures of every head in each of the example sentences."""
    return [
        {place: tuple(own) for place, own in head_measures([found.translation]).items()}
        for found in (translate(model, example.text) for example in EXAMPLES)
    ]


def _name(place: Place) -> str:
    kind, layer, head = place
    return f"{_(SHORT_NAMES[kind])} {layer + 1}.{head + 1}"


def _written(number: float, code: str) -> str:
    return format(number, FORMS[QUESTIONS[code].unit])


main()
