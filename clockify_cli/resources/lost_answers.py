"""Find out whether a write whose answer was lost took effect.

Unlike time entries, the things of a list cannot be doubled: a name is taken once, a ``PUT``
says everything, and what is gone is gone. So the service is asked at once, and told again
if nothing was done.
"""

from __future__ import annotations

from collections.abc import Callable

from clockify_cli.core.errors import NotFoundError, RefusedError, UnclearError, UnreachableError
from clockify_cli.core.model import Json


def took_effect(
    error: UnclearError, look: Callable[[], Json | None], again: Callable[[], Json]
) -> Json:
    """Return what a write has left whose answer was lost. One request, or two.

    Args:
        error: How its answer was lost.
        look: Asks the service: what it has left, or ``None`` if nothing was done.
        again: Sends it once more. What may still be under way (a time-out), and what somebody
            in between has answered (a redirect), is not sent again.

    Raises:
        UnclearError: The same, where that cannot be found out.
        RefusedError: The service refuses it, and had refused it before.
    """
    repeatable = not error.timed_out and (error.status is None or error.status >= 500)
    try:
        found = look()
        if found is None and repeatable:
            try:
                return again()
            except (RefusedError, NotFoundError):
                found = look()  # the first one has come through after all
                if found is None:
                    raise
    except UnreachableError:
        raise error from None
    if found is None:
        raise error
    return found
