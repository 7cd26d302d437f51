"""A small app for test_queue.py: a training that never ends, and how many are in line."""

import itertools
import threading
import time

import streamlit as st

from pages.shared.slots import LINE, paced, slot


def steps():
    for step in itertools.count():
        time.sleep(0.05)
        yield step


def training() -> None:
    st.toggle("Something else")
    pressed = st.button("Start")
    place = st.empty()
    if pressed:
        with slot():
            for step in paced(steps()):
                place.text(f"step {step}")


def count() -> None:
    names = [thread.name for thread in threading.enumerate()]
    st.text(f"in line: {len(LINE)}, scripts: {names.count('ScriptRunner.scriptThread')}")


st.navigation([st.Page(training, default=True), st.Page(count)]).run()
