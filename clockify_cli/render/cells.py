"""How many columns of a terminal a text takes, and how it is cut, padded and broken to fit."""

from __future__ import annotations

from unicodedata import combining

ELLIPSIS = "…"
_COMBINING = "\u0300"  # below it everything printable takes one column
_MARKS = frozenset("·–—…●▶─│▏▎▍▌▋▊▉█░▒▓")  # what views are drawn with: one column each
# Characters that belong to the one before them: selectors, joiners, skin tones, keycaps.
_ZWJ = "\u200d"
_CLINGING = frozenset(["\u200c", _ZWJ, "\ufe0e", "\ufe0f", "\u20e3"])
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")


def width(text: str) -> int:
    """Return the columns that ``text`` (one line, made safe) takes: CJK and emoji take two."""
    if text.isascii() or all(c < _COMBINING or c in _MARKS for c in text):
        return len(text)
    from rich.cells import cell_len  # 5 ms, which ordinary European text is spared

    return cell_len(text)


def cut(text: str, columns: int) -> str:
    """Return ``text`` shortened to at most ``columns``, with an ellipsis if it was cut."""
    if len(text) * 2 <= columns or width(text) <= columns:
        return text
    if columns <= 0:
        return ""
    return text[: _fitting(text, columns - 1)].rstrip() + ELLIPSIS


def pad(text: str, columns: int, justify: str = "left") -> str:
    """Return ``text`` with blanks up to ``columns``; ``justify`` is left, right or center."""
    missing = columns - width(text)
    if missing <= 0:
        return text
    left = {"left": 0, "right": missing, "center": missing // 2}[justify]
    return " " * left + text + " " * (missing - left)


def wrap(text: str, columns: int, lines: int = 0) -> list[str]:
    """Break ``text`` at blanks into lines of at most ``columns``.

    Args:
        text: One line, made safe.
        columns: Wider words are broken where the line ends.
        lines: At most so many lines, the last one cut with an ellipsis; 0 for all.
    """
    columns = max(1, columns)
    found: list[str] = []
    line = ""
    for word in text.split():
        while True:
            joined = f"{line} {word}" if line else word
            if width(joined) <= columns:
                line = joined
                break
            if line:
                found.append(line)
                line = ""
                continue
            end = _fitting(word, columns)
            if not end:  # one character wider than the line
                found.append(ELLIPSIS)
                break
            found.append(word[:end])
            word = word[end:]
    if line:
        found.append(line)
    if lines and len(found) > lines:
        found[lines - 1 :] = [cut(" ".join(found[lines - 1 : lines + 1]), columns)]
        if not found[-1].endswith(ELLIPSIS):
            found[-1] = cut(found[-1], columns - 1) + ELLIPSIS
            found[-1] = found[-1].replace(ELLIPSIS * 2, ELLIPSIS)
    return found or [""]


def _fitting(text: str, columns: int) -> int:
    """Return how many characters of ``text`` fit, never ending inside a joined one."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle]) <= columns:
            low = middle
        else:
            high = middle - 1
    end = low
    while 0 < end < len(text) and (_clings(text[end]) or text[end - 1] == _ZWJ):
        end -= 1
    return end or (low if low and _clings(text[low - 1]) else 0)


def _clings(character: str) -> bool:
    return (
        character in _CLINGING
        or _SKIN_TONES[0] <= character <= _SKIN_TONES[1]
        or bool(combining(character))
    )
