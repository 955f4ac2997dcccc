"""The sandbox's own addresses, below ``/__sandbox__``: settings, faults, the log of requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox.switches import configure, switches

if TYPE_CHECKING:
    from clockify_cli.sandbox.wsgi import Application, Reply


def answer(application: Application, method: str, path: str, content: bytes) -> Reply:
    """Return the answer to one request for the sandbox itself.

    Args:
        application: The application it is about.
        method: The HTTP method.
        path: The path below ``/__sandbox__``.
        content: The request's body.
    """
    from clockify_cli.sandbox.wsgi import Reply

    try:
        found = _answer(application, method, path, json.loads(content or b"null"))
    except (ValueError, TypeError, AttributeError) as error:
        return Reply(400, json.dumps({"message": str(error)}).encode())
    except LookupError:
        return Reply(404, json.dumps({"message": f"No {method} {path} here"}).encode())
    return Reply(200, json.dumps(found, ensure_ascii=False).encode())


def _answer(application: Application, method: str, path: str, body: Any) -> Any:
    match method, path:
        case "GET", "/requests":
            return list(application.log)
        case "DELETE", "/requests":
            application.log.clear()
        case "GET", "/faults":
            return application.faults.counts() if application.faults else []
        case "POST", "/faults":
            from clockify_cli.sandbox.faults import Faults

            application.faults = Faults(body)
        case "DELETE", "/faults":
            application.faults = None
        case "GET", "/settings":
            with application.store.transaction(write=False) as db:
                return switches(db)
        case "POST", "/settings":
            with application.store.transaction(write=True) as db:
                configure(db, body)
                return switches(db)
        case "POST", "/reset":
            application.store.renew()
            application.limits.forget()
        case "POST", "/seed":
            from clockify_cli.sandbox.seeds import seed

            return seed(application.store, **(body or {}))
        case "POST", "/entries":
            from clockify_cli.sandbox.bulk import insert

            return {"inserted": insert(application.store, body)}
        case _:
            raise LookupError(path)
    return {}
