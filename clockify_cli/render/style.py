"""The look of a view, and styled text that is safe to print.

Views are laid out here and not by ``rich``: importing its tables costs about 40 ms and laying
out a thousand rows with them 400 ms. ``rich`` measures wide characters.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from clockify_cli.render import cells
from clockify_cli.render.safe import safe

COMPACT = 60  # below so many columns there are no rules and only single blanks

_CODES = {
    "bold": "1",
    "dim": "2",
    "italic": "3",
    "underline": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
_CUBE = (0, 95, 135, 175, 215, 255)


def _truecolor() -> bool:
    return os.environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")


@dataclass(frozen=True)
class Look:
    """What a view is drawn for.

    Attributes:
        width: Columns that a line may take.
        color: Whether colour codes may be used.
        zone: In which times are shown.
        now: The present, aware.
        truecolor: Whether 24-bit colours may be used; else the 256 of xterm.
    """

    width: int
    color: bool
    zone: tzinfo
    now: datetime
    truecolor: bool = field(default_factory=_truecolor)

    @property
    def compact(self) -> bool:
        """Whether the view should do without rules and double blanks."""
        return self.width < COMPACT

    @property
    def today(self) -> date:
        """The day it is in the zone."""
        return self.now.astimezone(self.zone).date()

    def local(self, moment: datetime) -> datetime:
        """Return an aware ``moment`` in the zone."""
        return moment.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style: words of ``bold dim red … #rrggbb``, in any number."""

    text: str
    style: str = ""


class Line:
    """One line of styled text; whatever is put in is made safe first."""

    __slots__ = ("spans",)

    def __init__(self, *parts: str | Span | Line | None) -> None:
        spans: list[Span] = []
        for part in parts:
            if isinstance(part, Line):
                spans.extend(part.spans)
            elif isinstance(part, Span):
                spans.append(Span(safe(part.text), part.style))
            elif part:
                spans.append(Span(safe(part)))
        self.spans: tuple[Span, ...] = tuple(s for s in spans if s.text)

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(s.text for s in self.spans)

    @property
    def width(self) -> int:
        """The columns it takes."""
        return sum(cells.width(s.text) for s in self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def styled(self, style: str) -> Line:
        """Return it with ``style`` added to every span."""
        return Line(*(Span(s.text, f"{s.style} {style}".strip()) for s in self.spans))

    def cut(self, columns: int) -> Line:
        """Return it shortened to ``columns``, with an ellipsis if it was cut."""
        if self.width <= columns:
            return self
        kept: list[Span] = []
        left = columns
        for number, span in enumerate(self.spans):
            size = cells.width(span.text)
            more = number + 1 < len(self.spans)
            if size < left or (size == left and not more):
                kept.append(span)
                left -= size
                continue
            # A blank too many makes a text that just fits be cut where others follow it.
            text = cells.cut(span.text + " " * more, left)
            kept.append(Span(text, span.style))
            break
        return Line(*kept)

    def pad(self, columns: int, justify: str = "left") -> Line:
        """Return it with blanks up to ``columns``."""
        missing = columns - self.width
        if missing <= 0:
            return self
        left = {"left": 0, "right": missing, "center": missing // 2}[justify]
        return Line(" " * left, self, " " * (missing - left))

    def wrap(self, columns: int, lines: int = 0) -> list[Line]:
        """Break it at blanks; more than one span keeps its styles only on one line."""
        if self.width <= columns or len(self.spans) != 1:
            return [self.cut(columns)]
        span = self.spans[0]
        return [Line(Span(text, span.style)) for text in cells.wrap(span.text, columns, lines)]

    def text(self, look: Look) -> str:
        """Return what the terminal gets: cut to the width, no blanks at the end."""
        fitting = self.cut(look.width)
        if not look.color:
            return fitting.plain.rstrip(" ")
        return "".join(paint(s.text, s.style, look) for s in fitting.spans).rstrip(" ")


def joined(parts: Iterable[Line | str], between: str = " · ") -> Line:
    """Join what is not empty with a dim mark."""
    found: list[Span | Line | str] = []
    for part in parts:
        if part:
            found += [Span(between, "dim"), part]
    return Line(*found[1:])


def paint(text: str, style: str, look: Look) -> str:
    """Return ``text`` (safe already) between the colour codes of ``style``, if colour is on.

    Blanks at its end stay bare, so that they can be taken away.
    """
    body = text.rstrip(" ")
    if not look.color or not style or not body:
        return text
    codes = [code for word in style.split() if (code := _code(word, look.truecolor))]
    return f"\x1b[{';'.join(codes)}m{body}\x1b[0m{text[len(body) :]}" if codes else text


def is_color(text: object) -> bool:
    """Say whether ``text`` is a colour as the API spells it: ``#rrggbb``."""
    value = str(text)
    return (
        len(value) == 7
        and value[0] == "#"
        and all(c in "0123456789abcdefABCDEF" for c in value[1:])
    )


def _code(word: str, truecolor: bool) -> str:
    if word in _CODES:
        return _CODES[word]
    if not is_color(word):
        return ""
    red, green, blue = (int(word[i : i + 2], 16) for i in (1, 3, 5))
    return f"38;2;{red};{green};{blue}" if truecolor else f"38;5;{_nearest(red, green, blue)}"


def _nearest(red: int, green: int, blue: int) -> int:
    """Return the number of the nearest of xterm's 256 colours, from its cube and its greys."""

    def distance(r: int, g: int, b: int) -> int:
        return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2

    steps = [min(range(6), key=lambda i: abs(_CUBE[i] - value)) for value in (red, green, blue)]
    cube = distance(*(_CUBE[i] for i in steps))
    grey = max(0, min(23, round(((red + green + blue) / 3 - 8) / 10)))
    level = 8 + 10 * grey
    if distance(level, level, level) < cube:
        return 232 + grey
    return 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
