"""Exercises: right answers, unseen sequences, and a student that learns the same way twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.errors import UsageError
from transformer.exercise import (
    EXAMPLE,
    LETTERS,
    LONGEST,
    SHORTEST,
    TASKS,
    Exercise,
    Student,
    check_letters,
    order,
    read,
    sharpness,
    solution,
    spelled,
)

words = st.text(alphabet=LETTERS, min_size=SHORTEST, max_size=LONGEST)


@given(words)
def test_the_tasks_do_what_they_say(letters):
    assert solution("copy", letters) == letters
    assert solution("reverse", letters) == letters[::-1]
    assert solution("sort", letters) == "".join(sorted(letters))
    assert all(sorted(order(task, letters)) == list(range(len(letters))) for task in TASKS)
    assert read(spelled(letters)) == (*letters, "</s>")
    assert check_letters(f" {letters.upper()}\n") == letters


@pytest.mark.parametrize("text", ["", "ab", "abcdefghi", "abz", "a1b", "É", "<b>"])
def test_other_letters_are_refused(text):
    with pytest.raises(UsageError, match="3 to 8 letters from a to l"):
        check_letters(text)


def test_sharpness_is_the_best_heads_weight_on_the_right_letter():
    length = len(EXAMPLE) + 1
    even = np.full((length, length), 1 / length)
    right = np.eye(length)[[*order("reverse", EXAMPLE), length - 1]]
    assert sharpness(np.stack([even, even]), "reverse") == pytest.approx(1 / length)
    assert sharpness(np.stack([even, right]), "reverse") == 1
    assert sharpness(right[None], "copy") == 0


def test_a_student_learns_and_does_so_the_same_way_again():
    student = Student(Exercise("copy", heads=2, d_k=8))
    whole = list(student.learn(30))
    assert [report.step for report in whole] == [0, 25, 30]
    assert whole[-1].loss < whole[0].loss
    np.testing.assert_array_equal(student.curve("loss"), [report.loss for report in whole])
    np.testing.assert_allclose(whole[-1].weights_HLM.sum(-1), 1, rtol=1e-5)
    again = Student(Exercise("copy", heads=2, d_k=8))
    first = list(again.learn(25))[-1]  # a beginning of the same training
    assert (first.loss, first.accuracy) == (whole[1].loss, whole[1].accuracy)
    np.testing.assert_array_equal(first.weights_HLM, whole[1].weights_HLM)


def test_it_is_examined_on_what_it_never_sees():
    student = Student(Exercise("sort", heads=1, d_k=4))
    known = frozenset(student.unseen)
    assert not known & set(student._draw(2000, known))


def test_what_it_looks_at_while_it_answers():
    student = Student(Exercise("reverse", heads=2, d_k=4))
    written = student.answer("badge")
    assert student.look("badge", written).shape == (2, len(written), 6)
    right = (*solution("reverse", "badge"), "</s>")
    np.testing.assert_array_equal(student.look("badge"), student.look("badge", right))


def test_a_training_that_is_left_can_be_closed():
    student = Student(Exercise("copy", heads=1, d_k=4))
    training = student.learn()
    next(training)
    training.close()
    assert [report.step for report in student.reports] == [0]
