"""Is attention an explanation? Weight, length and leave-one-out of every French word, compared."""

import math

import numpy as np
import streamlit as st

from pages import N_
from pages.explanations.agreement import caveat, correlations, numbers, rollout
from pages.shared.attention import pick_head
from pages.shared.changes import current_edits, current_english
from pages.shared.examples import EXAMPLES
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.odds import odds
from pages.shared.picture import Picture, show
from pages.shared.sentence import current_text
from pages.shared.side import pick_layer, pick_piece
from pages.shared.stage import proof
from pages.shared.translation import load, translate
from transformer import Translation, UsageError
from transformer.analysis.explanations import Compared, compare, rolled_out
from transformer.analysis.leave_one_out import (
    LeaveOneOut,
    check_hidden,
    leave_one_out,
    without_each_way,
)
from transformer.analysis.norms import adds_up
from transformer.analysis.stack import stack
from transformer.analysis.view import numbered
from transformer.edit_codes import read_edits, write_edits
from transformer.figures.explanations import three_rows_figure

# Attention looks at one word, but the piece is owed to another.
STORIES = (
    (N_("Which night?"), {"text": EXAMPLES[2].text, "piece": 5}),
    (N_("Whose car?"), {"text": "Elle a vendu sa voiture à son voisin.", "piece": 3}),
)
PLAIN = {"model": "small", "layer": 3, "one_head": False, "edits": "", "english": ""}
SETUP = """\
from transformer.analysis.explanations import compare, rolled_out
from transformer.analysis.leave_one_out import leave_one_out
from transformer.analysis.view import numbered
left_out = leave_one_out(translator, translation{edits})
found = compare(translator, translation, left_out, layer={layer}, head={head})
words = numbered([word.text for word in translation.source.words])
"""


def main() -> None:
    st.header(_("Is attention an explanation?"))
    st.write(
        _(
            "Attention weighs the French words for every English piece. But is the piece owed to "
            "the word with the largest weight? Two more answers to the same question: how large "
            "the vector is that comes from each word, and what changes when that word is hidden."
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_("For example:"), width="content")
        for number, (title, chosen) in enumerate(STORIES):
            st.button(
                _(title),
                key=f"explain_{number}",
                on_click=st.session_state.update,
                args=(PLAIN | chosen,),
            )
    live(_draw)


# Not cache_data: the record is frozen and its arrays are read-only.
@st.cache_resource(max_entries=64, show_spinner=False)
def _left_out(model: str, text: str, edits: str, english: str) -> LeaveOneOut:
    translation = translate(model, text, read_edits(edits), english).translation
    return leave_one_out(load(model), translation, read_edits(edits))


def _draw(translation: Translation) -> None:
    step, layer, head = _pick(translation)
    model, code = st.session_state["model"], write_edits(current_edits())
    left_out = _left_out(model, current_text(), code, current_english())
    found = compare(load(model), translation, left_out, layer, head)
    setup = SETUP.format(edits=f", read_edits({code!r})" if code else "", layer=layer, head=head)
    words = numbered([word.text for word in translation.source.words])
    written = numbered(translation.target.pieces)
    missed = int(np.nanargmax(found.lost_LM[step]))
    show(_three_rows(found, left_out, words, written, step, setup))
    _two_ways(translation, left_out, (step, missed), (written[step], words[missed]))
    numbers(found, step)
    _proofs(translation, left_out, (step, missed), layer, words[missed])
    st.caption(_meaning())
    st.subheader(_("Do the three agree for the other pieces?"))
    show(correlations(found, written, step, setup))
    st.subheader(_("Attention rollout"))
    rolled_LM = rolled_out(translation)
    show(rollout(found, rolled_LM, words, written, step, setup))
    st.caption(caveat(rolled_LM))


def _pick(translation: Translation) -> tuple[int, int, int | None]:
    """Piece, layer and head (None: all of them), all from 0."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = pick_piece(numbered(translation.target.pieces))
        if st.toggle(_("One head alone"), key="one_head", persist_state="session"):
            return step, *pick_head(translation.trace, "cross")
        return step, pick_layer(stack(translation, "target")), None


def _three_rows(
    found: Compared,
    left_out: LeaveOneOut,
    words: tuple[str, ...],
    written: tuple[str, ...],
    step: int,
    setup: str,
) -> Picture:
    rows = found.attention_LM[step], found.size_LM[step], found.lost_LM[step]
    return Picture.of(
        "three-explanations",
        three_rows_figure,
        {
            f"found.attention_LM[{step}]": rows[0],
            f"found.size_LM[{step}]": rows[1],
            f"found.lost_LM[{step}]": rows[2],
            "words": words,
        },
        setup=setup,
        headings=(
            _("Attention: weight of each French word"),
            _("Contribution: length of weight × value × W_O"),
            _("Leave-one-out: change of log-probability with this word hidden"),
        ),
        title=_("What “{piece}” is owed to").format(piece=written[step]),
        dark=st.context.theme.type == "dark",
        said=_verdict(found, left_out, words, written[step], step),
        table={
            _("French"): words,
            _("attention"): rows[0],
            _("contribution"): rows[1],
            _("change of log-probability"): -rows[2],
        },
    )


def _verdict(
    found: Compared, left_out: LeaveOneOut, words: tuple[str, ...], piece: str, step: int
) -> str:
    """Which word each of the three names, and whether they agree."""
    rows = found.attention_LM[step], found.size_LM[step], found.lost_LM[step]
    looked, brought, missed = (int(np.nanargmax(row)) for row in rows)
    if looked == brought == missed:
        verdict = _("All three name the same word.")
    elif looked == missed:
        verdict = _("Attention and leave-one-out name the same word, the contribution another.")
    else:
        verdict = _("Attention and leave-one-out disagree.")
    facts = _(
        "For “{piece}” attention weighs “{looked}” most ({weight}), and most comes from "
        "“{brought}” (length {size}). Hiding “{missed}” costs most: log-probability {change}, "
        "so that the probability goes from {before} to {after}."
    ).format(
        piece=piece,
        looked=words[looked],
        weight=f"{rows[0][looked]:.2f}",
        brought=words[brought],
        size=f"{rows[1][brought]:.1f}",
        missed=words[missed],
        change=f"{-rows[2][missed]:+.2f}",
        before=_probability(left_out.whole_L[step]),
        after=_probability(left_out.hidden_LM[step, missed]),
    )
    return f"{verdict} {facts}"


def _proofs(
    translation: Translation,
    left_out: LeaveOneOut,
    place: tuple[int, int],
    layer: int,
    word: str,
) -> None:
    translator = load(st.session_state["model"])
    st.text(
        _("“{word}” hidden once more, in a pass of its own: log-probability of each piece.").format(
            word=word
        )
    )
    proof(check_hidden(translator, translation, left_out, place, current_edits()))
    st.text(_("What all heads bring from all words adds up to the sub-layer's own output:"))
    proof(adds_up(translator, translation.trace, layer))


def _meaning() -> str:
    return _(
        "The weight says where the layer looks, the length how much comes from there (Kobayashi "
        "et al. 2020), leave-one-out what the whole model would miss. Jain and Wallace (2019) "
        "found that attention often disagrees with leave-one-out, and take it for no explanation; "
        "Wiegreffe and Pinter (2019) answer that it can still be one of several. Leave-one-out "
        "has its limits too: the model was not trained on sentences with a gap, and of two words "
        "that say the same each alone seems to matter little. A rank correlation counts all words, "
        "also the many that hardly matter."
    )


def _two_ways(
    translation: Translation,
    left_out: LeaveOneOut,
    place: tuple[int, int],
    names: tuple[str, str],
) -> None:
    """By which way the word that is missed most acts; nothing where an edit forbids to try."""
    (step, word), (piece, name) = place, names
    translator = load(st.session_state["model"])
    try:
        ways = without_each_way(translator, translation, word, current_edits())
    except UsageError:
        return
    direct, read = (_probability(way_L[step]) for way_L in ways)
    st.text(
        _(
            "How does “{word}” act? A vector of the encoder's memory is named after its word, but "
            "holds what that word has read from the others: to look at one word can mean to fetch "
            "another. Where the decoder must not look at “{word}”, “{piece}” has probability "
            "{direct}; where the other French words must not read it, {read}; where it is hidden "
            "from both, {hidden}; as it is, {whole}."
        ).format(
            word=name,
            piece=piece,
            direct=direct,
            read=read,
            hidden=_probability(left_out.hidden_LM[step, word]),
            whole=_probability(left_out.whole_L[step]),
        )
    )


def _probability(log_probability: float) -> str:
    return odds(math.exp(log_probability))


main()
