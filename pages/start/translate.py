"""Translate: the English, what each word goes with, how sure the model was, what else it found."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.shared.changes import current
from pages.shared.components import piece_steps, word_links
from pages.shared.export import take_away
from pages.shared.guard import literal
from pages.shared.language import _
from pages.shared.picture import Picture, take
from pages.shared.translation import BEAM_SIZE, Timed, load
from pages.shared.unsure import measured_here, say_unsure, say_what_it_means
from pages.start.handover import handover
from pages.start.linking import how_good_links_are, what_links_are
from pages.start.whole import whole_text
from transformer import Translation
from transformer.alignments import kept_alignments
from transformer.analysis.alignment import Linking, default_linking, link_view
from transformer.analysis.confidence import Calibration, unsure
from transformer.analysis.view import View, strongest_link
from transformer.figures.attention import head_figure
from transformer.figures.score import row_figure
from transformer.tokenizer import Tokens
from transformer.translator import Step


def main() -> None:
    timed = current()
    translation = timed.translation
    whole_text()
    if not translation.text:
        st.info(_("The model ended at once and wrote nothing. Try a French sentence."))
        return
    found = measured_here()
    if translation.record.maps():
        _links(translation, found)
    else:
        handover(translation)
        _say_unsure(translation, found)
    st.subheader(_("Piece by piece"))
    st.write(
        _(
            "The model reads and writes pieces of words (▁ marks a space). Before it writes an "
            "English piece, it gives each of the {count} pieces it knows a probability; here are "
            "the five likeliest."
        ).format(count=translation.record.logits_LV.shape[1])
    )
    _pieces(translation, found)
    st.subheader(_("What the search found"))
    _hypotheses(timed)
    take_away()


def _say_unsure(translation: Translation, found: Calibration | None) -> None:
    """The words that are marked, and what that was measured to mean; nothing if it was not."""
    if not (found and found.limit):
        return
    doubts, means = unsure(translation, found.limit), say_what_it_means(found)
    if doubts:
        st.text(say_unsure(doubts, found.limit))
        st.caption(literal(means))
    else:
        st.caption(literal(f"{say_unsure(doubts, found.limit)} {means}"))


def _links(translation: Translation, found: Calibration | None) -> None:
    """English words over French ones, joined as this model links them best."""
    model = st.session_state["model"]
    measured = kept_alignments(model)
    linking = measured.best.linking if measured else default_linking(translation.record)
    seen = link_view(load(model), translation, linking)
    marked = {doubt.word for doubt in unsure(translation, found.limit)} if found else set()
    written = [
        {**word, "probability": probability, "unsure": place in marked}
        for place, (word, probability) in enumerate(
            zip(_words(translation.target), _word_probabilities(translation), strict=True)
        )
    ]
    word_links(
        _words(translation.source),
        written[: len(seen.rows)],
        seen.weights_NHLM[0, 0],
        labels={
            "target": _("English, written by the model"),
            "source": _("French, read by the model"),
            "idle": _("Point at a word to see its strongest links; click to keep them."),
            "target_sentence": _(
                "{target} goes most with {source} ({weight}). The model gave {target} probability "
                "{probability}."
            ),
            "source_sentence": _("{source} goes most with {target} ({weight})."),
            "unsure": _("unsure here"),
        },
        key="word_links",
    )
    _say_unsure(translation, found)
    st.caption(what_links_are(translation.record, linking))
    if measured:
        st.caption(how_good_links_are(measured))
    take(_links_picture(seen, linking), with_chart=True)


def _links_picture(seen: View, linking: Linking) -> Picture:
    """The same numbers as a heat map, for those who want them as numbers or files."""
    weights_LM = seen.weights_NHLM[0, 0]
    row, column = strongest_link(seen, weights_LM)
    rows, columns = np.indices(weights_LM.shape).reshape(2, -1)
    return Picture.of(
        "word-links",
        head_figure,
        {
            "seen.weights_NHLM[0, 0]": weights_LM,
            "seen.rows": seen.rows,
            "seen.columns": seen.columns,
        },
        setup="from transformer.analysis.alignment import Linking, link_view\n"
        f"seen = link_view(translator, translation, {linking})",
        said=_("“{target}” goes most with “{source}” ({weight}).").format(
            target=seen.rows[row],
            source=seen.columns[column],
            weight=f"{weights_LM[row, column]:.2f}",
        ),
        table={
            _("English"): [seen.rows[i] for i in rows],
            _("French"): [seen.columns[i] for i in columns],
            _("Weight"): weights_LM.ravel(),
        },
        row_title=_("English"),
        column_title=_("French"),
        dark=st.context.theme.type == "dark",
    )


def _words(tokens: Tokens) -> list:
    """Words as the component wants them; ``joined`` where no space stands before."""
    ends = [0, *(word.end for word in tokens.words)]
    return [
        {
            "text": word.text,
            "special": word.special,
            "joined": not word.special and 0 < word.begin == end,
        }
        for word, end in zip(tokens.words, ends, strict=False)
    ]


def _word_probabilities(translation: Translation) -> list[float]:
    """A word is as likely as all of its pieces together."""
    pieces = np.array([step.probability for step in translation.search.steps])
    return [float(pieces[list(word.pieces)].prod()) for word in translation.target.words]


def _pieces(translation: Translation, found: Calibration | None) -> None:
    source, target, steps = translation.source, translation.target, translation.search.steps
    piece_steps(
        [
            {
                "text": word.text,
                "special": word.special,
                "pieces": [source.pieces[i] for i in word.pieces],
            }
            for word in source.words
        ],
        [
            {
                "text": word.text,
                "special": word.special,
                "pieces": [
                    {
                        "piece": steps[i].piece,
                        "probability": steps[i].probability,
                        "rank": steps[i].rank,
                        "likeliest": [list(pair) for pair in steps[i].likeliest],
                    }
                    for i in word.pieces
                ],
            }
            for word in target.words
        ],
        labels={
            "source": _("French pieces"),
            "target": _("English pieces and their probabilities"),
            "heading": _("After “{before}”, the model gave:"),
            "heading_first": _("To begin, the model gave:"),
            "written": _("written"),
            "rank": _("rank {rank}"),
            "probability": _("probability"),
        },
        unsure=found.limit if found else 0.0,
        key="piece_steps",
    )
    take(_pieces_picture(translation.search.steps), with_chart=True)


def _pieces_picture(steps: Sequence[Step]) -> Picture:
    """How probable the model found each piece that was written."""
    probabilities = np.array([step.probability for step in steps])
    least = int(probabilities.argmin())
    return Picture.of(
        "piece-probabilities",
        row_figure,
        {
            "probabilities": probabilities,
            "np.log(probabilities)": np.log(probabilities),
            "probabilities > 0": probabilities > 0,
            "[step.piece for step in steps]": [step.piece for step in steps],
            "int(probabilities.argmin())": least,
        },
        setup="import numpy as np\nsteps = translation.search.steps\n"
        "probabilities = np.array([step.probability for step in steps])",
        said=_("The model was least sure of “{piece}”: {probability}.").format(
            piece=steps[least].piece, probability=f"{probabilities[least]:.3f}"
        ),
        table={
            _("Piece"): [step.piece for step in steps],
            _("probability"): probabilities,
            _("rank"): [step.rank for step in steps],
        }
        | {
            _("likeliest {number}").format(number=number + 1): [
                "{} {:.4f}".format(*step.likeliest[number]) for step in steps
            ]
            for number in range(min(len(step.likeliest) for step in steps))
        },
        title=_("English pieces and their probabilities"),
        dark=st.context.theme.type == "dark",
    )


def _hypotheses(timed: Timed) -> None:
    found = timed.translation.search.hypotheses
    st.dataframe(
        {
            _("Translation"): [candidate.text for candidate in found],
            _("Score"): [round(candidate.score, 3) for candidate in found],
            _("Log-probability"): [round(candidate.log_probability, 3) for candidate in found],
            _("Pieces"): [len(candidate.pieces) for candidate in found],
        },
        hide_index=True,
        width="stretch",
    )
    st.caption(
        _(
            "Beam search kept the {beam} likeliest beginnings at every step. The score is the "
            "log-probability divided by ((5 + pieces) / 6), so that long translations are not put "
            "at a disadvantage. Translated and traced in {milliseconds} ms by the model "
            "{model}."
        ).format(
            beam=BEAM_SIZE,
            milliseconds=round(1000 * timed.seconds),
            model=st.session_state["model"],
        )
    )


main()
