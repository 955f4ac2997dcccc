"""What a day of commands and of changes elsewhere must come to: a small model of the promise.

It holds what the service has, what the program was last told of the running timer and of each
entry, and the queue. Its rules are the promise's own: an operation that waited fits what is
there, or it is set aside; nothing that somebody changed is overwritten; nothing is sent twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NoReturn

from fault_worlds import Entry, ended

CREATE, STOP, UPDATE, DELETE = "create", "stop", "update", "delete"
QUEUED, DONE, CONFLICT, DROPPED = "queued", "done", "conflict", "dropped"
WHOLE = ("split", "undo")
FIELDS = ("description", "start", "end", "project")

USAGE, NOT_FOUND, UNREACHABLE, REFUSED = 2, 4, 5, 6


@dataclass
class Write:
    """One write of a change.

    Attributes:
        kind: What it does.
        entry: The number of the entry (the model's own); 0 for whichever runs.
        before: The entry as it was when the command was typed.
        after: The entry as it shall be.
        change: The change that it belongs to.
        state: What has become of it.
        sent: It has happened, but the program does not know.
        took: It had others taken in when it was sent.
        hit: Which entry a stop has ended, where it was another one.
        theirs: Of a conflict: what was there instead, if anything.
        back: Of a creation by ``undo``: the entry that it brings back.
    """

    kind: str
    entry: int
    before: Entry | None
    after: Entry | None
    change: Change
    state: str = QUEUED
    sent: bool = False
    took: bool = False
    hit: int = 0
    theirs: tuple[int, Entry] | None = None
    back: int = 0


@dataclass
class Change:
    """What one command changed."""

    verb: str
    writes: list[Write] = field(default_factory=list)
    undone: bool = False
    undoes: Change | None = None


class Refused(Exception):
    """The command fails with one of these exit codes and changes nothing."""

    def __init__(self, *codes: int) -> None:
        self.codes = codes


class Lost(Exception):
    """The network went away after a write."""


class Model:
    """The service, and the program's view of it."""

    def __init__(self) -> None:
        self.service: dict[int, Entry] = {}
        self.known: tuple[int, Entry] | None = None
        self.recorded: dict[int, Entry] = {}
        self.open: list[Write] = []
        self.changes: list[Change] = []
        self.online = True
        self.fragile = False  # the first write that happens is not known to have happened
        self.foreign = False  # the first write is answered by somebody else
        self.sure = True  # nothing but what is known of can run
        self._count = 0

    # -- questions --------------------------------------------------------------------------

    def running(self) -> int | None:
        """Return what runs at the service."""
        return next((n for n, e in self.service.items() if not e.end), None)

    def waiting(self) -> list[Write]:
        """Return what waits."""
        return [w for w in self.open if w.state == QUEUED]

    def view(self, known: tuple[int, Entry] | None = None) -> dict[int, Entry]:
        """Return what the program believes once the queue is delivered, of what it knows."""
        known = known or self.known
        found = {known[0]: known[1]} if known else {}
        for write in self.waiting():
            if write.kind == CREATE and write.after:
                if not write.after.end:
                    start = write.after.start
                    found = {
                        n: e if e.end else ended(e, max(e.start, start)) for n, e in found.items()
                    }
                found[write.entry] = write.after
            elif write.kind == DELETE:
                found.pop(write.entry, None)
            elif write.kind == STOP and write.after:
                number = write.entry or next((n for n, e in found.items() if not e.end), 0)
                there = found.get(number) or write.before
                if number and there is not None and not there.end:
                    found[number] = ended(there, write.after.end)
            elif write.kind == UPDATE and write.after:
                found[write.entry] = write.after
        return found

    def seen_running(self) -> tuple[int, Entry] | None:
        """Return the timer that the program believes to run."""
        runs = [(n, e) for n, e in self.view().items() if not e.end]
        return max(runs, key=lambda pair: pair[1].start, default=None)

    def settles(self) -> bool:
        """Say whether what waits tells by itself whether a timer runs."""
        return any(
            w.kind == STOP or (w.kind == CREATE and w.after is not None and not w.after.end)
            for w in self.waiting()
        )

    def touched(self, entry: int) -> bool:
        """Say whether something of an entry is open."""
        return any(w.entry == entry for w in self.open)

    def is_local(self, entry: int) -> bool:
        """Say whether the service does not have an entry yet, as far as the program knows."""
        return any(w.entry == entry and w.kind == CREATE for w in self.open)

    # -- delivering ---------------------------------------------------------------------------

    def deliver(self) -> None:
        """Deliver what waits, as the next command does."""
        if not self.online:
            return
        stuck = {w.entry for w in self.open if w.state == CONFLICT and w.entry}
        broken = [w.change for w in self.open if w.state == CONFLICT and w.change.verb in WHOLE]
        try:
            for write in self.waiting():
                if write.state != QUEUED:
                    continue
                if write.entry in stuck or write.change in broken:
                    stuck.add(write.entry)
                    stuck.discard(0)
                    if write.change.verb in WHOLE:
                        broken.append(write.change)
                    continue
                self._deliver(write)
                if write.state == CONFLICT:
                    stuck.add(write.entry)
                    stuck.discard(0)
                    if write.change.verb in WHOLE:
                        broken.append(write.change)
        except Lost:
            pass
        self._tidy()

    def _tidy(self) -> None:
        self.open = [w for w in self.open if w.state in (QUEUED, CONFLICT)]

    def _deliver(self, write: Write) -> None:
        gone = write.kind != DELETE and (write.hit or write.entry) not in self.service
        if write.sent and write.kind == UPDATE:
            self._update(write)
        elif write.sent and gone:
            self._conflict(write)
        elif write.sent:
            # One that is found on another timer than the known one says that nothing runs.
            self._done(write, answered=write.kind == STOP and write.hit != write.entry)
            for other in self.waiting() if write.kind == CREATE else ():
                if other.sent and other.entry == write.entry:  # it had taken it in
                    (self._adopt if other.kind == UPDATE else self._done)(other)
        elif write.kind == CREATE:
            self._create(write)
        elif write.kind == STOP:
            self._stop(write)
        elif write.kind == UPDATE:
            self._update(write)
        else:
            now = self.service.get(write.entry)
            if now is not None and now != write.before:
                self._conflict(write)
            elif now is not None:
                self._happens(write, None)
            else:
                self._done(write)

    def _create(self, write: Write) -> None:
        assert write.after is not None
        whole, taken = write.after, [write]
        for other in self.waiting():
            if other is write or other.entry != write.entry:
                continue
            taken.append(other)
            if other.kind == DELETE:
                for one in taken:
                    one.state = DONE
                return
            assert other.after is not None
            whole = ended(whole, other.after.end) if other.kind == STOP else other.after
        if not whole.end:
            self._make_room(write)
            if write.state == CONFLICT:
                return
        self._happens(write, whole, *taken[1:])

    def _make_room(self, write: Write) -> None:
        assert write.after is not None
        number = self.running()
        if number is None:
            return
        now = self.service[number]
        if now.start >= write.after.start or write.change.verb == "undo":
            self._conflict(write, (number, now))
            return
        change = write.change.writes
        stop = next(
            (w for w in change if (w.kind, w.entry, w.state) == (STOP, number, QUEUED)), None
        )
        if stop is None:
            stop = Write(STOP, number, now, ended(now, write.after.start), write.change)
            change.append(stop)
            self.open.append(stop)
        assert stop.after is not None
        self._happens(stop, ended(now, stop.after.end))

    def _stop(self, write: Write) -> None:
        number = write.entry or self.running() or 0
        now = self.service.get(number)
        assert write.after is not None
        if not write.entry and self.fragile and (now is None or write.after.end < now.start):
            self._lose()  # it is refused, but nobody hears of it
        if now is None or (now.end and now.end != write.after.end):
            self._conflict(write)
        elif now.end:
            self._done(write)
        elif write.after.end < now.start:
            self._conflict(write)
        else:
            write.hit = number
            self._happens(write, ended(now, write.after.end))

    def _update(self, write: Write) -> None:
        now = self.service.get(write.entry)
        before, after = write.before, write.after
        assert before is not None
        assert after is not None
        if now is None:
            self._conflict(write)
            return
        if now == after:
            self._done(write)
            return
        mine = {f for f in FIELDS if getattr(before, f) != getattr(after, f)}
        theirs = {f for f in FIELDS if getattr(before, f) != getattr(now, f)}
        if any(getattr(now, f) != getattr(after, f) for f in mine & theirs):
            self._conflict(write)
            return
        wanted = replace(now, **{f: getattr(after, f) for f in mine})
        if wanted == now:
            self._adopt(write)
            return
        if not wanted.end and before.end and self.running() not in (None, write.entry):
            number = self.running()
            assert number is not None
            self._conflict(write, (number, self.service[number]))
            return
        write.before = now
        write.after = wanted
        self._happens(write, wanted)

    def _adopt(self, write: Write) -> None:
        """Take an update for done, in which others have changed other fields since."""
        now, before, after = self.service[write.entry], write.before, write.after
        assert before is not None
        assert after is not None
        mine = {f for f in FIELDS if getattr(before, f) != getattr(after, f)}
        write.before = replace(now, **{f: getattr(before, f) for f in mine})
        self._done(write)

    def _conflict(self, write: Write, theirs: tuple[int, Entry] | None = None) -> None:
        write.state = CONFLICT
        now = self.service.get(write.entry)
        write.theirs = theirs or ((write.entry, now) if now is not None else None)
        if self.known and self.known[0] == (write.theirs[0] if write.theirs else write.entry):
            self.known = (write.entry, now) if now and not now.end else None
            self.sure = False

    def _happens(self, write: Write, entry: Entry | None, *taken: Write) -> None:
        """Let a write happen at the service; the program may not learn of it."""
        self.foreign = False
        if entry is None:
            del self.service[write.entry]
        else:
            self.service[write.hit or write.entry] = entry
        if self.fragile:
            write.took = bool(taken)
            for one in (write, *taken):
                one.sent = True
            self._lose()
        self._done(write, answered=True)
        for one in taken:
            self._done(one)

    def _lose(self) -> NoReturn:
        """Let the network be away from now on."""
        self.fragile = self.foreign = self.online = False
        raise Lost

    def _done(self, write: Write, *, answered: bool = False) -> None:
        """Let the program learn that a write has happened, by its answer or otherwise."""
        write.state = DONE
        write.entry = write.hit or write.entry
        now = self.service.get(write.entry)
        if write.kind == DELETE:
            self.recorded.pop(write.entry, None)
            if self.known and self.known[0] == write.entry:
                self.known = None
            return
        assert now is not None
        if write.kind == STOP:
            write.before = ended(now, "")
        write.after = now
        self.recorded[write.entry] = now
        if not now.end:
            self.known = (write.entry, now)
        elif self.known and (self.known[0] == write.entry or (write.kind == STOP and answered)):
            self.known = None

    # -- commands ----------------------------------------------------------------------------

    def new(self) -> int:
        """Return a number for a new entry."""
        self._count += 1
        return self._count

    def start(self, entry: Entry) -> Change:
        """``start``."""
        self.deliver()
        change = Change("start")
        if self.seen_running() is None and not self.sure and self.online:
            self._ask()
        running = self.seen_running()
        if running is not None:
            if entry.start < running[1].start:
                raise Refused(USAGE)
            change.writes.append(
                Write(STOP, running[0], running[1], ended(running[1], entry.start), change)
            )
        change.writes.append(Write(CREATE, self.new(), None, entry, change))
        return self._write(change)

    def stop(self, end: str) -> Change:
        """``stop``."""
        self.deliver()
        change = Change("stop")
        running = self.seen_running()
        if running is None:
            # Nothing that is known of runs: whatever does is meant, then or later.
            running = 0, Entry("", "")
        change.writes.append(Write(STOP, running[0], running[1], ended(running[1], end), change))
        return self._write(change)

    def log(self, entry: Entry) -> Change:
        """``log``."""
        self.deliver()
        change = Change("log")
        change.writes.append(Write(CREATE, self.new(), None, entry, change))
        return self._write(change)

    def edit(self, entry: int, **fields: str) -> Change:
        """``edit``."""
        before = self._find(entry)
        change = Change("edit")
        if replace(before, **fields) == before:
            return change
        change.writes.append(Write(UPDATE, entry, before, replace(before, **fields), change))
        return self._write(change)

    def split(self, entry: int, cut: str) -> Change:
        """``split``."""
        before = self._find(entry)
        if not before.start < cut < (before.end or "99"):
            raise Refused(USAGE)
        change = Change("split")
        change.writes.append(Write(UPDATE, entry, before, ended(before, cut), change))
        rest = replace(before, start=cut)
        change.writes.append(Write(CREATE, self.new(), None, rest, change))
        return self._write(change)

    def delete(self, entry: int) -> Change:
        """``entries delete``."""
        before = self._find(entry)
        change = Change("delete")
        change.writes.append(Write(DELETE, entry, before, None, change))
        return self._write(change)

    def discard(self) -> Change:
        """``discard``."""
        self.deliver()
        if self.online:
            self._ask()
        running = self.seen_running()
        if running is None:
            raise Refused(*((NOT_FOUND,) if self.online else (NOT_FOUND, UNREACHABLE)))
        change = Change("discard")
        change.writes.append(Write(DELETE, running[0], running[1], None, change))
        return self._write(change)

    def status(self) -> Entry | None:
        """``status``: return what it shows."""
        self.deliver()
        if self.online:
            self._ask()
        elif not self.settles():
            raise Refused(UNREACHABLE)
        running = self.seen_running()
        return running[1] if running else None

    def undo(self) -> Change:
        """``undo``."""
        self.deliver()
        old = next(
            (
                c
                for c in reversed(self.changes)
                if not c.undone
                and c.verb != "undo"
                and any(w.state in (QUEUED, DONE) for w in c.writes)
            ),
            None,
        )
        if old is None:
            raise Refused(NOT_FOUND)
        took = {w.entry for w in self.open if w.took and w.state == QUEUED}
        if any(w.state == QUEUED and (w.sent or w.entry in took) for w in old.writes):
            raise Refused(REFUSED)
        unsent = self._with_followers([w for w in old.writes if w.state in (QUEUED, CONFLICT)])
        done = [w for w in reversed(old.writes) if w.state == DONE]
        change = Change("undo", undoes=old)
        if not done:
            self._drop(unsent)
            old.undone = True
            return change
        reversals = [w for d in done if (w := self._reversed(d, change)) is not None]
        reversals.sort(key=lambda w: w.kind != DELETE)
        revived = {w.entry for w in reversals if w.after is not None and not w.after.end}
        if len(revived) > 1:
            raise Refused(REFUSED)
        if revived:
            if self.online:
                self._ask()
            running = self.seen_running()
            gone = {w.entry for w in reversals if w.kind == DELETE} | revived
            if running is not None and running[0] not in gone:
                raise Refused(REFUSED)
        self._drop(unsent)
        old.undone = True
        change.writes = reversals
        if reversals:
            self._write(change)
        return change

    def _reversed(self, done: Write, change: Change) -> Write | None:
        if done.kind == DELETE:
            return Write(CREATE, self.new(), None, done.before, change, back=done.entry)
        number = done.entry
        if self.online:
            while number not in self.service and number in self.successors(DONE):
                number = self.successors(DONE)[number]
        else:
            while number in self.successors(DONE, QUEUED):
                number = self.successors(DONE, QUEUED)[number]
        now = self.service.get(number) if self.online else done.after
        if now is None:
            if done.kind == CREATE:
                return None
            raise Refused(REFUSED)
        if done.before is not None and now == done.before:
            return None
        if now != done.after and not self._left_by_undo(number, now):
            raise Refused(REFUSED)
        if done.kind == CREATE:
            return Write(DELETE, number, now, None, change)
        return Write(UPDATE, number, now, done.before, change)

    def _left_by_undo(self, number: int, now: Entry) -> bool:
        """Say whether an entry is just as the program's own last undo has left it."""
        done = [w for c in self.changes for w in c.writes if (w.entry, w.state) == (number, DONE)]
        return bool(done) and done[-1].change.undoes is not None and done[-1].after == now

    def successors(self, *states: str) -> dict[int, int]:
        """Return which entries have come back as which."""
        writes = [w for c in self.changes for w in c.writes if w.back]
        return {w.back: w.entry for w in writes if w.state in states}

    def _with_followers(self, writes: list[Write]) -> list[Write]:
        whole = [w.change for w in writes if w.change.verb in WHOLE]
        chosen = [w for w in self.open if w in writes or w.change in whole]
        created = {w.entry for w in chosen if w.kind == CREATE}
        return [w for w in self.open if w in chosen or w.entry in created]

    def _drop(self, writes: list[Write]) -> None:
        for write in writes:
            write.state = DROPPED
        self._tidy()

    def drop(self, write: Write) -> None:
        """``queue drop``."""
        chosen = self._with_followers([write])
        self._drop(chosen)
        for change in {id(w.change): w.change for w in chosen}.values():
            if change.undoes is not None and all(w.state == DROPPED for w in change.writes):
                change.undoes.undone = False

    def force(self, write: Write) -> None:
        """``queue retry --force``."""
        self.deliver()
        theirs = write.theirs
        if theirs is None:
            if write.kind in (STOP, UPDATE):
                write.kind = CREATE
        elif write.kind == CREATE and write.after and theirs[1].start >= write.after.start:
            write.after = ended(write.after, theirs[1].start)
        elif write.kind == STOP and write.after is not None:
            write.kind, write.before = UPDATE, theirs[1]
            write.after = ended(theirs[1], write.after.end)
        elif write.kind == UPDATE and write.before and write.after and theirs[0] == write.entry:
            mine = {f: getattr(write.after, f) for f in FIELDS}
            mine = {f: v for f, v in mine.items() if v != getattr(write.before, f)}
            write.before, write.after = theirs[1], replace(theirs[1], **mine)
        elif write.kind == DELETE:
            write.before = theirs[1]
        write.state, write.sent = QUEUED, False
        self.deliver()

    # -- how commands find and write --------------------------------------------------------

    def _ask(self) -> None:
        number = self.running()
        self.known = None if number is None else (number, self.service[number])
        self.sure = True

    def _find(self, entry: int) -> Entry:
        """Return an entry as a command finds it, or fail as it does."""
        self.deliver()
        if self.is_local(entry):
            found: Entry | None = None
            for write in self.open:
                if write.entry == entry:
                    found = write.after if write.kind != STOP else ended(found, write.after.end)
            if found is None:
                raise Refused(NOT_FOUND)
            return found
        if self.online:
            if entry not in self.service:
                raise Refused(NOT_FOUND)
            base = self.service[entry]
        elif self.known and self.known[0] == entry:
            base = self.known[1]
        elif entry in self.recorded:
            base = self.recorded[entry]
        else:
            raise Refused(UNREACHABLE, NOT_FOUND)
        for write in self.waiting():
            if write.entry != entry:
                continue
            if write.kind == DELETE:
                raise Refused(NOT_FOUND)
            assert write.after is not None
            if write.kind == UPDATE:
                base = write.after
            elif not base.end:
                base = ended(base, write.after.end)
        return base

    def _write(self, change: Change) -> Change:
        """Let a change happen, or queue it."""
        self.changes.append(change)
        self.open += change.writes
        # What was made offline and then set aside takes what is done to it along.
        open_ones = {w.entry for w in self.waiting() if w not in change.writes}
        waits = any(
            w.entry in open_ones or self.is_local(w.entry)
            for w in change.writes
            if w.kind != CREATE and w.entry
        )
        if waits:
            self.deliver()
        try:
            for write in change.writes if self.online and not waits else ():
                self._send(write)
        except Lost:
            pass
        except Refused:
            for write in change.writes:
                if write.state != DONE:
                    write.state = DROPPED
            self._tidy()
            raise
        self._tidy()
        return change

    def _send(self, write: Write) -> None:
        """Send a write that was just recorded: it is not compared first."""
        if write.kind == STOP:
            assert write.after is not None
            number = self.running()  # whichever that is
            if number is None and (self.fragile or self.foreign):
                self._lose()
            if number is None:
                write.state = DROPPED
                if write.change.verb == "stop":
                    self.known, self.sure = None, True
                    raise Refused(NOT_FOUND)
                return
            write.hit = number
            self._happens(write, ended(self.service[number], write.after.end))
        elif write.kind == CREATE:
            assert write.after is not None
            if not write.after.end:
                number = self.running()
                if number is not None:  # the service ends it
                    self.service[number] = ended(self.service[number], write.after.start)
            self._happens(write, write.after)
        elif write.kind == DELETE:
            self._happens(write, None)
        else:
            assert write.after is not None
            if not write.after.end and self.running() not in (None, write.entry):
                raise AssertionError("a timer would come back beside another one")
            self._happens(write, write.after)
