"""Work while the network is away: what the queue shows, sends, sets aside and asks about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from cli import Ran
from fault_tally import TALLY
from fault_worlds import AfterWrite, Entry, World, Worlds, at, ended, entry_id

from clockify_cli.sandbox import USER_ID

ONE, TWO = entry_id(1), entry_id(2)
TIMER = Entry("Web timer", "08:00", "", "Web", billable=True)
MAIL = Entry("Mail", "06:00", "06:30", "Ops")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """A network of one's own, which can be away."""
    found = Worlds(tmp_path_factory.mktemp("network"), 1)
    yield found
    found.close()


@pytest.fixture
def world(network: Worlds) -> Iterator[World]:
    with network.one() as found:
        yield found


@contextmanager
def away(world: World) -> Iterator[None]:
    """Let the network be away: connections are refused."""
    world.worlds.down()
    try:
        yield
    finally:
        world.worlds.up()
        world.forget()


def typed(world: World, clock: str, *words: str, code: int = 0) -> Ran:
    """Run a command at a clock time (UTC)."""
    return world.cli(*words, code=code, CLOCKIFY_NOW=at(clock))


def there(world: World, *entries: Entry) -> None:
    """Check what the service holds."""
    TALLY.judge("stories of the queue", world.held(), entries)


def bodies(world: World) -> list[Any]:
    """Return the bodies of the requests that had one."""
    return [json.loads(str(r["body"])) for r in world.service.log if r["body"]]


def queue(world: World) -> list[dict[str, Any]]:
    """Return the queue as JSON."""
    found: list[dict[str, Any]] = world.cli("queue", "--json").json
    return found


def states(world: World) -> list[tuple[str, str]]:
    """Return verb and state of everything in the queue."""
    return [(str(o["operation"]), str(o["state"])) for o in queue(world)]


def known(world: World, *entries: Entry) -> None:
    """Put entries into the service, under ``entry_id(1)`` …, that the program has worked on."""
    for number, entry in enumerate(entries, 1):
        world.put(number, replace(entry, description="?"))
        world.cli("edit", entry_id(number), "-d", entry.description)
    world.cli("status")
    there(world, *entries)
    world.forget()


# -- as if it had been delivered -------------------------------------------------------------


def test_a_timer_started_and_stopped_offline_is_one_finished_entry(world: World) -> None:
    with away(world):
        started = typed(world, "08:00", "start", "Train", "-p", "Web", "--json")
        assert started.json["queued"] is True
        assert started.json["id"] == "local-1"
        assert "queued" in started.err
        status = typed(world, "08:10", "status", "--json").json
        assert (status["id"], status["queued"]) == ("local-1", True)
        stopped = typed(world, "08:30", "stop", "--json").json
        assert (stopped["id"], stopped["queued"]) == ("local-1", True)
        assert stopped["timeInterval"]["duration"] == "PT30M"
        assert typed(world, "08:31", "status", "--json").json is None
        assert states(world) == [("start", "queued"), ("stop", "queued")]
    typed(world, "09:00", "sync")
    assert world.requests() == ["POST"]
    there(world, Entry("Train", "08:00", "08:30", "Web", billable=True))
    assert queue(world) == []


def test_the_next_command_delivers_first_and_in_order(world: World) -> None:
    with away(world):
        typed(world, "08:00", "log", "7:00-7:30", "First")
        typed(world, "08:00", "start", "Second")
        typed(world, "08:20", "start", "Third")
        typed(world, "08:30", "log", "7:30-7:45", "Fourth")
    ran = typed(world, "09:00", "status")
    assert "Third" in ran.out
    assert "Delivered 5 pending changes." in ran.err
    sent = [b.get("description") for b in bodies(world)]
    assert sent == ["First", "Second", "Third", "Fourth"]
    there(
        world,
        Entry("First", "07:00", "07:30"),
        Entry("Second", "08:00", "08:20"),
        Entry("Third", "08:20"),
        Entry("Fourth", "07:30", "07:45"),
    )


def test_local_ids_are_taken_by_every_command(world: World) -> None:
    with away(world):
        typed(world, "08:00", "start", "Train")
        changed = typed(world, "08:05", "edit", "local-1", "-d", "Home", "-p", "Ops", "--json")
        assert (changed.json["id"], changed.json["queued"]) == ("local-1", True)
        shown = typed(world, "08:06", "entries", "show", "local-1", "--json").json
        assert shown["description"] == "Home"
        typed(world, "08:30", "stop")
        typed(world, "08:31", "edit", "local-1", "-t", "urgent", "--from", "7:55")
        undone = typed(world, "08:32", "undo", "--json").json
        assert undone["undone"]["operation"] == "edit"
        typed(world, "08:33", "split", "local-1", "--at", "8:10")
    typed(world, "09:00", "sync")
    there(world, Entry("Home", "08:00", "08:10", "Ops"), Entry("Home", "08:10", "08:30", "Ops"))
    # The local name still means the entry.
    assert len(world.cli("entries", "show", "local-1", "--json").json["id"]) == 24
    world.cli("edit", "local-1", "-d", "There")
    there(world, Entry("There", "08:00", "08:10", "Ops"), Entry("Home", "08:10", "08:30", "Ops"))
    world.cli("entries", "delete", "local-1")
    there(world, Entry("Home", "08:10", "08:30", "Ops"))


def test_what_was_sent_as_one_is_taken_back_in_turn(world: World) -> None:
    """What the undo of the stop has changed is no change made elsewhere."""
    with away(world):
        typed(world, "08:00", "start", "Train")
        typed(world, "08:30", "stop")
    typed(world, "08:40", "sync")
    there(world, Entry("Train", "08:00", "08:30"))
    typed(world, "08:41", "undo")
    there(world, Entry("Train", "08:00", ""))
    typed(world, "08:42", "undo")
    there(world)


def test_what_was_undone_or_discarded_offline_is_never_sent(world: World) -> None:
    with away(world):
        typed(world, "08:00", "start", "Undone")
        typed(world, "08:01", "undo")
        typed(world, "08:02", "start", "Discarded")
        typed(world, "08:03", "discard")
        logged = typed(world, "08:04", "log", "7:00-7:30", "Deleted", "--json").json
        typed(world, "08:05", "entries", "delete", logged["id"])
        typed(world, "08:06", "start", "Runs on")
        typed(world, "08:07", "stop")
        typed(world, "08:08", "undo")
    typed(world, "09:00", "sync")
    assert world.requests().count("POST") == 1
    there(world, Entry("Runs on", "08:06"))


def test_work_that_waits_for_entries_that_are_there(world: World) -> None:
    known(world, TIMER, MAIL)
    with away(world):
        stopped = typed(world, "08:30", "stop", "--json").json
        assert (stopped["id"], stopped["queued"]) == (ONE, True)
        assert typed(world, "08:31", "status", "--json").json is None
        typed(world, "08:32", "edit", TWO, "-d", "Letters")
        edited = typed(world, "08:33", "entries", "show", TWO, "--json").json
        assert (edited["description"], edited["queued"]) == ("Letters", True)
        typed(world, "08:34", "entries", "delete", ONE)
        typed(world, "08:35", "entries", "show", ONE, code=4)
    there(world, TIMER, MAIL)
    typed(world, "09:00", "sync")
    there(world, replace(MAIL, description="Letters"))


def test_entries_show_queued_work_while_it_cannot_be_delivered(world: World) -> None:
    """Reading works, writing does not: the list is the service's with the queue laid over it."""
    known(world, TIMER, MAIL)
    down = {"kind": "status_before", "status": 503, "times": 0}
    world.faults(*({**down, "match": {"method": m}} for m in ("POST", "PUT", "PATCH", "DELETE")))
    typed(world, "08:30", "start", "Second", "-p", "Ops")
    typed(world, "08:40", "log", "5:00-5:30", "Third")
    typed(world, "08:50", "edit", TWO, "-d", "Letters")
    listed = typed(world, "09:00", "entries", "--json").json
    times = [(e["description"], e["timeInterval"]["end"], e.get("queued")) for e in listed]
    assert times == [
        ("Second", None, True),
        ("Web timer", at("08:30"), True),
        ("Letters", at("06:30"), True),
        ("Third", at("05:30"), True),
    ]
    assert typed(world, "09:00", "status", "--json").json["description"] == "Second"
    world.faults()
    typed(world, "09:10", "sync")
    there(
        world,
        ended(TIMER, "08:30"),
        Entry("Second", "08:30", "", "Ops"),
        Entry("Third", "05:00", "05:30"),
        replace(MAIL, description="Letters"),
    )


def test_discarding_offline_what_runs_at_the_service(world: World) -> None:
    known(world, TIMER)
    with away(world):
        assert typed(world, "08:30", "discard", "--json").json["queued"] is True
        assert typed(world, "08:31", "status", "--cached", "--json").json is None
    typed(world, "09:00", "status")
    there(world)


def test_undo_offline_waits_too(world: World) -> None:
    known(world, TIMER)
    typed(world, "08:30", "stop")
    typed(world, "08:31", "log", "7:00-7:30", "Log")
    with away(world):
        assert typed(world, "08:32", "undo", "--json").json["queued"] is True
        assert typed(world, "08:33", "undo", "--json").json["undone"]["operation"] == "stop"
    typed(world, "09:00", "sync")
    there(world, TIMER)


def test_sync_tells_how_it_went(world: World) -> None:
    assert world.cli("sync").out == "Nothing is pending.\n"
    with away(world):
        typed(world, "08:00", "log", "7:00-7:30", "One")
        error = typed(world, "08:01", "sync", "--json", code=5).error
        assert error["kind"] == "unavailable"
    [done] = typed(world, "08:02", "sync", "--json").json
    assert (done["operation"], done["state"]) == ("log", "done")
    assert len(done["entry"]["id"]) == 24


def test_a_start_that_cannot_be_sent_leaves_the_running_timer_alone_in_ci(world: World) -> None:
    known(world, TIMER)
    with away(world):
        error = world.cli("start", "Second", "--json", code=5, CI="true").error
        assert error["kind"] == "unavailable"
        world.cli("start", "Second", "--no-queue", code=5)
        assert queue(world) == []
        assert world.cli("status", "--cached", "--json").json["id"] == ONE
    there(world, TIMER)


# -- a network that hangs ---------------------------------------------------------------------


def test_status_makes_few_attempts_on_a_network_that_hangs(world: World) -> None:
    """However much waits, it asks no more than it takes to learn that nobody answers."""
    with away(world):
        for number in range(5):
            typed(world, "08:00", "log", f"7:0{number}-7:10", f"Log {number}")
        typed(world, "08:05", "start", "Timer")
    world.faults({"kind": "hang", "times": 0, "seconds": 2})
    ran = world.cli("status", "--json", CLOCKIFY_TIMEOUT="1", CLOCKIFY_NOW=at("09:00"))
    assert ran.json["description"] == "Timer"
    assert world.requests() == ["POST", "GET"], "one write, and the look-up after it"
    world.forget()
    world.cli("status", CLOCKIFY_TIMEOUT="1", CLOCKIFY_NOW=at("09:00"))
    assert world.requests() == ["GET"], "the look-up"
    world.faults()
    world.settle()
    logs = [Entry(f"Log {number}", f"07:0{number}", "07:10") for number in range(5)]
    there(world, *logs, Entry("Timer", "08:05"))


def test_status_takes_a_queue_that_hangs_for_no_more_than_one_write(world: World) -> None:
    """Writes hang, reads answer: what timed out is on hold, and nothing else is tried."""
    with away(world):
        for number in range(5):
            typed(world, "08:00", "log", f"7:0{number}-7:10", f"Log {number}")
    hang = {"kind": "hang", "times": 0, "seconds": 2, "match": {"method": "POST"}}
    world.faults(hang)
    world.cli("status", CLOCKIFY_TIMEOUT="3", CLOCKIFY_NOW=at("09:00"))
    assert world.requests().count("POST") == 1
    world.faults()
    world.settle()
    there(world, *(Entry(f"Log {number}", f"07:0{number}", "07:10") for number in range(5)))


# -- refused ----------------------------------------------------------------------------------


def test_a_refused_change_is_set_aside_with_what_it_lacks(world: World) -> None:
    world.configure(workspace={"forceProjects": True})
    with away(world):
        typed(world, "08:00", "log", "7:00-7:30", "Without", "--json")
        typed(world, "08:01", "edit", "local-1", "-t", "dev")
        typed(world, "08:02", "log", "7:30-8:00", "With", "-p", "Web")
    ran = typed(world, "09:00", "sync", code=6)
    assert "requires what this entry lacks: a project" in ran.out
    there(world, Entry("With", "07:30", "08:00", "Web", billable=True))
    assert states(world) == [("log", "refused"), ("edit", "queued")]
    shown = world.cli("queue", "show", "1", "--json").json
    assert shown["error"]["kind"] == "refused"
    assert shown["error"]["status"] == 400
    assert "requires what this entry lacks" in world.cli("queue", "show", "1").out
    # It holds up nothing else, and is not tried again by itself.
    world.forget()
    typed(world, "09:01", "log", "8:00-8:30", "Next", "-p", "Ops")
    assert world.requests() == ["POST"]
    assert states(world) == [("log", "refused"), ("edit", "queued")]
    # Mended by an edit, as if it were there, it goes.
    edited = typed(world, "09:02", "edit", "local-1", "-p", "Ops", "--json").json
    assert edited["queued"] is True
    typed(world, "09:03", "queue", "retry", "1")
    assert queue(world) == []
    there(
        world,
        Entry("Without", "07:00", "07:30", "Ops", tags="dev"),
        Entry("With", "07:30", "08:00", "Web", billable=True),
        Entry("Next", "08:00", "08:30", "Ops"),
    )


def test_dropping_takes_along_what_depends_on_it(world: World) -> None:
    world.configure(workspace={"lockTimeEntries": at("07:00")}, roles={USER_ID: "USER"})
    with away(world):
        typed(world, "08:00", "log", "6:00-6:30", "Locked")
        typed(world, "08:01", "edit", "local-1", "-d", "Still locked")
        typed(world, "08:02", "log", "7:30-8:00", "Open")
    assert "edit locked time entry" in typed(world, "09:00", "sync", code=6).out
    assert "--yes" in world.cli("queue", "drop", "1", code=2).err
    dropped = world.cli("queue", "drop", "1", "--yes", "--json").json
    assert [o["state"] for o in dropped] == ["dropped", "dropped"]
    assert queue(world) == []
    world.cli("queue", "drop", "1", "--yes", code=4)
    world.cli("sync")
    there(world, Entry("Open", "07:30", "08:00"))


def test_a_refused_split_loses_nothing(world: World) -> None:
    known(world, replace(MAIL, end="07:30"))
    with away(world):
        typed(world, "08:00", "split", ONE, "--at", "7:00")
    world.configure(workspace={"lockTimeEntries": at("07:00")}, roles={USER_ID: "USER"})
    typed(world, "09:00", "sync", code=6)
    there(world, replace(MAIL, end="07:30"))
    world.configure(workspace={"lockTimeEntries": None})
    typed(world, "09:01", "queue", "retry", str(queue(world)[0]["id"]))
    there(world, replace(MAIL, end="07:00"), replace(MAIL, start="07:00", end="07:30"))


def test_a_start_whose_predecessor_cannot_be_ended_waits_for_a_decision(world: World) -> None:
    """The service wants a project of what is stopped: neither is touched, and nothing repeats."""
    known(world, Entry("No project", "08:00"))
    with away(world):
        typed(world, "08:30", "start", "Next", "-p", "Web")
    world.configure(workspace={"forceProjects": True})
    for clock in ("09:00", "09:01"):
        typed(world, clock, "sync", code=6)
        assert states(world) == [("start", "refused"), ("start", "refused")]
    there(world, Entry("No project", "08:00"))
    typed(world, "09:02", "edit", ONE, "-p", "Ops")
    numbers = [str(o["id"]) for o in queue(world)]
    typed(world, "09:03", "queue", "retry", *numbers)
    assert queue(world) == []
    there(
        world,
        Entry("No project", "08:00", "08:30", "Ops"),
        replace(TIMER, description="Next", start="08:30"),
    )


def test_a_key_whose_write_was_refused_is_not_taken_for_recorded(world: World) -> None:
    world.configure(workspace={"forceProjects": True})
    log = ("log", "7:00-7:30", "Build", "--key", "build-1")
    with away(world):
        typed(world, "08:00", *log)
        typed(world, "08:01", *log)
    typed(world, "09:00", "sync", code=6)
    error = typed(world, "09:01", *log, "--json", code=6).error
    assert "queue" in error["hint"]
    world.configure(workspace={"forceProjects": False})
    typed(world, "09:02", "queue", "retry", "1")
    typed(world, "09:03", *log)
    there(world, Entry("Build", "07:00", "07:30"))


# -- changed elsewhere ------------------------------------------------------------------------


def conflict(world: World) -> dict[str, Any]:
    """Deliver, and return the one conflict in the queue, with both versions."""
    typed(world, "10:00", "sync", code=6)
    [found] = queue(world)
    assert found["state"] == "conflict"
    shown: dict[str, Any] = world.cli("queue", "show", str(found["id"]), "--json").json
    text = world.cli("queue", "show", str(found["id"])).out
    assert "Meant" in text
    assert "Why" in text
    assert ("Before" in text) == (found["operation"] != "start")
    assert ("Now" in text) == ("current" in shown["error"])
    return shown


def test_a_timer_that_was_stopped_elsewhere_is_a_conflict(world: World) -> None:
    known(world, TIMER)
    with away(world):
        typed(world, "09:00", "stop")
    world.change(1, stop=seconds("08:45"))
    found = conflict(world)
    there(world, ended(TIMER, "08:45"))
    assert found["entry"]["timeInterval"]["end"] == at("09:00")
    assert found["error"]["current"]["timeInterval"]["end"] == at("08:45")
    # A plain retry finds the same; the user's word is needed.
    typed(world, "10:01", "queue", "retry", str(found["id"]), code=6)
    there(world, ended(TIMER, "08:45"))
    typed(world, "10:02", "queue", "retry", str(found["id"]), "--force")
    there(world, ended(TIMER, "09:00"))
    assert queue(world) == []


def test_a_timer_that_was_stopped_elsewhere_at_the_same_time_is_none(world: World) -> None:
    known(world, TIMER)
    with away(world):
        typed(world, "09:00", "stop")
    world.change(1, stop=seconds("09:00"))
    typed(world, "10:00", "sync")
    there(world, ended(TIMER, "09:00"))


def test_an_entry_that_was_changed_elsewhere_is_a_conflict_in_the_same_field_alone(
    world: World,
) -> None:
    known(world, MAIL, replace(MAIL, start="05:00", end="05:30"))
    with away(world):
        typed(world, "09:00", "edit", ONE, "-d", "Mine", "--to", "6:40")
        typed(world, "09:00", "edit", TWO, "-d", "Mine too")
    world.change(1, description="Theirs")
    world.change(2, billable=True)
    found = conflict(world)
    assert found["error"]["message"].endswith("description was changed elsewhere.")
    two = Entry("Mine too", "05:00", "05:30", "Ops", billable=True)
    there(world, replace(MAIL, description="Theirs"), two)
    world.change(1, project=None)
    typed(world, "10:01", "queue", "retry", str(found["id"]), "--force")
    there(world, replace(MAIL, description="Mine", end="06:40", project=""), two)


def test_dropping_a_conflict_leaves_what_is_there(world: World) -> None:
    known(world, MAIL)
    with away(world):
        typed(world, "09:00", "edit", ONE, "-d", "Mine")
    world.change(1, description="Theirs")
    found = conflict(world)
    world.cli("queue", "drop", str(found["id"]), "--yes")
    typed(world, "10:01", "sync")
    there(world, replace(MAIL, description="Theirs"))


def test_what_was_deleted_elsewhere_is_a_conflict_and_may_come_back(world: World) -> None:
    known(world, MAIL)
    with away(world):
        typed(world, "09:00", "edit", ONE, "-d", "Mine")
    world.remove(1)
    found = conflict(world)
    there(world)
    typed(world, "10:01", "queue", "retry", str(found["id"]), "--force")
    there(world, replace(MAIL, description="Mine"))


def test_deleting_what_was_changed_elsewhere_is_a_conflict(world: World) -> None:
    known(world, MAIL)
    with away(world):
        typed(world, "09:00", "entries", "delete", ONE)
    world.change(1, stop=seconds("06:50"))
    conflict(world)
    there(world, ended(MAIL, "06:50"))


def test_deleting_what_was_deleted_elsewhere_is_none(world: World) -> None:
    known(world, MAIL)
    with away(world):
        typed(world, "09:00", "entries", "delete", ONE)
    world.remove(1)
    typed(world, "10:00", "sync")
    there(world)


def test_a_queued_start_ends_what_was_started_elsewhere_before_it(world: World) -> None:
    with away(world):
        typed(world, "09:00", "start", "Mine")
    world.put(1, TIMER)
    typed(world, "10:00", "sync")
    there(world, ended(TIMER, "09:00"), Entry("Mine", "09:00"))
    world.cli("undo")
    there(world, TIMER)


def test_a_queued_start_is_a_conflict_with_one_that_was_started_elsewhere_after_it(
    world: World,
) -> None:
    with away(world):
        typed(world, "07:00", "start", "Mine")
    world.put(1, TIMER)
    found = conflict(world)
    there(world, TIMER)
    assert world.cli("status", "--json").json["id"] == ONE
    typed(world, "10:01", "queue", "retry", str(found["id"]), "--force")
    there(world, TIMER, Entry("Mine", "07:00", "08:00"))


def test_a_start_queued_and_stopped_needs_no_room(world: World) -> None:
    with away(world):
        typed(world, "07:00", "start", "Mine")
        typed(world, "07:30", "stop")
    world.put(1, TIMER)
    typed(world, "10:00", "sync")
    there(world, TIMER, Entry("Mine", "07:00", "07:30"))


def test_a_timer_does_not_come_back_beside_another_one(world: World) -> None:
    known(world, TIMER)
    typed(world, "08:30", "stop")
    with away(world):
        typed(world, "08:40", "undo")
    world.put(2, Entry("Elsewhere", "08:45"))
    found = conflict(world)
    assert "another timer is running" in found["error"]["message"]
    there(world, ended(TIMER, "08:30"), Entry("Elsewhere", "08:45"))
    world.cli("queue", "drop", str(found["id"]), "--yes")
    world.remove(2)
    typed(world, "10:05", "undo")
    there(world, TIMER)


def test_an_earlier_start_does_not_cut_off_what_was_started_elsewhere(world: World) -> None:
    world.put(1, TIMER)
    ran = typed(world, "10:00", "start", "Mine", "--at", "7:00", code=2)
    assert "started later" in ran.err
    there(world, TIMER)


# -- not known yet ----------------------------------------------------------------------------


def unclear(world: World, *words: str) -> None:
    """Run a command whose write happens, but whose answer and look-up are lost."""
    rule = {"kind": "cut_after"}
    world.service.faults = AfterWrite(rule, [{"kind": "cut_before", "times": 0}])
    world.cli(*words)
    assert queue(world)[0]["state"] == "sending"


def test_what_may_have_happened_is_neither_undone_nor_dropped(world: World) -> None:
    unclear(world, "log", "7:00-7:30", "Log")
    world.faults({"kind": "cut_before", "times": 0})
    assert "not known yet" in world.cli("undo", code=6).err
    assert "not known yet" in world.cli("queue", "drop", "1", "--yes", code=6).err
    world.faults()
    world.cli("undo")
    there(world)


def test_work_on_what_may_have_happened(world: World) -> None:
    """The creation had gone out before these: they are sent on their own, under its real ID."""
    unclear(world, "start", "Timer", "--at", "8:00")
    typed(world, "08:30", "edit", "local-1", "-d", "Named", "-p", "Web")
    typed(world, "08:40", "stop")
    assert world.cli("status", "--json").json is None
    # The creation is found again, but then the network is away once more.
    world.faults(*({"kind": "cut_before", "times": 0, "match": {"method": m}} for m in ("PUT",)))
    world.cli("sync", code=5)
    assert world.cli("status", "--cached", "--json").json is None
    world.faults()
    world.settle()
    there(world, Entry("Named", "08:00", "08:40", "Web"))


def test_a_creation_that_was_sent_with_all_that_was_done_to_it(world: World) -> None:
    """It had taken in three writes when its answer was lost; none of them is sent again."""
    with away(world):
        typed(world, "08:00", "start", "One")
        typed(world, "08:10", "edit", "local-1", "-d", "Two")
        typed(world, "08:20", "edit", "local-1", "-d", "Three", "-t", "dev")
        typed(world, "08:30", "stop")
    world.service.faults = AfterWrite({"kind": "cut_after"}, [{"kind": "cut_before", "times": 0}])
    typed(world, "09:00", "sync", code=5)
    world.faults()
    world.forget()
    typed(world, "09:01", "sync")
    assert world.requests() == ["GET"], "found, with everything"
    there(world, Entry("Three", "08:00", "08:30", tags="dev"))


def test_an_entry_that_was_made_before_is_not_taken_for_the_one_that_was_lost(
    world: World,
) -> None:
    """The other one was moved to the same start: same second, same words, still another one."""
    number = typed(world, "09:00", "log", "5:00-5:30", "Mail", "--json").json["id"]
    typed(world, "09:00", "edit", number, "--from", "6:00", "--to", "6:10")
    world.faults({"kind": "cut_before", "match": {"method": "POST"}})
    typed(world, "09:10", "log", "6:00-6:30", "Mail")
    there(world, Entry("Mail", "06:00", "06:10"), Entry("Mail", "06:00", "06:30"))


def test_a_page_of_something_in_between_is_no_proof_that_an_entry_is_gone(world: World) -> None:
    known(world, MAIL)
    with away(world):
        typed(world, "09:00", "entries", "delete", ONE)
    page = {"kind": "status_before", "status": 404, "body": "<html>Log in first</html>"}
    world.faults({**page, "times": 0})
    typed(world, "09:10", "sync", code=5)
    world.faults()
    there(world, MAIL)
    typed(world, "09:20", "sync")
    there(world)


def test_a_change_that_cannot_be_looked_up_stays_pending(world: World) -> None:
    unclear(world, "log", "7:00-7:30", "Log")
    refused = {"kind": "status_before", "status": 403, "times": 0, "match": {"method": "GET"}}
    world.faults(refused)
    world.cli("sync", code=3)
    assert states(world) == [("log", "sending")]
    typed(world, "09:00", "log", "8:00-8:30", "Next")
    world.faults()
    typed(world, "09:01", "sync")
    there(world, Entry("Log", "07:00", "07:30"), Entry("Next", "08:00", "08:30"))


def test_the_end_of_a_timer_that_only_the_journal_knows_is_its_successors_start(
    world: World,
) -> None:
    """The command died between its write and the state file: it is asked for, not guessed."""
    typed(world, "08:00", "log", "7:00-7:30", "Log")
    state = next((world.cli.home / "state").glob("now-*.txt"))
    before = state.read_text()
    typed(world, "08:10", "start", "One")
    state.write_text(before)
    world.configure(replaced_timer_ends="now")
    typed(world, "08:20", "start", "Two")
    there(
        world,
        Entry("Log", "07:00", "07:30"),
        Entry("One", "08:10", "08:20"),
        Entry("Two", "08:20"),
    )


# -- found by days of chance: see test_histories --------------------------------------------------


def test_a_timer_discarded_before_it_was_sent_can_come_back(world: World) -> None:
    """It never went out; undo takes back the discard, not something older."""
    typed(world, "07:30", "log", "7:00-7:30", "Older")
    with away(world):
        typed(world, "08:00", "start", "Timer")
        typed(world, "08:10", "discard")
    typed(world, "08:20", "sync")
    assert world.requests() == []
    there(world, Entry("Older", "07:00", "07:30"))
    typed(world, "08:30", "undo")
    there(world, Entry("Older", "07:00", "07:30"), Entry("Timer", "08:00"))
    typed(world, "08:40", "undo")
    there(world, Entry("Older", "07:00", "07:30"))


def test_what_was_brought_back_offline_is_found_by_the_next_undo(world: World) -> None:
    typed(world, "08:00", "start", "Timer")
    typed(world, "08:10", "discard")
    with away(world):
        typed(world, "08:20", "undo")
        typed(world, "08:30", "undo")
    typed(world, "09:00", "sync")
    there(world)


def test_a_creation_that_happened_does_not_swallow_its_deletion(world: World) -> None:
    unclear(world, "start", "Timer", "--at", "8:00")
    with away(world):
        typed(world, "08:30", "edit", "local-1", "-d", "Named")
        typed(world, "08:40", "entries", "delete", "local-1")
    world.faults()
    typed(world, "09:00", "sync")
    there(world)


def test_a_forced_undo_is_not_written_into_another_entry(world: World) -> None:
    known(world, TIMER)
    typed(world, "08:30", "stop")
    with away(world):
        typed(world, "08:40", "undo")
    world.put(2, Entry("Elsewhere", "08:45"))
    found = conflict(world)
    typed(world, "10:01", "queue", "retry", str(found["id"]), "--force", code=6)
    there(world, ended(TIMER, "08:30"), Entry("Elsewhere", "08:45"))
    world.change(2, stop=seconds("09:30"))
    typed(world, "10:02", "queue", "retry", str(found["id"]))
    there(world, TIMER, Entry("Elsewhere", "08:45", "09:30"))


def test_undo_takes_back_ones_own_part_alone(world: World) -> None:
    """The edit was sent, its answer lost, and the timer stopped elsewhere: that stays."""
    known(world, TIMER)
    unclear(world, "edit", ONE, "-d", "Mine")
    world.faults()
    world.change(1, stop=seconds("08:30"))
    typed(world, "09:00", "sync")
    typed(world, "09:01", "undo")
    there(world, ended(TIMER, "08:30"))


def test_a_start_whose_stop_was_lost_looks_who_runs_by_now(world: World) -> None:
    """What it knew of was ended elsewhere, and another one started: that ends at its start."""
    known(world, TIMER)
    world.change(1, stop=seconds("08:30"))
    world.put(2, Entry("Elsewhere", "08:40"))
    world.configure(replaced_timer_ends="now")
    world.faults({"kind": "cut_before", "match": {"method": "PATCH"}})
    typed(world, "09:00", "start", "Mine")
    there(
        world, ended(TIMER, "08:30"), Entry("Elsewhere", "08:40", "09:00"), Entry("Mine", "09:00")
    )
    typed(world, "09:01", "undo")
    there(world, ended(TIMER, "08:30"), Entry("Elsewhere", "08:40"))


def test_undo_never_lets_two_timers_run(world: World) -> None:
    """The start had ended one that was known and one that was not."""
    with away(world):
        typed(world, "08:30", "start", "One")
        typed(world, "08:40", "start", "Two")
    world.put(1, TIMER)
    typed(world, "09:00", "sync")
    one, two = Entry("One", "08:30", "08:40"), Entry("Two", "08:40")
    there(world, ended(TIMER, "08:40"), one, two)
    assert "two timers" in typed(world, "09:01", "undo", code=6).err
    there(world, ended(TIMER, "08:40"), one, two)


def test_what_waits_behind_a_conflict_is_not_deleted_as_if_it_were_there(world: World) -> None:
    """The undo of a start waits, half of it in conflict; discarding what it shows waits too."""
    known(world, TIMER)
    second = typed(world, "08:30", "start", "Second", "--json").json["id"]
    with away(world):
        typed(world, "08:40", "undo")
    world.change(second, stop=seconds("09:00"))
    world.change(1, description="Theirs")
    typed(world, "09:10", "sync", code=6)
    typed(world, "09:11", "discard", "--json")
    theirs = ended(replace(TIMER, description="Theirs"), "08:30")
    there(world, theirs, Entry("Second", "08:30", "09:00"))


def test_what_waits_for_an_entry_that_is_made_anew_goes_to_the_new_one(world: World) -> None:
    known(world, TIMER)
    with away(world):
        typed(world, "08:30", "edit", ONE, "-d", "Mine")
        typed(world, "08:40", "stop")
    world.remove(1)
    typed(world, "09:00", "sync", code=6)
    assert states(world) == [("edit", "conflict"), ("stop", "queued")]
    typed(world, "09:01", "queue", "retry", str(queue(world)[0]["id"]), "--force")
    there(world, replace(ended(TIMER, "08:40"), description="Mine"))
    assert queue(world) == []


def seconds(clock: str) -> int:
    """Return a clock time (UTC) as seconds since 1970."""
    from clockify_cli.core.model import instant

    return int(instant(at(clock)).timestamp())
