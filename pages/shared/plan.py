"""A teacher's own lesson: some chapters and views, each with its sentence, in one address."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from pages import BY_PATH

BETWEEN = "|"  # which urlencode writes as %7C inside a stop
MOST_STOPS = 30
LONGEST = 6000  # characters: servers and browsers take addresses up to 8,000


class Stop(NamedTuple):
    """A page and the codes of its choices, as in link.py; with ``lesson`` it is a chapter."""

    path: str
    choices: Mapping[str, str]


def read_link(link: str) -> Stop:
    """What a copied address leads to; ValueError if it is not one of this app's pages."""
    parts = urlsplit(link.strip())
    path = parts.path.rstrip("/").rpartition("/")[2]
    if path not in BY_PATH:
        raise ValueError(link)
    return Stop(path, dict(parse_qsl(parts.query)))


def read_plan(code: str) -> tuple[Stop, ...]:
    """The stops that ``write_plan`` wrote; ValueError if one is damaged or they are too many."""
    stops = tuple(read_link(link) for link in code.split(BETWEEN) if link)
    if len(stops) > MOST_STOPS or len(code) > LONGEST:
        raise ValueError(code)
    return stops


def write_plan(stops: Sequence[Stop]) -> str:
    """One text for all stops: relative links with a bar between."""
    return BETWEEN.join(f"{stop.path}?{urlencode(stop.choices)}" for stop in stops)
