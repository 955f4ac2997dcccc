"""The bytes of a file as text."""

from __future__ import annotations

import codecs

from clockify_cli.core.errors import UsageError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def text_of(content: bytes, name: str) -> str:
    """Return the text of a file, without a byte order mark.

    Raises:
        UsageError: It is not UTF-8 (nor UTF-16 that says so); nothing is guessed.
    """
    encoding = "utf-8"
    for mark, meant in _MARKS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], meant
            break
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{name}:{line}: this is not UTF-8 text.",
            "Save the file as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8.",
        ) from None


def is_whole(text: str) -> bool:
    """Say whether ``text`` can be sent: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
