"""A teacher's own lesson: made of chapters, pages and pasted links, carried by one address."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import BY_PATH
from pages.shared.plan import LONGEST, MOST_STOPS, Stop, read_link, read_plan, write_plan

stops = st.builds(
    Stop,
    st.sampled_from(sorted(BY_PATH)),
    st.dictionaries(st.sampled_from(["text", "kind", "lesson"]), st.text(min_size=1, max_size=30)),
)


@given(st.lists(stops, max_size=6))
def test_a_plan_is_read_as_it_was_written(plan) -> None:
    assert list(read_plan(write_plan(plan))) == plan


@pytest.mark.parametrize(
    "link", ["nowhere", "https://example.org/elsewhere?text=a", "javascript:alert(1)", "../app.py"]
)
def test_only_links_to_pages_are_taken(link) -> None:
    with pytest.raises(ValueError):
        read_link(link)


def test_too_many_stops_are_refused() -> None:
    with pytest.raises(ValueError):
        read_plan(write_plan([Stop("score", {})] * (MOST_STOPS + 1)))
    with pytest.raises(ValueError):
        read_plan(write_plan([Stop("score", {"text": "a" * LONGEST})]))


def press(visitor, label, number=0):
    [button for button in visitor.app.button if button.label == label][number].click().run()


def test_a_lesson_is_built_link_by_link_and_opens_for_the_class(visit) -> None:
    teacher = visit("teach")
    assert any("No stop yet" in text.value for text in teacher.app.text)
    teacher.app.selectbox(key="_part").set_value("Chapter: Which word does it look at?")
    teacher.app.text_input(key="_sentence").set_value("Ma tante a | 100 % raison.")
    press(teacher, "Add")
    teacher.app.text_input(key="_link_to_add").set_value(
        "https://class.example/app/scale?factor=4&text=Bonjour&plan=x&draft=y"
    )
    press(teacher, "Add this view")
    assert teacher.sentences == []
    press(teacher, "↑", 1)
    (link,) = [code.value for code in teacher.app.code]
    parts = urlsplit(link)
    pupil = visit(parts.path.strip("/"), dict(parse_qsl(parts.query)))
    assert parts.path == "/scale" and pupil.box == "Bonjour" and pupil.sentences == []
    assert pupil.app.session_state["factor"] == "4"
    press(pupil, "Next")
    assert pupil.box == "Ma tante a | 100 % raison."
    assert pupil.app.subheader[0].value == "Which word does it look at?"
    assert pupil.app.session_state["at"] == 2
    press(teacher, "✕", 0)
    assert [stop.path for stop in read_plan(teacher.app.session_state["draft"])] == ["attention"]


def test_what_is_no_link_is_explained_and_kept(visit) -> None:
    teacher = visit("teach", {"draft": "score?text=Bonjour"})
    teacher.app.text_input(key="_link_to_add").set_value("https://example.org/**bold**")
    press(teacher, "Add this view")
    assert "https://example.org/**bold**".replace("*", "\\*") in teacher.sentences[0].replace(
        "\\.", "."
    ).replace("\\:", ":").replace("\\/", "/")
    assert teacher.app.text_input(key="_link_to_add").value == "https://example.org/**bold**"
    assert len(teacher.app.code) == 1  # the lesson made so far is still there


def test_a_stop_too_many_is_refused_and_the_others_stay(visit) -> None:
    teacher = visit("teach", {"draft": "|".join(["score?text=Bonjour"] * MOST_STOPS)})
    press(teacher, "Add")
    assert len(teacher.sentences) == 1 and str(MOST_STOPS) in teacher.sentences[0]
    assert len(read_plan(teacher.app.session_state["draft"])) == MOST_STOPS
    assert len(teacher.app.code) == 1


def test_a_damaged_plan_does_no_harm(visit) -> None:
    assert visit("teach", {"draft": "nowhere?x"}).app.session_state["draft"] == ""
    pupil = visit("score", {"plan": "nowhere?x", "at": "7"})
    assert pupil.sentences == [] and pupil.app.session_state["plan"] == ""
    pupil = visit("score", {"plan": "score?text=Bonjour", "at": "7"})
    assert pupil.sentences == []
