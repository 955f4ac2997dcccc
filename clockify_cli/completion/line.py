"""What the words of a command line are, up to the cursor, as a POSIX shell would read them.

Nothing is evaluated: ``$HOME``, backquotes and ``~`` stay the text that they are.
"""

from __future__ import annotations

_BLANKS = " \t\n"
_SEPARATORS = "|&;()"
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "v": "\v"}
IN_DOUBLE, IN_SINGLE, IN_DOLLAR = '"', "'", "$'"  # the quotes that may stand open; else ""


class Word:
    """The word at the cursor.

    Attributes:
        raw: As it was typed, quotes and backslashes included.
        text: What it means.
        lengths: Before each character of ``raw``, how much of ``text`` there was; one more
            at the end.
        quotes: Before each character of ``raw``, which quote stood open; one more at the end.
    """

    __slots__ = ("lengths", "quotes", "raw", "text")

    def __init__(self) -> None:
        self.raw = ""
        self.text = ""
        self.lengths = [0]
        self.quotes = [""]

    def take(self, raw: str, text: str, quote: str) -> None:
        """Add typed characters, what they mean, and the quote that is open behind them."""
        self.raw += raw
        self.text += text
        # Inside of an escape there is no place to go on from: it counts as a whole.
        self.lengths += [self.lengths[-1]] * (len(raw) - 1) + [len(self.text)]
        self.quotes += [quote] * len(raw)


class Line:
    """A command line up to the cursor.

    Attributes:
        words: The words before the one at the cursor, the program's name included.
        current: The word at the cursor; empty if the cursor stands behind a blank.
        redirected: The current word is the file of a redirection.
    """

    __slots__ = ("current", "redirected", "words")

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        self.redirected = False
        self.current = Word()
        self._read(text)

    def _read(self, text: str) -> None:
        quote, at = "", 0
        while at < len(text):
            char, following = text[at], text[at + 1 : at + 2]
            if quote == IN_SINGLE:
                quote = "" if char == "'" else quote
                self.current.take(char, "" if char == "'" else char, quote)
            elif quote == IN_DOLLAR and char == "\\" and following:
                self.current.take(char + following, _PLAIN_ESCAPES.get(following, following), quote)
                at += 1
            elif quote == IN_DOLLAR:
                quote = "" if char == "'" else quote
                self.current.take(char, "" if char == "'" else char, quote)
            elif char == "\\":
                kept = char if quote and following not in ('"', "\\", "$", "`", "\n") else ""
                meant = "" if following == "\n" else following
                self.current.take(char + following, kept + meant, quote)
                at += 1
            elif char == '"':
                quote = "" if quote else IN_DOUBLE
                self.current.take(char, "", quote)
            elif quote:
                self.current.take(char, char, quote)
            elif char == "'":
                quote = IN_SINGLE
                self.current.take(char, "", quote)
            elif char == "$" and following == "'":
                quote = IN_DOLLAR
                self.current.take("$'", "", quote)
                at += 1
            elif char in _BLANKS:
                self._end_word()
            elif char in "<>":
                if not self.current.text.isdigit():  # else it is the number in 2>file
                    self._end_word()
                self.current = Word()
                self.redirected = True
            elif char in _SEPARATORS and not (char == "&" and self.redirected):
                self.words, self.current, self.redirected = [], Word(), False
            else:
                self.current.take(char, char, quote)
            at += 1
        while self.words and _is_assignment(self.words[0]):
            del self.words[0]

    def _end_word(self) -> None:
        if not self.current.raw:
            return
        if not self.redirected:
            self.words.append(self.current.text)
        self.current, self.redirected = Word(), False


def _is_assignment(word: str) -> bool:
    name, mark, _ = word.partition("=")
    return bool(mark) and name.isidentifier()


def quoted(text: str, quote: str) -> str:
    """Write ``text`` so that a POSIX shell reads it as it is, behind a quote that stands open.

    Args:
        text: Printable text.
        quote: The open quote, or an empty text if there is none.
    """
    if quote == IN_SINGLE:
        return text.replace("'", "'\\''")
    if quote == IN_DOLLAR:
        return text.replace("\\", "\\\\").replace("'", "\\'")
    if quote == IN_DOUBLE:
        for char in '\\"$`':
            text = text.replace(char, "\\" + char)
        # The history would be searched for it even here, and a backslash would stay.
        return text.replace("!", "\"'!'\"")
    return "".join(
        c if c.isalnum() or c in "_-./+:,@%=^" or not c.isascii() else "\\" + c for c in text
    )
