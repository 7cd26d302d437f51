"""A tiny Transformer learns while one watches: its loss, its answers and its cross-attention."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.learning.student import answers, attention, loss, own_attention
from pages.shared.exercise import HEADS, TASK_NAMES, WIDTHS
from pages.shared.export import copy_link
from pages.shared.guard import guarded, literal
from pages.shared.language import _
from pages.shared.pick import pick
from pages.shared.picture import show
from pages.shared.slots import moment, paced, slot
from pages.shared.speed import BENCHMARKS
from transformer.exercise import (
    BATCH,
    HELD_OUT,
    LONGEST,
    SHORTEST,
    STEPS,
    Exercise,
    Report,
    Result,
    Student,
    check_letters,
    solution,
)
from transformer.results import load_results

STUDENTS = "_students"  # those that this visitor has trained: {exercise: student}
KEPT = 6


def main() -> None:
    st.header(_("Watch a Transformer learn"))
    st.write(
        _(
            "A Transformer with one layer on each side, of the same classes as the one that "
            "translates here. It knows nothing at first and sees {batch} random sequences of "
            "{shortest} to {longest} letters at every step, each with its right answer. Watch the "
            "cross-attention: which letter is looked at when a letter is written?"
        ).format(batch=BATCH, shortest=SHORTEST, longest=LONGEST)
    )
    exercise = _pick()
    students = st.session_state.setdefault(STUDENTS, {})
    pressed = st.button(_("Start the training"), key="start", type="primary", icon="▶️")
    controls, place = st.container(), st.empty()
    _expect(exercise)
    below = st.empty()
    if not pressed:
        student = students.get(exercise) or _untrained(exercise)
        with place.container():
            _show(student)
        with below.container(), guarded():
            st.subheader(_("Try it yourself"))
            _ask(student)
    st.divider()
    copy_link()
    if pressed:  # last: what follows a training in this script is not drawn until it ends
        with controls, slot():
            _train(exercise, students, place)
        st.rerun()


def _pick() -> Exercise:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pick(_("Task"), list(TASK_NAMES), "task", TASK_NAMES)
        for label, codes, key in (
            (_("Heads"), HEADS, "heads"),
            (_("d_k, the width of a head"), WIDTHS, "d_k"),
        ):
            st.segmented_control(label, codes, key=key, required=True, persist_state="session")
    heads, d_k = (int(st.session_state[key]) for key in ("heads", "d_k"))
    return Exercise(st.session_state["task"], heads, d_k)


@st.cache_resource(max_entries=16, show_spinner=False)
def _untrained(exercise: Exercise) -> Student:
    """As it is before its first step; nobody trains this one."""
    student = Student(exercise)
    list(student.learn(0))
    return student


def _train(exercise: Exercise, students: dict[Exercise, Student], place: DeltaGenerator) -> None:
    """Drawn as it goes; a click on Stop leaves the student as it is then."""
    student = Student(exercise)
    for report in paced(student.learn(STEPS)):
        students.pop(exercise, None)
        students[exercise] = student  # the newest is the last
        while len(students) > KEPT:
            del students[next(iter(students))]
        with place.container():
            st.progress(report.step / STEPS)
            _numbers(report)
            for draw in (attention, loss):
                moment(draw(student), report.step)


def _show(student: Student) -> None:
    """What it can now, and how it came to it."""
    last = student.reports[-1]
    if last.step == 0:
        st.text(_("Not trained yet: all weights are random. Press the button to see it learn."))
    _numbers(last)
    show(attention(student))
    if last.step:
        for column, draw in zip(st.columns(2), (loss, answers), strict=True):
            with column:
                show(draw(student))


def _ask(student: Student) -> None:
    """What it makes of the visitor's letters."""
    st.text_input(
        _("Your own letters"), key="letters", max_chars=60, persist_state="session", width=320
    )
    letters = check_letters(st.session_state["letters"])
    right, written = solution(student.exercise.task, letters), student.answer(letters)
    said = "".join(piece for piece in written if piece != "</s>")
    line = _("It writes {written}; right would be {right}.").format(
        written=said or "–", right=right
    )
    line = literal(line)
    st.markdown(f":green[✓ {line}]" if said == right else f":orange[✗ {line}]")
    show(own_attention(student, letters, written))


def _expect(exercise: Exercise) -> None:
    """What whole trainings of this task led to, measured beforehand."""
    st.subheader(_("What to expect"))
    machine, results = load_results(BENCHMARKS / "exercise.json", Result, "exercise")
    groups: dict[tuple[int, int], list[Result]] = {}
    for found in results:
        if found.task == exercise.task:
            groups.setdefault((found.heads, found.d_k), []).append(found)
    columns = {
        _("heads × d_k"): [f"{heads} × {d_k}" for heads, d_k in groups],
        _("trainings"): [len(group) for group in groups.values()],
        _("unseen sequences right"): [_span(group, "accuracy") for group in groups.values()],
        _("weight on the right letter"): [_span(group, "sharpness") for group in groups.values()],
        _("seconds of work"): [_span(group, "seconds") for group in groups.values()],
    }
    st.dataframe(columns, hide_index=True, width="stretch")
    st.caption(
        _(
            "Lowest to highest of trainings of {steps} steps from different random beginnings, "
            "on {processor}, one thread; examined on {count} sequences that never occur in "
            "training. “python -m transformer benchmark exercise” measures it on your machine."
        ).format(steps=STEPS, processor=machine.processor, count=HELD_OUT)
    )


def _span(group: list[Result], name: str) -> str:
    """Lowest and highest, as a range."""
    values = [getattr(found, name) for found in group]
    spec = ".1f" if name == "seconds" else ".0%"
    low, high = (f"{limit:{spec}}" for limit in (min(values), max(values)))
    return low if low == high else f"{low} – {high}"


def _numbers(report: Report) -> None:
    values = (
        (_("Steps"), f"{report.step:,}"),
        (_("Unseen sequences right"), f"{report.accuracy:.0%}"),
        (_("Weight on the right letter"), f"{report.sharpness:.0%}"),
        (_("Work of the processor"), _("{seconds} s").format(seconds=f"{report.seconds:.1f}")),
    )
    for column, (label, value) in zip(st.columns(len(values)), values, strict=True):
        column.metric(label, value)


main()
