"""Every pair of options that shape an answer: both are honoured, or the pair is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from cli import NOW

from clockify_cli import app
from clockify_cli.commands.shape import Noun, find_command


@dataclass
class Answer:
    """What a command left, with the options that it was given."""

    given: tuple[str, ...]
    code: int
    out: str
    err: str
    folder: Path

    def file(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    @property
    def is_json(self) -> bool:
        try:
            json.loads(self.out)
        except ValueError:
            return False
        return True


Witness = Callable[[Answer], bool]
Shell = Callable[..., Answer]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A user whose sandbox has work, a break and a running timer; commands run in process."""
    import subprocess

    from cli import PROGRAM

    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for name in ("CONFIG", "STATE", "CACHE"):
            patch.setenv(f"CLOCKIFY_{name}_DIR", str(home / name.lower()))
        for name, value in (("SANDBOX", "1"), ("NOW", NOW)):
            patch.setenv(f"CLOCKIFY_{name}", value)
        patch.setenv("TZ", "Europe/Berlin")
        patch.setenv("COLUMNS", "200")
        for words in (
            "clients create Acme",
            "projects create Web --client Acme --billable",
            "sandbox settings hourly_rate=9000",
            "log yesterday 8:00-8:50 Review -p Web",
            "log yesterday 9:00-9:20 Mail",
            "start Plan --at 9:15",
            "status --today",
            "goal --day 8h",
            "standup",
            "report",
        ):
            subprocess.run([PROGRAM, *words.split()], check=True, capture_output=True)

        def run(folder: Path, *words: str) -> Answer:
            patch.chdir(folder)
            code = app.run(list(words))
            return Answer((), code, "", "", folder)

        yield run


def has(*texts: str) -> Witness:
    return lambda answer: any(text in answer.out for text in texts)


def silent(answer: Answer) -> bool:
    return answer.err == ""


def aged(answer: Answer) -> bool:
    told = "asOf" in answer.out or "As of" in answer.err
    # A template says by {mark} how old it is.
    return told or any(g == "--quiet" or g.startswith("--format") for g in answer.given)


def is_json(answer: Answer) -> bool:
    return answer.is_json


def anything(answer: Answer) -> bool:
    return bool(answer.out)


COMMON: dict[str, Witness] = {
    "--json": is_json,
    "--quiet": silent,
    "--cached": aged,
    "--refresh": anything,
}
COMMANDS: dict[str, tuple[str, dict[str, Witness]]] = {
    "report": (
        "report",
        {
            **COMMON,
            "--csv": has("raw_hours,hours,seconds"),
            "--markdown": has("| ---"),
            "--svg r.svg": lambda a: a.file("r.svg").startswith("<svg"),
            "--html r.html": lambda a: "<html" in a.file("r.html"),
            "--svg -": has("<svg"),
            "--html -": has("<html"),
            "--week": lambda a: (
                any(t in a.out for t in ("Tue 24", "Tue 11-24", '"by": "day"', ",day,"))
                or "Tue" in a.out
            ),
            "--timeline": lambda a: (
                ("10" in a.out and "█" in a.out) or "<svg" in a.out or "<h" in a.out
            ),
            "--heatmap": has("November", "<svg", "<html"),
            "--by billable": has("Billable", "billable"),
            "--round 1h": has("1:00", "3600", "1.00", "100.00"),
            "--round 1h --round-per day": has("1:00", "3600", "1.00", "2:00", "7200", "2.00"),
            "--decimal": has("0.8", "1.3", "1.00", "2.00", "raw_hours", "<svg", "<html"),
            "--amounts": has("USD", "amounts", "<svg", "<html"),
            "--breaks": anything,
            "--everyone": anything,
            "--user me": anything,
        },
    ),
    "entries": (
        "entries week",
        {
            **COMMON,
            "--reverse": lambda a: (
                "--quiet" in a.given or "Review" not in a.out or _first(a.out, "Review", "Mail")
            ),
            "--limit 1": lambda a: sum(text in a.out for text in ("Review", "Mail", "Plan")) <= 1,
            "--ids": anything,
        },
    ),
    "goal": ("goal --day 8h", COMMON),
    "gaps": ("gaps", COMMON),
    "standup": ("standup", COMMON),
    "status": (
        "status",
        {
            **COMMON,
            "--cached": anything,  # what was learnt in the last minute has no age
            "--format {label}/{elapsed:6}|": has("Plan/1:00  |"),
            "--today": has("Today", '"today"'),
            "--everyone": anything,
            "--exit-code": lambda a: a.code == 0,
            "--watch": anything,
        },
    ),
    "check": (
        "check --max-entry 10h",
        {
            **{"--json": is_json, "--quiet": silent, "--refresh": anything},
            "--junit -": has("<testsuites"),
            "--junit r.xml": lambda a: "<testsuites" in a.file("r.xml"),
        },
    ),
    "export": (
        "export",
        {
            **{"--json": is_json, "--refresh": lambda a: a.code == 0, "--quiet": silent},
            "--format json": lambda a: '"description":"Review"' in a.out + a.file("e.json"),
            "--output e.json": lambda a: '"description":"Review"' in a.file("e.json"),
            "--all": lambda a: a.code == 0,
            "--everyone": lambda a: a.code == 0,
            "--user me": lambda a: a.code == 0,
            "--since 2026-11-01": lambda a: a.code == 0,
        },
    ),
}
PAIRS = {"report": 210, "entries": 21, "goal": 6, "gaps": 6, "standup": 6, "status": 36}
PAIRS |= {"check": 10, "export": 36}


def _first(text: str, one: str, other: str) -> bool:
    return other not in text or text.index(one) < text.index(other)


def excluded(name: str) -> Iterator[frozenset[str]]:
    """Yield the pairs that a command declares to exclude each other."""
    command = find_command(name)
    if isinstance(command, Noun):
        command = command.verb(command.default)
    for group in command.conflicts:
        yield from map(frozenset, combinations(group, 2))


@pytest.mark.parametrize("name", list(COMMANDS))
def test_each_pair_is_honoured_or_refused(
    shell: Shell, name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command, options = COMMANDS[name]
    refused = set(excluded(name))
    tried = 0
    for one, other in combinations(options, 2):
        folder = tmp_path / str(tried)
        folder.mkdir()
        answer = shell(folder, *command.split(), *one.split(), *other.split())
        answer.out, answer.err = capfd.readouterr()
        answer.given = (one, other)
        tried += 1
        names = [{option, option.split()[0]} for option in (one, other)]
        if names[0] & names[1]:
            continue  # the same option twice: the last one counts
        if any(frozenset((a, b)) in refused for a in names[0] for b in names[1]):
            assert (answer.code, answer.out) == (2, ""), answer
            assert "cannot be combined" in answer.err, answer
            assert not list(folder.iterdir()), answer
            continue
        if "--watch" in answer.given:
            assert "needs a terminal" in answer.err, answer
            continue
        assert answer.code == 0, answer
        assert options[one](answer), (one, answer)
        assert options[other](answer), (other, answer)
    assert tried == PAIRS[name]
