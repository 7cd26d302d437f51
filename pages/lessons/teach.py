"""For teachers: a lesson of one's own, made of chapters and views, as one link."""

from urllib.parse import urlencode, urljoin

import streamlit as st

from pages import BY_PATH, VIEWS
from pages.shared import lessons
from pages.shared.guard import guarded, literal
from pages.shared.language import _, language
from pages.shared.lesson_panel import open_stop
from pages.shared.lessons import BY_NAME, CHAPTERS
from pages.shared.live import by_itself
from pages.shared.plan import LONGEST, MOST_STOPS, Stop, read_link, read_plan, write_plan
from pages.shared.translation import LONGEST_SENTENCE
from transformer import UsageError

PARTS = {f"lesson:{chapter.name}": chapter.path for chapter in CHAPTERS} | {
    f"page:{view.path}": view.path for view in VIEWS if view.path not in ("lessons", "teach")
}


def main() -> None:
    st.header(_("A lesson of your own"))
    st.write(
        _(
            "Choose chapters and pages in any order, each with its sentence. The link below then "
            "leads a class through them, stop by stop. Nothing is stored: the link is the lesson."
        )
    )
    by_itself(_draw)


def _draw() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _add_part()
        with guarded():  # what is wrong with a link must not hide the lesson made so far
            _add_link()
    with right:
        stops = read_plan(st.session_state["draft"])
        if not stops:
            st.text(_("No stop yet: add a chapter or a page."))
            return
        for number, stop in enumerate(stops):
            _row(number, stop, len(stops))
        with guarded():
            _refuse_more()
        _result(stops)


def _add_part() -> None:
    """A chapter or a page as it opens by itself, with a sentence."""
    names = {part: _name_part(part) for part in PARTS}
    with st.form("add_part"):
        st.selectbox(_("Chapter or page"), list(names), format_func=names.__getitem__, key="_part")
        st.text_input(
            _("Its sentence (empty: the one at the top)"),
            key="_sentence",
            max_chars=LONGEST_SENTENCE,
        )
        st.form_submit_button(_("Add"), type="primary", on_click=_take_part)


def _add_link() -> None:
    """Any view with all its choices, as somebody has set it up."""
    with st.form("add_link"):
        st.text_input(
            _("Or paste a link that you copied at the foot of a page"),
            key="_link_to_add",
            placeholder="https://…/attention?kind=cross&layer=3",
        )
        st.form_submit_button(_("Add this view"), on_click=_take_link)
    if st.session_state.get("_not_a_link"):
        raise UsageError(
            "A link to a page of this app was expected, such as one from “Copy link”; “{link}” is "
            "none. Copy it again.",
            link=st.session_state["_not_a_link"],
        )


def _name_part(code: str) -> str:
    kind, _colon, name = code.partition(":")
    if kind == "page":
        return _("Page: {title}").format(title=_(BY_PATH[name].title))
    return _("Chapter: {title}").format(title=_title(name))


def _title(chapter: str) -> str:
    return lessons.texts(language())[chapter].title


def _take_part() -> None:
    kind, _colon, name = st.session_state["_part"].partition(":")
    typed = st.session_state["_sentence"].strip()
    text, number = st.session_state["text"], st.session_state["sentence"]
    shown = {"text": text} | ({"sentence": str(number)} if number > 1 else {})
    chosen = {"lesson": name, **BY_NAME[name].choices} if kind == "lesson" else {}
    _append(
        Stop(PARTS[st.session_state["_part"]], {**({"text": typed} if typed else shown), **chosen})
    )


def _take_link() -> None:
    """The draft with that link; what is no link stays in its box and is explained."""
    pasted = st.session_state["_link_to_add"]
    st.session_state["_not_a_link"] = ""
    try:
        stop = read_link(pasted)
        if not stop.choices and stop.path == "":
            raise ValueError(pasted)
    except ValueError:
        st.session_state["_not_a_link"] = pasted or "–"
        return
    st.session_state["_link_to_add"] = ""
    kept = {
        name: code for name, code in stop.choices.items() if name not in ("plan", "at", "draft")
    }
    _append(Stop(stop.path, kept))


def _append(stop: Stop) -> None:
    _keep([*read_plan(st.session_state["draft"]), stop])


def _keep(stops: list[Stop]) -> None:
    """The new draft, unless it would be longer than an address may be."""
    draft = write_plan(stops)
    st.session_state["_full"] = len(stops) > MOST_STOPS or len(draft) > LONGEST
    if not st.session_state["_full"]:
        st.session_state["draft"] = draft


def _row(number: int, stop: Stop, count: int) -> None:
    """One stop, and buttons that move it or take it away."""
    chapter = stop.choices.get("lesson", "")
    name = f"lesson:{chapter}" if chapter in BY_NAME else f"page:{stop.path}"
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.text(f"{number + 1}. {_name_part(name)}")
            if "text" in stop.choices:
                st.caption(literal(stop.choices["text"]))
        for label, help, other in (
            ("↑", _("Earlier"), number - 1),
            ("↓", _("Later"), number + 1),
            ("✕", _("Take it out"), None),
        ):
            st.button(
                label,
                key=f"{label}{number}",
                help=help,
                disabled=other is not None and not 0 <= other < count,
                on_click=_move,
                args=(number, other),
            )


def _move(number: int, other: int | None) -> None:
    stops = list(read_plan(st.session_state["draft"]))
    stop = stops.pop(number)
    if other is not None:
        stops.insert(other, stop)
    _keep(stops)


def _refuse_more() -> None:
    """Say so if the last stop did not fit."""
    if st.session_state.get("_full"):
        raise UsageError(
            "A lesson link holds up to {stops} stops and {longest} characters, and this stop would "
            "make it longer. Take another one out first.",
            stops=MOST_STOPS,
            longest=LONGEST,
        )


def _result(stops: tuple[Stop, ...]) -> None:
    """The link, and a way to try it."""
    plan = write_plan(stops)
    first = stops[0]
    query = {**first.choices, "plan": plan, "at": "1"}
    if st.session_state["lang"] != "en":
        query["lang"] = st.session_state["lang"]
    st.subheader(_("The link for your class"))
    st.code(
        urljoin(st.context.url or "", f"/{first.path}?{urlencode(query)}"),
        language=None,
        wrap_lines=True,
    )
    if st.button(_("Try it"), type="primary"):
        open_stop(plan, 0)


main()
