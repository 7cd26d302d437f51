"""The lessons: four questions, and the chapters that answer them."""

import streamlit as st

from pages import BY_PATH
from pages.shared import lessons, link
from pages.shared.guard import literal
from pages.shared.language import _, language
from pages.shared.lesson_panel import answered, codes, open_chapter
from pages.shared.lessons import CHAPTERS, QUESTIONS, Chapter
from pages.shared.live import by_itself


def main() -> None:
    st.header(_("Four questions, one hour"))
    st.write(
        _(
            "Each chapter says one thing, asks one question and then shows the answer in the "
            "model itself, for the sentence at the top. Change the sentence whenever you like: "
            "all questions follow."
        )
    )
    _progress()
    with st.container(key="chapters"):
        for number, column in enumerate(st.columns(len(QUESTIONS), gap="medium")):
            with column:
                _question(number)
    by_itself(lambda: None)


def _progress() -> None:
    done = answered()
    first = next((chapter for chapter in CHAPTERS if chapter.name not in done), CHAPTERS[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Go on") if done else _("Begin"), type="primary"):
            open_chapter(first)
        st.text(
            _("{done} of {count} chapters answered, {right} of them right at once").format(
                done=len(done), count=len(CHAPTERS), right=sum(done.values())
            )
        )


def _question(number: int) -> None:
    """One of the four questions, and the chapters that answer it."""
    st.subheader(f"{number + 1}. {_(QUESTIONS[number])}")
    with st.container(gap=None):
        for chapter in CHAPTERS:
            if chapter.question == number:
                _entry(chapter)


def _entry(chapter: Chapter) -> None:
    """A chapter's title: a link that can be copied, marked once it has been answered."""
    title = literal(lessons.texts(language())[chapter.name].title)
    mark = {True: "✓", False: "○"}.get(answered().get(chapter.name), "·")
    st.page_link(
        BY_PATH[chapter.path].script,
        label=f"{mark} {title}",
        query_params=link.current(**codes(chapter)),
    )


main()
