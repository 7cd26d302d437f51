"""A chapter above the page it talks about: its text, its question, and the way to the next."""

from typing import NamedTuple

import streamlit as st

from pages import View
from pages.shared import changes, goto, lessons, link, translation
from pages.shared.guard import guarded, literal
from pages.shared.language import _, language
from pages.shared.lessons import BY_NAME, CHAPTERS, QUESTIONS, Chapter, Text
from pages.shared.plan import read_plan
from pages.shared.quiz import Asked, ask
from transformer import UsageError

ANSWERS = "_answers"  # what this session answered first: {chapter: whether it was right}
CHOSEN = "_chosen"  # what it answered to each question, None if it only asked for the figure


class _Filled(NamedTuple):
    """A chapter's text and question with the numbers of the loaded model in them."""

    text: Text
    asked: Asked

    def fill(self, template: str) -> str:
        values = {name: literal(str(value)) for name, value in self.asked.values.items()}
        return template.format(**values)

    def options(self) -> list[str]:
        if self.text.options:
            return [self.fill(option) for option in self.text.options]
        return [literal(option) for option in self.asked.options]


def panel(view: View) -> bool:
    """Draw the chapter that the address names, if any; whether the page below may be seen yet."""
    chapter = BY_NAME.get(st.session_state["lesson"])
    planned = bool(st.session_state["plan"])
    if chapter is None and not planned:
        return True
    with st.container(border=True, key="lesson"):
        seen = True
        if chapter is not None and chapter.path == view.path:
            with guarded():
                seen = _chapter(chapter)
        elif chapter is not None:
            _way_back(chapter)
        if planned:
            _stops()
        elif chapter is not None:
            _neighbours(chapter)
    return seen


def answered() -> dict[str, bool]:
    """The chapters that this visitor has answered, and whether the first answer was right."""
    return st.session_state.setdefault(ANSWERS, {})


def _chapter(chapter: Chapter) -> bool:
    """Text and question side by side; whether the figure may be seen."""
    text = lessons.texts(language())[chapter.name]
    try:
        current = changes.current().translation
    except UsageError:
        return True  # the page below says what is wrong with the sentence
    model = translation.load(st.session_state["model"])
    filled = _Filled(text, ask(chapter.name, model, current))
    said, asked = st.columns([6, 5], gap="large")
    with said:
        st.caption(f"{chapter.question + 1}. {_(QUESTIONS[chapter.question])}")
        st.subheader(text.title)
        st.markdown(filled.fill(text.text))
        st.caption(_("Source: {source}").format(source=literal(text.source)))
    with asked:
        return _question(chapter, filled)


def _question(chapter: Chapter, filled: _Filled) -> bool:
    """The question or, once it is answered, what the model says; whether the figure may be seen."""
    place = repr((chapter.name, sorted(filled.asked.values.items())))
    chosen: dict[str, int | None] = st.session_state.setdefault(CHOSEN, {})
    question, options = filled.fill(filled.text.question), filled.options()
    if place in chosen:
        st.markdown(question)
        st.markdown(_verdict(chosen[place], filled))
        return True
    st.radio(
        question,
        range(len(options)),
        format_func=options.__getitem__,
        index=None,
        key=f"answer_{place}",
        on_change=_note_answer,
        args=(chapter.name, place, filled.asked.right),
    )
    st.button(
        _("Show me without an answer"),
        type="tertiary",
        on_click=chosen.setdefault,
        args=(place, None),
    )
    return False


def _note_answer(chapter: str, place: str, right: int) -> None:
    """An answer shows the figure; the first one to a chapter counts."""
    option = st.session_state[f"answer_{place}"]
    st.session_state[CHOSEN][place] = option
    answered().setdefault(chapter, option == right)


def _verdict(option: int | None, filled: _Filled) -> str:
    """Feedback, with the model's own number."""
    answer = filled.fill(filled.text.answer)
    if option is None:
        return answer
    if option == filled.asked.right:
        verdict = _("Right.")
        return f":green[**{verdict}**] {answer}"
    verdict = _("Not quite. You chose “{option}”.").format(option=filled.options()[option])
    return f":orange[**{verdict}**] {answer}"


def _way_back(chapter: Chapter) -> None:
    """For who has wandered to another page."""
    title = lessons.texts(language())[chapter.name].title
    if st.button(_("Back to the chapter “{title}”").format(title=literal(title))):
        open_chapter(chapter)


def _neighbours(chapter: Chapter) -> None:
    """The chapters before and after, and the way out."""
    number = CHAPTERS.index(chapter)
    step = _buttons(number, len(CHAPTERS))
    if step:
        open_chapter(CHAPTERS[number + step])


def _stops() -> None:
    """The stops of a teacher's lesson before and after."""
    stops = read_plan(st.session_state["plan"])
    number = min(st.session_state["at"], len(stops)) - 1
    step = _buttons(number, len(stops))
    if step:
        open_stop(st.session_state["plan"], number + step)


def _buttons(number: int, count: int) -> int:
    """The way along; -1 or 1 if it was taken."""
    with st.container(horizontal=True, vertical_alignment="center"):
        back = st.button(_("Back"), disabled=number == 0)
        ahead = st.button(_("Next"), type="primary", disabled=number == count - 1)
        st.text(_("{number} of {count}").format(number=number + 1, count=count))
        if st.button(_("All chapters"), type="tertiary"):
            _leave()
            goto.go("lessons")
        st.button(_("End the lesson"), type="tertiary", on_click=_leave)
    return ahead - back


def _leave() -> None:
    st.session_state.update({"lesson": "", "plan": ""})


def open_chapter(chapter: Chapter) -> None:
    """Go to the page of that chapter, with all that it sets; the sentence stays."""
    goto.go(chapter.path, **codes(chapter))


def codes(chapter: Chapter) -> dict[str, str]:
    """What the chapter's link sets; all else stays as it is."""
    return {**chapter.choices, "lesson": chapter.name, "plan": "", "at": "1"}


def open_stop(plan: str, number: int) -> None:
    """Go to a stop (from 0) of a teacher's lesson; only model and language stay as they are."""
    stop = read_plan(plan)[number]
    kept = {name: code for name, code in link.current().items() if name in ("lang", "model")}
    goto.follow(stop.path, {**kept, **stop.choices, "plan": plan, "at": str(number + 1)})
