"""Patterns from files that others wrote: refused if matching one could take long."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any

from clockify_cli.core.errors import UsageError

if TYPE_CHECKING:
    import re

LONGEST_PATTERN = 200
LONGEST_TEXT = 100  # characters of a text that a pattern is tried on
_MOST_STEPS = math.log(1e9)  # an overestimate by far


def bounded_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern whose search in ``LONGEST_TEXT`` characters ends soon.

    Raises:
        UsageError: It is no pattern, or one that may take long: long, or with a repetition
            within a repetition.
    """
    import re
    import warnings

    if len(text) > LONGEST_PATTERN:
        raise UsageError(f"The pattern is longer than {LONGEST_PATTERN} characters.", "Shorten it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Its own parser tells what a pattern would do; there is no public way.
            parsed = import_module("re._parser").parse(text)
            steps = _steps(parsed)
            found = re.compile(text) if steps <= _MOST_STEPS else None
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise UsageError(f"That is not a pattern: {error}.", r"For example: ([A-Z]+-\d+)") from None
    if found is None:
        raise UsageError(
            "Matching this pattern could take too long.",
            r"Use few repetitions, and none within another. For example: ([A-Z]+-\d+)",
        )
    return found


def _steps(parsed: Any) -> float:
    """Return the logarithm of how many ways there may be to match, tried from every place."""
    return math.log(LONGEST_TEXT) + _ways(parsed)


def _ways(part: Any) -> float:
    return sum(_ways_of(str(operator), argument) for operator, argument in part)


def _ways_of(operator: str, argument: Any) -> float:
    if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, body = argument
        if least > LONGEST_TEXT:
            return math.inf
        count = min(int(most), LONGEST_TEXT)
        return math.log(count + 1) + count * _ways(body)
    if operator == "SUBPATTERN":
        return _ways(argument[3])
    if operator in ("ASSERT", "ASSERT_NOT"):
        return _ways(argument[1])
    if operator == "ATOMIC_GROUP":
        return _ways(argument)
    if operator == "BRANCH":
        return _either([_ways(branch) for branch in argument[1]])
    if operator == "GROUPREF_EXISTS":
        return _either([_ways(branch) for branch in argument[1:] if branch])
    return 0.0


def _either(ways: list[float]) -> float:
    return math.log(len(ways) or 1) + max(ways, default=0.0)
