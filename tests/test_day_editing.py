"""A day edited as text, and texts applied: through the installed program and an editor script."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cli import NOW, Cli
from conftest import Served
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_api import ENTRIES, Api
from terminal import Terminal
from worksheet import DAY, Sheet, away, content, methods, spans, warmed, without

from clockify_cli.core.matching import match
from clockify_cli.core.model import utc_text
from clockify_cli.core.naming import project_label
from clockify_cli.times import Clock
from clockify_cli.tracking.day_plan import Planner, line_of, opened_from
from clockify_cli.tracking.day_text import read_sheet, write_sheet


@pytest.fixture
def sheet(served: Served) -> Sheet:
    return Sheet(Api.gateway(served.url))


@pytest.fixture
def warm(cli: Cli, sheet: Sheet, served: Served) -> Cli:
    return warmed(cli, sheet, served)


Editor = Callable[[str], str]


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    """Return what makes an ``EDITOR`` of Python that works on ``text``, and ``lines`` of it."""

    def make(work: str) -> str:
        script = tmp_path / f"editor-{len(list(tmp_path.iterdir()))}.py"
        body = "\n".join(f"{line.strip()}" for line in work.strip().split("\n"))
        script.write_text(
            "import pathlib, sys\nplace = pathlib.Path(sys.argv[1])\ntext = place.read_text()\n"
            f"(pathlib.Path(sys.argv[0]).parent / 'seen.txt').write_text(text)\n{body}\n"
            "place.write_text(text)\n"
        )
        return f"{sys.executable} {script}"

    return make


def seen(tmp_path: Path) -> str:
    """Return the text as the last editor found it."""
    return (tmp_path / "seen.txt").read_text()


def kept(cli: Cli) -> list[Path]:
    return sorted((cli.home / "state" / "texts").glob("*.txt"))


def entry_lines(text: str) -> list[str]:
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return [line for line in lines if not line.startswith("2026-")]


def day_of_three(sheet: Sheet) -> tuple[Any, Any, Any]:
    first = sheet.full()  # 09:00-10:30 in Berlin
    second = sheet.entry("10:00:00", "11:00:00", description="Mail")
    third = sheet.entry("12:00:00", "13:30:00", description="Lunch: $", tagIds=[sheet.urgent])
    return first, second, third


# -- the text ------------------------------------------------------------------------------


def test_the_day_is_one_line_an_entry(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor, tmp_path: Path
) -> None:
    first, second, third = day_of_three(sheet)
    night = sheet.api.entry("2026-11-24T21:30:00Z", "2026-11-25T00:00:15Z", description="Night")
    sheet.api.entry("2026-11-23T22:00:00Z", "2026-11-24T00:00:00Z", description="Before")
    served.clear()
    ran = warm("edit", "--day", "yesterday", EDITOR=editor(""))
    assert ran.out == "Nothing to change.\n"
    assert methods(served) == ["GET"]
    assert entry_lines(seen(tmp_path)) == [
        f"09:00-10:30       Acme/Web: Build :: Review  +dev  $  #{first['id'][-8:]}",
        f"11:00-12:00       Mail  #{second['id'][-8:]}",
        f'13:00-14:30       "Lunch: $"  +urgent  #{third["id"][-8:]}',
        f"22:30-01:00:15+1  Night  #{night['id'][-8:]}",
    ]
    assert "Reaches into the day, and belongs to 2026-11-23: 23:00-01:00+1  Before" in seen(
        tmp_path
    )
    assert kept(warm) == []
    printed = warm("edit", "--day=yesterday", "--print").out
    assert printed == seen(tmp_path)


def test_the_running_timer_is_a_line_without_an_end(
    warm: Cli, sheet: Sheet, editor: Editor, tmp_path: Path
) -> None:
    started = warm("start", "Review", "--at", "9:30", "--json").json
    warm("edit", "--day", EDITOR=editor("text = text.replace('Review', 'Talk')"))
    [line] = entry_lines(seen(tmp_path))
    assert line == f"09:30-  Review  #{started['id'][-8:]}"
    after = sheet.now(started)
    assert after["description"] == "Talk" and after["timeInterval"]["end"] is None
    stop = editor("text = text.replace('09:30-  Talk', '09:30-10:00  Talk')")
    warm("edit", "--day", EDITOR=stop)
    assert sheet.now(started)["timeInterval"]["end"] == "2026-11-25T09:00:00Z"
    assert warm("status", "--json").json is None
    go_on = editor("text = text.replace('09:30-10:00  Talk', '09:30-  Talk')")
    warm("edit", "--day", EDITOR=go_on)
    assert warm("status", "--json").json["id"] == started["id"]


# -- the plan ------------------------------------------------------------------------------


def test_what_was_made_of_the_text_is_done_in_the_fewest_requests(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    first, second, third = day_of_three(sheet)
    warm("edit", first["id"], "-p", "Ops", "-k", "Deploy")  # the names of its tasks are known
    warm("undo")
    served.clear()
    script = editor("""
        text = text.replace("Review", "Review of the parser").replace("$  #", "#")
        text = "\\n".join(x for x in text.split("\\n") if "  Mail" not in x)
        text += "\\n15:00-15:45  Ops: Deploy :: Release +dev +urgent\\n"
    """)
    ran = warm("edit", "--day", "yesterday", "--yes", EDITOR=script)
    assert methods(served) == ["GET", "GET", "PUT", "DELETE", "POST"]
    assert ran.out == "Done: 1 added, 1 changed, 1 deleted.\n"
    for mark in (
        "~ 09:00–10:30  Review · Acme/Web: Build · dev $",
        "→ 09:00–10:30  Review of the parser · Acme/Web: Build · dev\n",
        "- 11:00–12:00  Mail",
        "+ 15:00–15:45  Release · Ops: Deploy · dev, urgent",
    ):
        assert mark in ran.err
    there = sheet.there()
    assert [e["description"] for e in there] == ["Review of the parser", "Lunch: $", "Release"]
    assert without(there[0], "description", "billable") == without(first, "description", "billable")
    assert not there[0]["billable"]
    assert without(there[1]) == without(third)
    assert there[2]["taskId"] == sheet.deploy
    assert there[2]["tagIds"] == [sheet.dev, sheet.urgent]
    warm("undo")
    back = sheet.there()
    assert [content(e) for e in back] == [content(e) for e in (first, second, third)]
    assert spans(back) == spans([first, second, third])


def test_more_than_one_overwritten_needs_a_yes(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    day_of_three(sheet)
    served.clear()
    script = editor("text = text.replace('Mail', 'Letters').replace('Review', 'Talk')")
    ran = warm("edit", "--day", "yesterday", "--json", code=2, EDITOR=script)
    assert ran.error["kind"] == "usage" and "2 changed" in ran.error["message"]
    assert methods(served) == ["GET"]
    [text] = kept(warm)
    assert ran.error["file"] == str(text) and "Letters" in text.read_text()
    assert f"clockify apply {text}" in ran.error["hint"]
    served.clear()
    warm("apply", str(text), "--json", code=2)
    done = warm("apply", str(text), "--yes", "--json").json
    assert [(s["action"], s["before"]["description"], s["entry"]["description"]) for s in done] == [
        ("update", "Review", "Talk"),
        ("update", "Mail", "Letters"),
    ]
    assert methods(served) == ["GET", "GET", "PUT", "PUT"]
    assert kept(warm) == []


def test_one_change_or_new_ones_need_no_yes(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    day_of_three(sheet)
    served.clear()
    script = editor("text += '15:00-15:45 A\\n16:00-16:45 B\\n'")
    done = warm("edit", "--day", "yesterday", "--json", EDITOR=script).json
    assert [s["action"] for s in done] == ["create", "create"]
    assert methods(served) == ["GET", "POST", "POST"]
    assert len(warm("edit", "--day", "yesterday", "-q", EDITOR=editor(
        "text = text.replace('Mail', 'X')")).out.split()) == 1  # fmt: skip


def test_a_line_that_lost_its_id_is_the_same_entry(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    first, second, _ = day_of_three(sheet)
    served.clear()
    strip = "import re; text = re.sub('  #[0-9a-f]{8}(?=\\\\n)', '', text)"
    ran = warm("edit", "--day", "yesterday", EDITOR=editor(strip))
    assert ran.out == "Nothing to change.\n" and methods(served) == ["GET"]
    warm("edit", "--day", "yesterday", EDITOR=editor(strip + "\ntext = text.replace('Mail', 'X')"))
    assert methods(served) == ["GET", "GET", "GET", "PUT"]
    assert sheet.now(second)["description"] == "X"
    assert without(sheet.now(first)) == without(first)


def test_an_entry_moves_to_another_day_with_its_line(
    warm: Cli, sheet: Sheet, editor: Editor
) -> None:
    first, _, _ = day_of_three(sheet)
    script = editor(
        """
        line = next(x for x in text.split("\\n") if "Review" in x)
        text = text.replace(line + "\\n", "") + "\\n2026-11-23\\n" + line + "\\n"
        """
    )
    warm("edit", "--day", "yesterday", EDITOR=script)
    after = sheet.now(first)
    assert after["timeInterval"]["start"] == "2026-11-23T08:00:00Z"
    assert content(after) == content(first)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        ("text += '15:00-14:00 A\\n'", "ends before it starts"),
        ("text += 'lunch\\n'", "no time at the beginning"),
        ("text += '15:00-16:00 Nonesuch :: A\\n'", "no project 'Nonesuch'"),
        ("text += '15:00-16:00 Ops: Nonesuch :: A\\n'", "no task 'Nonesuch'"),
        ("text += '15:00-16:00 A +nonesuch\\n'", "no tag 'nonesuch'"),
        ("text += '15:00-16:00 A #123456\\n'", "no entry #123456"),
        ("text += '15:00-15:00 A\\n'", "no duration"),
        ("text += '2026-11-25\\n15:00-16:00 A\\n'", "in the future"),
        ("text += '15:00- A\\n16:00- B\\n'", "second running timer"),
        ("text += text.split('\\n')[-5] + '\\n'", ""),
    ],
)
def test_a_line_that_cannot_be_meant_is_named_and_the_text_kept(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor, work: str, words: str
) -> None:
    first, second, third = day_of_three(sheet)
    if not words:
        work, words = f"text += '15:00-16:00 A #{second['id'][-8:]}\\n'", "is in line"
    ran = warm("edit", "--day", "yesterday", "--json", code=None, EDITOR=editor(work))
    assert ran.code in (2, 4), ran
    assert words in ran.error["message"] and ran.error["message"].startswith("Line ")
    [text] = kept(warm)
    line = text.read_text().split("\n")[ran.error["line"] - 1]
    assert line[:2] in ("15", "16", "lu")
    assert [without(e) for e in sheet.there()] == [without(e) for e in (first, second, third)]
    mended = text.read_text().split("\n")
    mended[ran.error["line"] - 1] = "08:00-08:30  Mended"
    later = ("15:00", "2026-11-25")
    text.write_text("\n".join(x for x in mended if not x.startswith(later)))
    warm("apply", str(text))
    assert sheet.there()[0]["description"] == "Mended" and len(sheet.there()) == 4


def test_an_editor_that_fails_or_is_missing_changes_nothing(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    day_of_three(sheet)
    failing = editor("text = text.replace('Mail', 'X'); place.write_text(text); sys.exit(3)")
    ran = warm("edit", "--day", "yesterday", "--json", code=1, EDITOR=failing)
    assert "X" in kept(warm)[0].read_text() and "clockify apply" in ran.error["hint"]
    kept(warm)[0].unlink()
    warm("edit", "--day", "yesterday", code=2, EDITOR="/nonexistent/editor")
    warm("edit", "--day", "yesterday", code=2)
    warm("edit", "--day", "yesterday", "--no-input", code=2, EDITOR=editor(""))
    assert kept(warm) == []
    assert warm("edit", "--day", "yesterday", EDITOR=editor("text = ''")).out == (
        "Nothing to change.\n"
    )
    warm("edit", "--day", "yesterday", "-d", "X", code=2, EDITOR=editor(""))
    warm("edit", "--day", "someday", code=2, EDITOR=editor(""))
    assert "PUT" not in methods(served) and "DELETE" not in methods(served)


# -- changed elsewhere -----------------------------------------------------------------------


def put(url: str, entry: Any, **fields: Any) -> str:
    """Return Python that changes an entry as another program would."""
    body = {
        "start": entry["timeInterval"]["start"],
        "end": entry["timeInterval"]["end"],
        "description": entry["description"],
        **fields,
    }
    headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json"}
    path = f"{url}/clockify/api{ENTRIES}/{entry['id']}"
    return (
        "import urllib.request as u; u.urlopen(u.Request("
        f"{path!r}, {json.dumps(body)!r}.encode(), {headers!r}, method='PUT'))"
    )


def test_what_changed_elsewhere_meanwhile_is_not_overwritten(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    _, second, third = day_of_three(sheet)
    theirs = put(served.url, second, description="Theirs")
    mine = f"{theirs}\ntext = text.replace('Mail', 'Mine').replace('\"Lunch', '\"Dinner')"
    served.clear()
    ran = warm("edit", "--day", "yesterday", "--yes", "--json", code=6, EDITOR=editor(mine))
    assert ran.error["kind"] == "conflict"
    assert ran.error["current"]["description"] == "Theirs"
    assert methods(served) == ["GET", "PUT", "GET"]  # the one PUT is the editor's
    assert sheet.now(third)["description"] == "Lunch: $"
    [text] = kept(warm)
    assert warm("apply", str(text), "--yes", "--json", code=6).error["kind"] == "conflict"
    # Without its mark the text counts.
    lines = text.read_text().split("\n")
    text.write_text("\n".join(x for x in lines if not x.startswith(f"#= {second['id']}")))
    warm("apply", str(text), "--yes")
    assert sheet.now(second)["description"] == "Mine"
    assert sheet.now(third)["description"] == "Dinner: $"


def test_what_changed_elsewhere_and_was_not_touched_is_left(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    _, second, third = day_of_three(sheet)
    theirs = put(served.url, second, description="Theirs")
    script = editor(f"{theirs}\ntext = text.replace('Lunch', 'Dinner')")
    warm("edit", "--day", "yesterday", EDITOR=script)
    assert sheet.now(second)["description"] == "Theirs"
    assert sheet.now(third)["description"] == "Dinner: $"


def test_a_removed_line_whose_entry_changed_elsewhere_is_not_deleted(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    _, second, _ = day_of_three(sheet)
    theirs = put(served.url, second, description="Theirs")
    drop = "text = '\\n'.join(x for x in text.split('\\n') if '  Mail' not in x)"
    ran = warm("edit", "--day", "yesterday", "--json", code=6, EDITOR=editor(f"{theirs}\n{drop}"))
    assert ran.error["kind"] == "conflict"
    assert sheet.now(second)["description"] == "Theirs"


def test_half_done_work_is_gone_on_with(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    day_of_three(sheet)
    work = """
        text = text.replace("Mail", "Letters").replace("Review", "Talk")
        text += "15:00-15:45 A\\n16:00-16:45 B\\n"
    """
    served.faults(
        [{"kind": "status_before", "status": 400, "match": {"method": "POST"}, "skip": 1}]
    )
    ran = warm("edit", "--day", "yesterday", "--yes", "--json", code=6, EDITOR=editor(work))
    served.faults([])
    assert ran.error["kind"] == "refused" and "clockify undo" in ran.error["hint"]
    assert [e["description"] for e in sheet.there()] == ["Talk", "Letters", "Lunch: $", "A"]
    served.clear()
    warm("apply", ran.error["file"])
    assert methods(served) == ["GET", "POST"]
    assert [e["description"] for e in sheet.there()] == ["Talk", "Letters", "Lunch: $", "A", "B"]


def test_a_day_waits_while_the_network_is_away(
    warm: Cli, sheet: Sheet, served: Served, editor: Editor
) -> None:
    first, second, _ = day_of_three(sheet)
    cut = (
        "import urllib.request as u, json; u.urlopen(u.Request("
        f"{served.url + '/__sandbox__/faults'!r}, "
        "json.dumps([{'kind': 'cut_before', 'times': 0}]).encode(), method='POST'))"
    )
    work = f"{cut}\ntext = text.replace('Mail', 'Letters').replace('Review', 'Talk')"
    done = warm("edit", "--day", "yesterday", "--yes", "--json", EDITOR=editor(work)).json
    assert all(step["entry"]["queued"] for step in done)
    served.faults([])
    warm("sync")
    assert sheet.now(first)["description"] == "Talk"
    assert sheet.now(first)["customFieldValues"][0]["value"] == "PO-17"
    assert sheet.now(second)["description"] == "Letters"
    with away(served):
        assert warm("edit", "--day", "--json", code=5, EDITOR=editor("")).error["kind"] == (
            "unavailable"
        )


def test_a_text_is_not_carried_out_in_another_zone(warm: Cli, sheet: Sheet, tmp_path: Path) -> None:
    first, _, _ = day_of_three(sheet)
    text = tmp_path / "day.txt"
    text.write_text(warm("edit", "--day", "yesterday", "--print").out.replace("Review", "Talk"))
    ran = warm("apply", str(text), "--tz", "UTC", "--json", code=2)
    assert "--tz Europe/Berlin" in ran.error["hint"]
    assert sheet.now(first)["description"] == "Review"
    warm("apply", str(text), "--tz", "Europe/Berlin", TZ="UTC")
    assert sheet.now(first)["description"] == "Talk"
    assert spans([sheet.now(first)]) == spans([first])


# -- apply ---------------------------------------------------------------------------------


WEEK = """\
2026-11-23
9:00-10:00  Acme/Web: Build :: Start of the week  +dev
10:00 +45m  Stand-up
2026-11-24
9:00-10:00  Ops :: Release  +dev +urgent  $
10:00-10:30
"""


def test_a_text_makes_new_entries_and_twice_changes_nothing(
    warm: Cli, sheet: Sheet, served: Served
) -> None:
    plan = warm("apply", "-", "--dry-run", input=WEEK)
    assert plan.out.count("+ ") == 4 and sheet.there() == []
    served.clear()
    done = warm("apply", "-", "--json", input=WEEK).json
    assert methods(served) == ["GET", *["POST"] * 4]
    assert [step["action"] for step in done] == ["create"] * 4
    there = sheet.there()
    assert spans(there) == [
        ("08:00", "09:00"),
        ("09:00", "09:45"),
        ("08:00", "09:00"),
        ("09:00", "09:30"),
    ]
    assert there[0]["taskId"] == sheet.build and there[0]["tagIds"] == [sheet.dev]
    assert there[2]["billable"] and there[2]["projectId"] == sheet.ops
    served.clear()
    assert warm("apply", "-", "--json", input=WEEK).json == []
    assert methods(served) == ["GET"]
    warm("undo")
    assert sheet.there() == []


def test_replace_makes_the_days_what_the_text_says(warm: Cli, sheet: Sheet, served: Served) -> None:
    first, second, _ = day_of_three(sheet)
    keep = sheet.api.entry("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z", description="Other day")
    text = f"{DAY}\n11:00-12:00  Mail\n"
    assert warm("apply", "-", "--json", input=text).json == []
    warm("apply", "-", "--replace", "--json", code=2, input=text)
    assert len(sheet.there()) == 4
    kept(warm)[0].unlink()
    done = warm("apply", "-", "--replace", "--yes", "--json", input=text).json
    assert [step["action"] for step in done] == ["delete", "delete"]
    assert [e["id"] for e in sheet.there()] == [keep["id"], second["id"]]
    warm("undo")
    assert content(sheet.there()[1]) == content(first)


def test_a_text_from_standard_input_is_kept_when_it_fails(warm: Cli, sheet: Sheet) -> None:
    text = "9:00-10:00 A\n11:00-10:00 B\nwhat\n"
    error = warm("apply", "-", "--day", "yesterday", "--json", code=2, input=text).error
    assert error["lines"] == [2, 3] and Path(error["file"]).read_text() == text
    assert sheet.there() == []
    for empty in ("", "# nothing\n"):
        assert warm("apply", "-", "--json", code=2, input=empty).error["kind"] == "usage"
    assert warm("apply", "none.txt", "--json", code=2).error["kind"] == "usage"


def test_one_day_for_the_lines_without_a_date(warm: Cli, sheet: Sheet) -> None:
    warm("apply", "-", "--day", "monday", input="9:00-9:30 A\ntoday\n9:00-9:30 B\n")
    starts = [e["timeInterval"]["start"] for e in sheet.there()]
    assert starts == ["2026-11-23T08:00:00Z", "2026-11-25T08:00:00Z"]
    warm("apply", "-", "--allow-future", input="tomorrow\n9:00-9:30 C\n")
    assert len(sheet.there()) == 3


def test_new_lines_wait_while_the_network_is_away(warm: Cli, sheet: Sheet, served: Served) -> None:
    with away(served):
        done = warm("apply", "-", "--json", input=WEEK).json
        assert [step["entry"]["queued"] for step in done] == [True] * 4
    warm("sync")
    assert len(sheet.there()) == 4
    assert warm("apply", "-", "--json", input=WEEK).json == []


def test_overlaps_are_told(warm: Cli, sheet: Sheet, served: Served) -> None:
    sheet.full()  # 09:00-10:30
    ran = warm("apply", "-", "--day", "yesterday", input="10:00-11:00 Talk\n")
    assert "Overlaps 'Review' (2026-11-24 09:00–10:30" in ran.err
    assert "Overlaps" not in warm("apply", "-", "--day", "yesterday", input="8:00-9:00 Mail\n").err


def test_an_entry_of_another_day_is_named_by_its_whole_id(warm: Cli, sheet: Sheet) -> None:
    entry = sheet.full()
    warm("apply", "-", "--day", "monday", input=f"9:00-9:30 Moved #{entry['id']}\n")
    after = sheet.now(entry)
    assert after["timeInterval"]["start"] == "2026-11-23T08:00:00Z"
    assert after["description"] == "Moved" and after["customFieldValues"][0]["value"] == "PO-17"


def test_a_second_timer_is_refused(warm: Cli, sheet: Sheet) -> None:
    warm("start", "Review", "--at", "8:00")
    error = warm("apply", "-", "--json", code=2, input="9:00-  Another\n").error
    assert "running already" in error["message"]
    warm("stop", "--at", "8:30")
    warm("apply", "-", input="9:00-  Another\n")
    assert warm("status", "--json").json["description"] == "Another"


# -- at a terminal ---------------------------------------------------------------------------


def test_the_plan_is_shown_and_asked_about_at_a_terminal(
    warm: Cli, sheet: Sheet, editor: Editor
) -> None:
    _, second, _ = day_of_three(sheet)
    script = editor("text = text.replace('Mail', 'Letters')")
    words = ("edit", "--day", "yesterday")
    with Terminal(warm, *words, EDITOR=script, COLUMNS="40") as terminal:
        shown = terminal.read_until("[y/N]")
        for line in ("Tue 2026-11-24 yesterday", "~ 11:00–12:00  Mail", "→ 11:00–12:00  Letters"):
            assert line in shown
        assert "Apply 1 change (1 changed)?" in shown
        terminal.type("n\n")
        assert terminal.code() == 2
    assert sheet.now(second)["description"] == "Mail" and kept(warm) == []  # no means no
    with Terminal(warm, *words, EDITOR=script) as terminal:
        assert "unsaved text" not in terminal.read_until("[y/N]")
        terminal.type("y\n")
        assert terminal.code() == 0
        assert "Done: 1 changed." in terminal.shown
    assert sheet.now(second)["description"] == "Letters"


@pytest.mark.parametrize("reply", ["y", "n"])
def test_an_unsaved_text_is_offered_once(
    warm: Cli, sheet: Sheet, editor: Editor, reply: str
) -> None:
    _, second, _ = day_of_three(sheet)
    words = ("edit", "--day", "yesterday")
    bad = editor("text = text.replace('Mail', 'Letters') + 'nonsense\\n'")
    warm(*words, EDITOR=bad, code=2)
    good = editor("text = text.replace('nonsense\\n', '')")
    with Terminal(warm, *words, EDITOR=good) as terminal:
        terminal.read_until("Continue with the unsaved text of this day? [Y/n]")
        terminal.type(f"{reply}\n")
        if reply == "y":
            terminal.read_until("[y/N]")
            terminal.type("y\n")
        assert terminal.code() == 0
    assert sheet.now(second)["description"] == ("Letters" if reply == "y" else "Mail")
    assert "unsaved" not in warm(*words, EDITOR=good).err


def test_the_options_of_a_kept_text_stand_in_its_line(warm: Cli) -> None:
    words = ("apply", "-", "--day", "yesterday", "--replace", "--json")
    error = warm(*words, input="nonsense\n", code=2).error
    assert error["hint"].endswith("--day 2026-11-24 --replace")


def test_a_line_that_cannot_be_read_is_mended_at_once_at_a_terminal(
    warm: Cli, sheet: Sheet, editor: Editor
) -> None:
    script = editor(
        "text = text.replace('15:00 Talk', '15:00-16:00 Talk') if '15:00' in text else"
        " text + '15:00 Talk\\n'"
    )
    with Terminal(warm, "edit", "--day", "yesterday", EDITOR=script) as terminal:
        assert "no time at the beginning" in terminal.read_until("Open the text again? [Y/n]")
        terminal.type("\n")
        terminal.read_until("[y/N]")
        terminal.type("y\n")
        assert terminal.code() == 0
    assert [e["description"] for e in sheet.there()] == ["Talk"]


def test_a_text_applied_at_a_terminal_is_asked_about(
    warm: Cli, sheet: Sheet, tmp_path: Path
) -> None:
    text = tmp_path / "day.txt"
    text.write_text("yesterday\n9:00-10:00 A\n10:00-11:00 B\n")
    with Terminal(warm, "apply", str(text)) as terminal:
        assert "2 added" in terminal.read_until("[y/N]")
        terminal.type("\x03")
        assert terminal.code() == 130
    assert sheet.there() == [] and text.exists()
    with Terminal(warm, "apply", str(text)) as terminal:
        terminal.read_until("[y/N]")
        terminal.type("yes\n")
        assert terminal.code() == 0
    assert len(sheet.there()) == 2


# -- properties ------------------------------------------------------------------------------


class Cached:
    """Names that are all in the cache."""

    def __init__(self, lists: dict[str, list[dict[str, Any]]]) -> None:
        self.lists = lists

    def find(self, kind: str, number: str | None) -> Any:
        return next((i for i in self.lists.get(kind, ()) if i["id"] == number), None)

    def project(self, text: str) -> Any:
        return match(text, self.lists["projects"], "project", label=project_label)

    def tag(self, text: str) -> Any:
        return match(text, self.lists["tags"], "tag")

    def task(self, text: str, project: str) -> Any:
        return match(text, self.lists[f"tasks-{project}"], "task")


CLOCK = Clock(datetime.fromisoformat(NOW), ZoneInfo("Europe/Berlin"))
NAMES = st.lists(
    st.text('ab:/+#$" -é', min_size=1, max_size=5).map(str.strip).filter(bool),
    min_size=1,
    max_size=4,
    unique=True,
)


def number(kind: int, which: int) -> str:
    return f"{kind:04x}{which:020x}"


@st.composite
def days(draw: st.DrawFn) -> tuple[Cached, list[dict[str, Any]]]:
    clients = [None, *draw(NAMES)]
    projects = [
        {"id": number(1, n), "name": name, "clientName": draw(st.sampled_from(clients)),
         "archived": draw(st.booleans())}
        for n, name in enumerate(draw(NAMES))
    ]  # fmt: skip
    lists: dict[str, list[dict[str, Any]]] = {
        "projects": projects,
        "tags": [{"id": number(2, n), "name": name} for n, name in enumerate(draw(NAMES))],
    }
    for n, project in enumerate(projects):
        lists[f"tasks-{project['id']}"] = [
            {"id": number(3 + n, m), "name": name} for m, name in enumerate(draw(NAMES))
        ]
    entries = []
    for n in range(draw(st.integers(0, 6))):
        start = datetime(2026, 11, 23, 23, tzinfo=UTC) + timedelta(
            minutes=draw(st.integers(0, 1439))
        )
        # Unknown IDs too: a project that was deleted, a tag of another workspace.
        project = draw(st.sampled_from([None, number(9, 9), *(p["id"] for p in projects)]))
        tasks = lists.get(f"tasks-{project}", [])
        tags = [number(9, 8), *(t["id"] for t in lists["tags"])]
        entries.append(
            {
                "id": number(7, n + 1),
                "userId": "u",
                "description": draw(st.text('a:+$#" \n\\', max_size=8)),
                "projectId": project,
                "taskId": draw(st.sampled_from([None, *(t["id"] for t in tasks)])),
                "tagIds": draw(st.lists(st.sampled_from(tags), unique=True, max_size=3)),
                "billable": draw(st.booleans()),
                "timeInterval": {
                    "start": utc_text(start),
                    "end": utc_text(start + timedelta(minutes=draw(st.integers(0, 2000)))),
                },
            }
        )
    return Cached(lists), entries


def planned(names: Cached, text: str, entries: list[dict[str, Any]]) -> Any:
    planner = Planner(names, CLOCK, workspace="w", user="u", allow_future=True)  # type: ignore[arg-type]
    return planner.plan(read_sheet(text, CLOCK), entries)


@settings(max_examples=400, deadline=None)
@given(days())
def test_an_untouched_text_plans_nothing(drawn: tuple[Cached, list[dict[str, Any]]]) -> None:
    names, entries = drawn
    lines = [line_of(e, names) for e in entries]  # type: ignore[arg-type]
    opened = opened_from(entries, names, CLOCK)  # type: ignore[arg-type]
    date = datetime.fromisoformat(DAY).date()
    text = write_sheet([date], lines, CLOCK, opened=opened)
    assert planned(names, text, entries).steps == ()
    bare = write_sheet([date], lines, CLOCK)
    assert planned(names, bare, entries).steps == ()


@settings(max_examples=300, deadline=None)
@given(days(), st.data())
def test_one_description_changed_plans_one_write(
    drawn: tuple[Cached, list[dict[str, Any]]], data: st.DataObject
) -> None:
    names, entries = drawn
    if not entries:
        return
    lines = [line_of(e, names) for e in entries]  # type: ignore[arg-type]
    opened = opened_from(entries, names, CLOCK)  # type: ignore[arg-type]
    which = data.draw(st.integers(0, len(entries) - 1))
    changed = [replace(x, description="new") if n == which else x for n, x in enumerate(lines)]
    date = datetime.fromisoformat(DAY).date()
    text = write_sheet([date], changed, CLOCK, opened=opened)
    [step] = planned(names, text, entries).steps
    assert step.before == entries[which]
    assert step.after == {**entries[which], "description": "new"}
    removed = write_sheet(
        [date], [x for n, x in enumerate(lines) if n != which], CLOCK, opened=opened
    )
    [step] = planned(names, removed, entries).steps
    assert (step.kind, step.entry) == ("delete", entries[which])
