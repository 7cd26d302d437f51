"""Seconds from a command to its first result, each time in a new process.

    python benchmarks/startup.py [ROUNDS]

`make run` until the first picture is drawn in a browser that waits for the server, and `python -m
transformer translate` until its line is there. The programs are installed and were run before, so
that the machine has their files in memory. Needs Debian's chromium and playwright.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from urllib.request import urlopen

from browser import ROOT, browser, free_port
from first_picture import PICTURES, open_page
from playwright.sync_api import Browser

SENTENCE = "Le chat noir dort sur le canapé."


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with browser() as chromium:
        pictures = [first_picture(chromium) for _ in range(rounds + 1)][1:]
    lines = [first_line() for _ in range(rounds + 1)][1:]
    for name, seconds in (("make run, first picture", pictures), ("first line", lines)):
        print(
            f"{name:24} median {statistics.median(seconds):.2f} s "
            f"({min(seconds):.2f} to {max(seconds):.2f}, {rounds} rounds)"
        )


def first_picture(chromium: Browser) -> float:
    """Seconds from ``make run`` to the finished first picture, by a browser that keeps asking."""
    port = free_port()
    begun = time.perf_counter()
    running = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that the server ends with make
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        open_page(chromium, address, PICTURES["/"])
        return time.perf_counter() - begun
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait()


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            urlopen(address).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not answer within 30 seconds: does `make run` start it?")


def first_line() -> float:
    """Seconds of the command that translates one sentence."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "transformer", "translate", SENTENCE]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
