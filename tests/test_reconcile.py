"""What is done with pending changes, decided in process: whole days against a service in memory.

A day is a list of things that happen: commands while offline, deliveries whose answers get lost
in every way, and changes made elsewhere. At the end everything is delivered; then each entry is
there once, with the times that were meant, or its operation was set aside.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clockify_cli.core.model import (
    end_of,
    entry_from_body,
    instant,
    is_running,
    same_content,
    start_of,
    utc_text,
    with_interval,
    write_body,
)
from clockify_cli.journal import reconcile as r
from clockify_cli.journal.operation import (
    CONFLICT,
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    HOLD_SECONDS,
    LOST,
    QUEUED,
    REFUSED,
    SENDING,
    STOP,
    UPDATE,
    Operation,
)
from clockify_cli.journal.overlay import overlaid

# All of them with the whole suite; a push has a part, for it pays by the minute.
DAYS = int(
    os.environ.get(
        "CLOCKIFY_DAYS", "5000" if os.environ.get("CLOCKIFY_FAULTS") == "all" else "1500"
    )
)
MORNING = instant("2026-11-25T06:00:00Z")
ME, WS = "u" * 24, "w" * 24
TALLY: Counter[str] = Counter()


class Service:
    """Clockify in memory: entries by ID, and the rules that matter here."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, Any]] = {}
        self.ended_by_itself: list[str] = []
        self._number = 0

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        entry = entry_from_body(f"e{self._number:023}", WS, ME, body)
        running = self.running()
        if "end" not in body and running is not None:
            # At which instant the service ends the old one, nobody knows: nothing may rely on it.
            self.ended_by_itself.append(running["description"])
            self.entries[running["id"]] = with_interval(running, start_of(running), MORNING)
        self.entries[entry["id"]] = entry
        return entry

    def running(self) -> dict[str, Any] | None:
        return next((e for e in self.entries.values() if is_running(e)), None)

    def stop(self, end: str) -> dict[str, Any] | None:
        running = self.running()
        if running is None or instant(end) < start_of(running):
            return None
        self.entries[running["id"]] = with_interval(running, start_of(running), instant(end))
        return self.entries[running["id"]]


class Machine:
    """One computer: its journal as a list, and deliveries as ``Delivery`` makes them."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.journal: list[Operation] = []
        self.clock = 0.0  # seconds, for holds
        self._change = 0

    # -- commands, all made offline ---------------------------------------------------

    def record(self, kind: str, entry: str = "", **fields: Any) -> Operation:
        self._change += 1
        number = len(self.journal) + 1
        operation = Operation(
            id=number,
            change=self._change,
            account="a",
            workspace=WS,
            user=ME,
            kind=kind,
            state=QUEUED,
            entry=entry,
            payload=fields.get("payload") or {},
            before=fields.get("before"),
            after=fields.get("after"),
            error=None,
            attempts=0,
            hold_until=0,
            created_at="",
            verb=fields.get("verb", kind),
        )
        if kind == CREATE:
            operation.entry = operation.local_id
            operation.after = {**(operation.after or {}), "id": operation.entry}
        self.journal.append(operation)
        return operation

    def pending(self) -> list[Operation]:
        return [o for o in self.journal if o.state in (QUEUED, SENDING)]

    def view(self) -> list[dict[str, Any]]:
        return overlaid(self.service.entries.values(), self.pending(), ME)

    def start(self, minute: int, name: str) -> None:
        at = MORNING + timedelta(minutes=minute)
        running = next((e for e in self.view() if is_running(e)), None)
        if running is not None:
            if start_of(running) >= at:
                return
            self.stop_entry(running, at)
        body = {"start": utc_text(at), "description": name, "billable": False}
        self.record(CREATE, payload=body, after=entry_from_body("", WS, ME, body))

    def stop(self, minute: int) -> None:
        at = MORNING + timedelta(minutes=minute)
        running = next((e for e in self.view() if is_running(e)), None)
        if running is not None and start_of(running) <= at:
            self.stop_entry(running, at)

    def stop_entry(self, running: dict[str, Any], at: Any) -> None:
        before = {k: v for k, v in running.items() if k != "queued"}
        after = with_interval(before, start_of(before), at)
        end = {"end": utc_text(at)}
        self.record(STOP, str(running["id"]), payload=end, before=before, after=after)

    def log(self, minute: int, length: int, name: str) -> None:
        start = MORNING + timedelta(minutes=minute)
        end = start + timedelta(minutes=length)
        body = {"start": utc_text(start), "end": utc_text(end), "description": name}
        self.record(CREATE, payload=body, after=entry_from_body("", WS, ME, body))

    def edit(self, which: int) -> None:
        shown = self.view()
        if shown:
            before = {k: v for k, v in shown[which % len(shown)].items() if k != "queued"}
            after = {**before, "billable": not before.get("billable")}
            self.record(
                UPDATE, str(before["id"]), payload=write_body(after), before=before, after=after
            )

    def delete(self, which: int) -> None:
        shown = self.view()
        if shown:
            before = {k: v for k, v in shown[which % len(shown)].items() if k != "queued"}
            self.record(DELETE, str(before["id"]), before=before)

    # -- delivery -----------------------------------------------------------------------

    def service_id(self, entry: str) -> str:
        if not entry.startswith("local-"):
            return entry
        creation = self.journal[int(entry.removeprefix("local-")) - 1]
        return creation.entry if creation.state == DONE else ""

    def look(self, operation: Operation) -> r.Seen:
        seen: r.Seen | None = None
        mine = list(self.service.entries.values())
        while (what := r.look_for(operation, seen)) is not r.Look.NOTHING:
            seen = seen or r.Seen()
            if what is r.Look.SAME_START:
                start = instant((operation.sent or operation.payload)["start"])
                taken = {o.entry for o in self.journal if o.kind == CREATE and o.state == DONE}
                alike = [e for e in mine if start_of(e) == start and e["id"] not in taken]
                seen = replace(seen, alike=tuple(alike))
            elif what is r.Look.NEWEST:
                ended = {
                    o.entry
                    for o in self.journal
                    if o is not operation
                    and o.state == DONE
                    and o.payload.get("end") == operation.payload["end"]
                }
                newest = sorted(mine, key=start_of, reverse=True)
                seen = replace(seen, newest=tuple(newest), taken=frozenset(ended))
            else:
                found = self.service.entries.get(self.service_id(operation.entry))
                seen = replace(seen, entry=found)
        return seen or r.Seen()

    def deliver(self, outcomes: list[str]) -> None:
        """Deliver in order; ``outcomes`` says what becomes of each request's answer."""
        stuck = {o.entry for o in self.journal if o.state in (CONFLICT, REFUSED)}
        for operation in list(self.journal):
            if operation.state not in (QUEUED, SENDING):
                continue
            local = operation.entry.startswith("local-") and operation.kind != CREATE
            if operation.entry in stuck or (local and not self.service_id(operation.entry)):
                stuck.add(operation.entry)
                continue
            if not self.deliver_one(operation, outcomes):
                stuck.add(operation.entry)

    def deliver_one(self, operation: Operation, outcomes: list[str]) -> bool:
        waiting = self.pending()
        decision: r.Decision = r.reconcile(operation, self.look(operation), self.clock, waiting)
        if r.needs_room(operation, decision) and isinstance(decision, r.Send):
            decision = r.make_room(operation, decision, self.service.running())
        TALLY[type(decision).__name__] += 1
        match decision:
            case r.Adopt(entry, taken_in):
                self.finish(operation, entry)
                for follower in taken_in:
                    self.finish(follower, entry)
            case r.Done(taken_in):
                for one in (operation, *taken_in):
                    one.state = DONE
            case r.Conflict():
                operation.state = CONFLICT
                return False
            case r.Wait():
                return False
            case r.Drop():
                operation.state = DROPPED
            case r.Send():
                return self.send(operation, decision, outcomes)
        return True

    def send(self, operation: Operation, decision: r.Send, outcomes: list[str]) -> bool:
        if decision.ending is not None:
            self.service.stop(str(decision.body["start"]))
        if decision.after is not None:
            operation.before, operation.after = decision.before, decision.after
            operation.payload = decision.body
        operation.state, operation.sent = SENDING, decision.body
        operation.hold_until = self.clock + HOLD_SECONDS
        outcome = outcomes.pop() if outcomes else "answered"
        if outcome == "away":
            operation.state, operation.hold_until = QUEUED, 0
            return False
        left = None if outcome == "lost unsent" else self.carry_out(operation, decision.body)
        if outcome != "answered":
            return False
        if left is None:
            operation.state = REFUSED
            return False
        self.finish(operation, left)
        for follower in decision.taken_in:
            self.finish(follower, left)
        return True

    def carry_out(self, operation: Operation, body: dict[str, Any]) -> dict[str, Any] | None:
        entries = self.service.entries
        if operation.kind == CREATE:
            return self.service.create(body)
        if operation.kind == STOP:
            return self.service.stop(body["end"])
        number = self.service_id(operation.entry)
        if number not in entries:
            return None
        if operation.kind == DELETE:
            return entries.pop(number)
        entries[number] = entry_from_body(number, WS, ME, body)
        return entries[number]

    def finish(self, operation: Operation, left: dict[str, Any] | None) -> None:
        operation.state = DONE
        if left is not None and operation.kind in (CREATE, STOP, UPDATE):
            for other in self.journal:
                if operation.kind == CREATE and other.entry == operation.local_id:
                    other.entry = left["id"]
            operation.entry = left["id"]
            operation.after = left


Event = tuple[Any, ...]
minutes = st.integers(0, 300)
events: st.SearchStrategy[Event] = st.one_of(
    st.tuples(st.just("start"), minutes),
    st.tuples(st.just("stop"), minutes),
    st.tuples(st.just("log"), minutes, st.integers(1, 90)),
    st.tuples(st.just("edit"), st.integers(0, 5)),
    st.tuples(st.just("delete"), st.integers(0, 5)),
    st.tuples(st.just("elsewhere stop"), minutes),
    st.tuples(st.just("elsewhere start"), minutes),
    st.tuples(st.just("elsewhere delete"), st.integers(0, 5)),
    st.tuples(
        st.just("deliver"),
        st.lists(st.sampled_from(["answered", "away", "lost", "lost unsent"]), max_size=5),
        st.booleans(),
    ),
)


def live(day: list[Event]) -> tuple[Machine, set[str]]:
    """Let a day happen; return the machine and the names of entries that were deleted."""
    machine, gone = Machine(Service()), set()
    service = machine.service
    for number, (what, *values) in enumerate(day):
        name = f"n{number}"
        match what:
            case "start":
                machine.start(values[0], name)
            case "stop":
                machine.stop(values[0])
            case "log":
                machine.log(*values, name)
            case "edit":
                machine.edit(values[0])
            case "delete":
                machine.delete(values[0])
                last = machine.journal[-1] if machine.journal else None
                if last is not None and last.kind == DELETE and last.before is not None:
                    gone.add(last.before["description"])
            case "elsewhere stop":
                service.stop(utc_text(MORNING + timedelta(minutes=values[0])))
            case "elsewhere start":
                at = utc_text(MORNING + timedelta(minutes=values[0]))
                running = service.running()
                if running is None or start_of(running) < instant(at):
                    service.stop(at)
                    service.create({"start": at, "description": f"other {number}"})
            case "elsewhere delete":
                there = sorted(service.entries)
                if there:
                    entry = service.entries.pop(there[values[0] % len(there)])
                    gone.add(entry["description"])
            case "deliver":
                machine.deliver(list(values[0]))
                machine.clock += HOLD_SECONDS + 1 if values[1] else 1
    for _ in range(30):
        machine.clock += HOLD_SECONDS + 1
        machine.deliver([])
    return machine, gone


def check(machine: Machine, gone: set[str]) -> None:
    """Hold the promise: nothing lost, nothing twice, no time that nobody meant."""
    there = Counter(e["description"] for e in machine.service.entries.values())
    assert max(there.values(), default=1) == 1, f"doubled: {there}"
    assert machine.service.ended_by_itself == []
    aside = [o for o in machine.journal if o.state in (CONFLICT, REFUSED)]
    stuck = {o.entry for o in aside}
    assert all(o.entry in stuck for o in machine.pending()), "something is still pending"
    for operation in machine.journal:
        if operation.kind != CREATE or operation in aside:
            continue
        name = str(operation.payload["description"])
        if operation.state == DONE:
            assert there[name] == 1 or name in gone, f"lost: {name}"
        else:
            assert operation.entry in stuck or there[name] <= 1
    for entry in machine.service.entries.values():
        name = entry["description"]
        creation = next((o for o in machine.journal if o.payload.get("description") == name), None)
        if creation is not None:
            assert start_of(entry) == instant(creation.payload["start"]), f"another start: {name}"
    running = [e for e in machine.service.entries.values() if is_running(e)]
    assert len(running) <= 1


@settings(
    max_examples=DAYS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(st.lists(events, max_size=14))
def any_day(day: list[Event]) -> None:
    TALLY["days"] += 1
    check(*live(day))


def test_nothing_is_lost_or_doubled_on_any_day() -> None:
    """A filter that slips must turn red as well: every decision came up, and often."""
    any_day()
    print(f"\nreconcile: {dict(TALLY)}")
    assert TALLY["days"] >= DAYS
    for decision, part in (("Send", 1), ("Adopt", 20), ("Done", 10), ("Conflict", 20)):
        assert TALLY[decision] > DAYS / part, decision
    assert TALLY["Wait"] > DAYS / 300


def operation(kind: str, state: str, **fields: Any) -> Operation:
    """Return a recorded operation."""
    machine = Machine(Service())
    made = machine.record(kind, fields.pop("entry", "e" * 24 if kind != CREATE else ""), **fields)
    made.state = state
    return made


def test_what_was_sent_without_an_answer_under_ci_is_looked_up_but_never_sent_again() -> None:
    body = {"start": utc_text(MORNING), "end": utc_text(MORNING), "description": "x"}
    lost = operation(CREATE, LOST, payload=body, after=entry_from_body("", WS, ME, body))
    assert r.reconcile(lost, r.Seen(), 0) == r.Drop()
    there = entry_from_body("e" * 24, WS, ME, body)
    assert r.reconcile(lost, r.Seen(alike=(there,)), 0) == r.Adopt(there)


def test_a_split_made_offline_is_left_to_the_user_if_the_timer_was_stopped_elsewhere() -> None:
    before = entry_from_body("e" * 24, WS, ME, {"start": utc_text(MORNING), "description": "x"})
    cut = MORNING + timedelta(hours=1)
    after = with_interval(before, MORNING, cut)
    split = operation(
        UPDATE, QUEUED, payload=write_body(after), before=before, after=after, verb="split"
    )
    now = with_interval(before, MORNING, cut)  # stopped elsewhere, at the very cut
    assert isinstance(r.reconcile(split, r.Seen(entry=now), 0), r.Conflict)
    assert isinstance(r.reconcile(split, r.Seen(entry=before), 0), r.Send)


def test_an_edit_keeps_what_somebody_else_changed() -> None:
    before = entry_from_body("e" * 24, WS, ME, {"start": utc_text(MORNING), "description": "x"})
    after = {**before, "billable": True}
    edit = operation(UPDATE, QUEUED, payload=write_body(after), before=before, after=after)
    now = {**before, "description": "by hand"}
    decision = r.reconcile(edit, r.Seen(entry=now), 0)
    assert isinstance(decision, r.Send)
    assert (decision.body["description"], decision.body["billable"]) == ("by hand", True)
    clash = {**before, "billable": True, "description": "y"}
    assert isinstance(r.reconcile(edit, r.Seen(entry=clash), 0), r.Adopt)


def test_an_entry_that_exists_already_is_not_logged_once_more() -> None:
    body = {"start": utc_text(MORNING), "end": utc_text(MORNING), "description": "x"}
    once = operation(CREATE, QUEUED, payload=body, after=entry_from_body("", WS, ME, body))
    once.meta = {"once": ""}
    there = entry_from_body("e" * 24, WS, ME, body)
    assert r.reconcile(once, r.Seen(alike=(there,)), 0) == r.Adopt(there, existed=True)
    tagged = {**there, "tagIds": ["t"]}
    assert isinstance(r.reconcile(once, r.Seen(alike=(tagged,)), 0), r.Send)
    assert same_content(there, there)
    assert end_of(there) == MORNING
