"""Decode the bytes of a file."""

from __future__ import annotations

import codecs

from clockify_cli.core.errors import UsageError

_MARKS = (  # UTF-32 before UTF-16, whose mark begins it
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KINDS = (
    (b"PK\x03\x04", "an Excel workbook or another ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
)
MOST_LINES = 1_000_000
_MANY = 20  # one NUL among so many bytes, and it is no text


def text_of(content: bytes, name: str) -> str:
    """Return the text of a file, without a byte order mark.

    Raises:
        UsageError: It is no text, or neither UTF-8 nor UTF-16 that says so; nothing is guessed.
    """
    for begin, kind in _KINDS:
        if content.startswith(begin):
            raise _no_text(f"{name} is {kind}, not a table of time entries.")
    encoding = "utf-8"
    for mark, meant in _MARKS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], meant
            break
    head = content[:4096]
    if encoding == "utf-8" and head.count(0) * _MANY > len(head):
        even, odd = (half.count(0) * 2 > len(half) for half in (head[::2], head[1::2]))
        if even != odd:
            raise UsageError(
                f"{name} is not UTF-8 text (perhaps UTF-16 without its mark).",
                "Save the file as UTF-8, or convert it: iconv -f UTF-16LE -t UTF-8.",
            )
        raise _no_text(f"{name} is not text.")
    if content.count(b"\n") > MOST_LINES:
        raise too_many(name, "lines")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{name}:{line}: this is not {encoding.upper()} text.",
            "Save the file as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8.",
        ) from None


def too_many(name: str, what: str) -> UsageError:
    """Return the error of a file with more lines or entries than memory should hold."""
    return UsageError(
        f"{name} has more than {MOST_LINES:,} {what}.",
        "Export it in parts, such as one year per file.",
    )


def _no_text(message: str) -> UsageError:
    return UsageError(message, "Export the entries as CSV, JSON or a calendar (ICS).")


def is_whole(text: str) -> bool:
    """Say whether ``text`` can be sent: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
