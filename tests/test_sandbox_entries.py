"""The rules of time entries, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Served
from sandbox_api import ENTRIES, MINE, NOBODY, WS, Api, refused

from clockify_cli.sandbox import CUSTOM_FIELD_ID, USER_ID
from clockify_cli.sandbox.seeds import MINA, entity_id


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def span(entry: dict[str, Any]) -> tuple[str, str | None, str | None]:
    found = entry["timeInterval"]
    return found["start"], found["end"], found["duration"]


def test_a_finished_entry_comes_back_as_the_service_spells_it(api: Api) -> None:
    made = api.entry("2026-11-20T08:00:00Z", "2026-11-24T12:00:00Z", description="Long")
    assert span(made) == ("2026-11-20T08:00:00Z", "2026-11-24T12:00:00Z", "PT100H")
    read = api.get(f"{ENTRIES}/{made['id']}")
    assert read == {**made, "hourlyRate": None, "costRate": None}
    assert read["billable"] is False
    assert read["type"] == "REGULAR"
    assert (read["projectId"], read["taskId"], read["tagIds"]) == (None, None, None)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-11-20T08:00:00.999Z", "2026-11-20T08:00:00Z"),
        ("2026-11-20T08:00:00+02:00", "2026-11-20T06:00:00Z"),
        ("2026-11-20T08:00:00-0330", "2026-11-20T11:30:00Z"),
        ("2031-01-01T00:00:00Z", "2031-01-01T00:00:00Z"),
    ],
)
def test_instants_are_read_with_an_offset_and_cut_to_seconds(
    api: Api, sent: str, stored: str
) -> None:
    assert span(api.entry(sent))[0] == stored


@pytest.mark.parametrize(
    "sent",
    [
        "2026-11-20T08:00:00",
        "2026-11-20",
        "2026-13-20T08:00:00Z",
        "now",
        17,
        True,
        ["x"],
        "0001-01-01T00:00:00+14:00",
        "٢٠٢٦-11-20T08:00:00Z",
    ],
)
def test_what_is_no_instant_is_unreadable(api: Api, sent: Any) -> None:
    refused(api.send("POST", ENTRIES, {"start": sent}), code=3002)


def test_a_start_left_out_is_now(api: Api) -> None:
    assert api.send("POST", ENTRIES, {}).status_code == 201


def test_a_new_timer_ends_the_running_one_of_the_same_user(api: Api, served: Served) -> None:
    served.seed(now="2026-11-20T15:00:00+01:00", days=3)
    old = api.entry("2026-11-20T08:00:00Z")
    api.entry("2026-11-20T09:00:00Z")
    assert span(api.get(f"{ENTRIES}/{old['id']}"))[1:] == ("2026-11-20T09:00:00Z", "PT1H")
    running = api.get(f"{ENTRIES}/status/in-progress")
    assert {entry["userId"] for entry in running} == {USER_ID, entity_id("user", MINA)}
    own = api.get(MINE, in_progress="true")
    assert [entry["userId"] for entry in own] == [USER_ID]


def test_a_timer_is_never_ended_before_its_start(api: Api) -> None:
    old = api.entry("2026-11-20T08:00:00Z")
    api.entry("2026-11-20T07:00:00Z")
    assert span(api.get(f"{ENTRIES}/{old['id']}"))[1:] == ("2026-11-20T08:00:00Z", "PT0S")


def test_the_replaced_timer_may_end_now_instead(api: Api, served: Served) -> None:
    served.configure(replaced_timer_ends="now")
    old = api.entry("2026-11-20T08:00:00Z")
    api.entry("2026-11-20T09:00:00Z")
    assert span(api.get(f"{ENTRIES}/{old['id']}"))[1] != "2026-11-20T09:00:00Z"


def test_a_finished_entry_leaves_the_timer_alone_and_may_overlap(api: Api) -> None:
    old = api.entry("2026-11-20T08:00:00Z")
    api.entry("2026-11-20T07:30:00Z", "2026-11-20T09:00:00Z")
    assert span(api.get(f"{ENTRIES}/{old['id']}"))[1:] == (None, None)


def test_stopping(api: Api) -> None:
    made = api.entry("2026-11-20T08:00:00Z")
    refused(api.send("PATCH", MINE, {"end": "2026-11-20T07:59:59Z"}))
    refused(api.send("PATCH", MINE, {}))
    answer = api.send("PATCH", MINE, {"end": "2026-11-20T08:45:10Z"})
    assert answer.status_code == 200
    assert answer.json()["id"] == made["id"]
    assert span(answer.json())[2] == "PT45M10S"
    words = refused(api.send("PATCH", MINE, {"end": "2026-11-20T09:00:00Z"}), 404, 404)
    assert words.startswith("Currently running time entry doesn't exist")


def test_stop_routes_do_not_exist(api: Api) -> None:
    for path in (f"{MINE}/stop", f"{ENTRIES}/{NOBODY}/stop"):
        assert "No static resource" in refused(api.send("PATCH", path, {}), 404, 3000)


def test_the_workspace_has_no_list_of_all_entries(api: Api) -> None:
    refused(api.send("GET", ENTRIES), 405, 3000)


def test_put_replaces_everything(api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Acme")
    tag = api.create(f"{WS}/tags", name="x")
    field = {"customFieldId": CUSTOM_FIELD_ID, "sourceType": "WORKSPACE", "value": "T-1"}
    made = api.entry(
        "2026-11-20T08:00:00Z",
        "2026-11-20T09:00:00Z",
        description="Before",
        projectId=project["id"],
        tagIds=[tag["id"]],
        billable=True,
        type="BREAK",
        customFields=[field],
    )
    assert made["type"] == "BREAK"
    assert made["customFieldValues"] == [
        {
            "customFieldId": CUSTOM_FIELD_ID,
            "timeEntryId": made["id"],
            "name": "Ticket",
            "type": "WORKSPACE",
            "value": "T-1",
        }
    ]
    path = f"{ENTRIES}/{made['id']}"
    refused(api.send("PUT", path, {"description": "no start"}))
    # What is read is not what is written: the read shape is dropped without a word.
    after = api.put(path, {**made, "start": "2026-11-20T08:00:00Z", "end": "2026-11-20T10:00:00Z"})
    assert after["customFieldValues"] == []
    assert (after["type"], after["description"]) == ("BREAK", "Before")
    bare = api.put(path, {"start": "2026-11-20T08:00:00Z"})
    assert span(bare) == ("2026-11-20T08:00:00Z", None, None)
    assert (bare["type"], bare["description"], bare["billable"]) == ("REGULAR", "", False)
    assert (bare["projectId"], bare["tagIds"]) == (None, None)


def test_an_entry_that_runs_again_leaves_one_timer(api: Api) -> None:
    first = api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z")
    second = api.entry("2026-11-20T10:00:00Z")
    api.put(f"{ENTRIES}/{first['id']}", {"start": "2026-11-20T08:00:00Z"})
    assert [e["id"] for e in api.get(MINE, in_progress="true")] == [first["id"]]
    assert span(api.get(f"{ENTRIES}/{second['id']}"))[1] is not None


def test_a_running_entry_keeps_running_when_it_is_edited(api: Api) -> None:
    made = api.entry("2026-11-20T08:00:00Z")
    body = {"start": "2026-11-20T07:00:00Z", "description": "More"}
    after = api.put(f"{ENTRIES}/{made['id']}", body)
    assert span(after) == ("2026-11-20T07:00:00Z", None, None)


def test_what_an_entry_may_not_hold(api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Acme")["id"]
    other = api.create(f"{WS}/projects", name="Other")["id"]
    task = api.create(f"{WS}/projects/{project}/tasks", name="Plan")["id"]
    start = {"start": "2026-11-20T08:00:00Z"}
    for body in (
        {"end": "2026-11-20T07:00:00Z"},
        {"description": "x" * 3001},
        {"projectId": NOBODY},
        {"projectId": project, "taskId": NOBODY},
        {"projectId": other, "taskId": task},
        {"taskId": task},
        {"tagIds": [NOBODY]},
        {"customFields": [{"customFieldId": NOBODY, "value": 1}]},
    ):
        refused(api.send("POST", ENTRIES, start | body))
    for body in (
        {"description": 3},
        {"billable": "yes"},
        {"tagIds": "x"},
        {"tagIds": [1]},
        {"type": "HOLIDAY"},
        {"projectId": 5},
    ):
        refused(api.send("POST", ENTRIES, start | body), code=3002)
    good = {"description": "x" * 3000, "projectId": project, "taskId": task, "nonsense": {"a": 1}}
    assert api.create(ENTRIES, **start, **good)["taskId"] == task
    assert api.create(ENTRIES, **start, projectId="", taskId="", tagIds=None)["projectId"] is None


def test_an_archived_project_is_accepted(api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Old")["id"]
    api.put(f"{WS}/projects/{project}", {"archived": True})
    assert api.entry("2026-11-20T08:00:00Z", projectId=project)["projectId"] == project


def test_deleting(api: Api) -> None:
    numbers = [
        api.entry(f"2026-11-2{n}T08:00:00Z", f"2026-11-2{n}T09:00:00Z")["id"] for n in range(4)
    ]
    gone = api.send("DELETE", f"{ENTRIES}/{numbers[0]}")
    assert (gone.status_code, gone.content) == (204, b"")
    for method, body in (("GET", None), ("DELETE", None), ("PUT", {})):
        words = refused(api.send(method, f"{ENTRIES}/{numbers[0]}", body))
        assert "doesn't belong to Workspace" in words
    # All or none.
    refused(api.send("DELETE", MINE, time_entry_ids=f"{numbers[1]},{numbers[0]}"))
    many = api.send("DELETE", MINE, time_entry_ids=f"{numbers[1]},{numbers[2]}")
    assert [entry["id"] for entry in many.json()] == numbers[1:3]
    assert [entry["id"] for entry in api.get(MINE)] == [numbers[3]]


def test_bulk_edit_replaces_all_or_none(api: Api) -> None:
    one = api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", description="one")
    two = api.entry("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z", description="two")
    change = {"start": "2026-11-20T08:30:00Z", "end": "2026-11-20T09:30:00Z", "description": "1"}
    refused(api.send("PUT", MINE, []))
    refused(api.send("PUT", MINE, {"id": one["id"]}), code=3002)
    refused(api.send("PUT", MINE, [{"id": one["id"], **change}, {"id": NOBODY, **change}]))
    assert api.get(f"{ENTRIES}/{one['id']}")["description"] == "one"
    after = api.put(MINE, [{"id": one["id"], **change}, {"id": two["id"], **change}])
    assert [entry["description"] for entry in after] == ["1", "1"]
    assert [span(entry)[2] for entry in after] == ["PT1H", "PT1H"]


def test_duplicate_and_invoiced(api: Api) -> None:
    made = api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", description="twice")
    copy = api.create(f"{MINE}/{made['id']}/duplicate")
    assert copy["id"] != made["id"]
    assert (copy["description"], span(copy)) == ("twice", span(made))
    body = {"timeEntryIds": [made["id"]], "invoiced": True}
    answer = api.send("PATCH", f"{ENTRIES}/invoiced", body)
    assert (answer.status_code, answer.content) == (200, b"")
    refused(api.send("PATCH", f"{ENTRIES}/invoiced", {**body, "timeEntryIds": [NOBODY]}))


def test_hydrated_swaps_ids_for_things_but_the_projects(api: Api) -> None:
    client = api.create(f"{WS}/clients", name="Client")["id"]
    project = api.create(f"{WS}/projects", name="Acme", clientId=client)["id"]
    task = api.create(f"{WS}/projects/{project}/tasks", name="Plan")["id"]
    tag = api.create(f"{WS}/tags", name="x")["id"]
    api.entry("2026-11-20T08:00:00Z", projectId=project, taskId=task, tagIds=[tag])
    (entry,) = api.get(MINE, hydrated="true")
    assert (entry["projectId"], "taskId" in entry, "tagIds" in entry) == (project, False, False)
    assert (entry["project"]["name"], entry["project"]["clientName"]) == ("Acme", "Client")
    assert (entry["task"]["name"], entry["tags"][0]["name"]) == ("Plan", "x")
    assert entry["user"]["id"] == USER_ID


def test_forced_fields_are_asked_of_finished_entries_and_at_the_stop(
    api: Api, served: Served
) -> None:
    served.configure(workspace={"forceProjects": True, "forceDescription": True})
    words = refused(
        api.send("POST", ENTRIES, {"start": "2026-11-20T08:00:00Z", "end": "2026-11-20T09:00:00Z"})
    )
    first = "Project is either required field or given project is archived."
    assert words.startswith(f"Time entry couldn't be created. {first} Description")
    made = api.entry("2026-11-20T08:00:00Z")
    words = refused(api.send("PATCH", MINE, {"end": "2026-11-20T09:00:00Z"}))
    assert words == "Can't save, required fields are missing or archived."
    refused(api.send("POST", ENTRIES, {"start": "2026-11-20T09:00:00Z"}))  # would stop it
    project = api.create(f"{WS}/projects", name="Acme")["id"]
    body = {"start": "2026-11-20T08:00:00Z", "description": "d", "projectId": project}
    api.put(f"{ENTRIES}/{made['id']}", body)
    assert api.send("PATCH", MINE, {"end": "2026-11-20T09:00:00Z"}).status_code == 200


def test_a_locked_period_refuses_every_change_of_a_member(api: Api, served: Served) -> None:
    old = api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z")
    new = api.entry("2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z")
    lock = {"lockTimeEntries": "2026-11-21T00:00:00Z"}
    served.configure(workspace=lock, roles={USER_ID: "USER"})
    path = f"{ENTRIES}/{old['id']}"
    assert api.get(path)["isLocked"] is True
    before = {"start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z"}
    after = {"start": "2026-11-22T10:00:00Z", "end": "2026-11-22T11:00:00Z"}
    for method, place, body in (
        ("POST", ENTRIES, before),
        ("PUT", path, after),
        ("PUT", f"{ENTRIES}/{new['id']}", before),
        ("DELETE", path, None),
        ("POST", f"{MINE}/{old['id']}/duplicate", None),
    ):
        words = refused(api.send(method, place, body), 403, 1003)
        assert words == "Can't edit locked time entry."
    assert api.create(ENTRIES, **after)["isLocked"] is False
    for role in ("WORKSPACE_ADMIN", "OWNER"):
        served.configure(roles={USER_ID: role})
        assert api.put(path, before)["isLocked"] is True


def test_nobody_edits_what_is_approved(api: Api, served: Served) -> None:
    old = api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z")
    served.configure(approved_until="2026-11-21T00:00:00Z")
    path = f"{ENTRIES}/{old['id']}"
    assert api.get(path)["isLocked"] is False
    for method, body in (("PUT", {"start": "2026-11-20T08:00:00Z"}), ("DELETE", None)):
        words = refused(api.send(method, path, body), 403, 4005)
        assert words == "Can't edit approved time entry."
    api.entry("2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z")


def test_a_stopwatch_workspace_takes_no_ends(api: Api, served: Served) -> None:
    served.configure(workspace={"timeTrackingMode": "STOPWATCH_ONLY"})
    span_of_time = {"start": "2026-11-20T08:00:00Z", "end": "2026-11-20T09:00:00Z"}
    words = refused(api.send("POST", ENTRIES, span_of_time), 403, 4030)
    assert words.startswith("Manual time tracking disabled")
    assert api.send("POST", MINE, span_of_time).status_code == 201
    api.entry("2026-11-20T10:00:00Z")
    assert api.send("PATCH", MINE, {"end": "2026-11-20T11:00:00Z"}).status_code == 200
    served.configure(roles={USER_ID: "USER"})
    refused(api.send("POST", MINE, span_of_time), 403, 4030)
    assert api.send("POST", MINE, {"start": "2026-11-20T12:00:00Z"}).status_code == 201


def test_a_done_task_takes_no_time(api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Acme")["id"]
    tasks = f"{WS}/projects/{project}/tasks"
    task = api.create(tasks, name="Plan")["id"]
    held = {"projectId": project, "taskId": task}
    past = api.entry("2026-11-20T06:00:00Z", "2026-11-20T07:00:00Z", **held)
    made = api.entry("2026-11-20T08:00:00Z", **held)
    api.put(f"{tasks}/{task}", {"name": "Plan", "status": "DONE"})
    cannot = "Can't save, required fields are missing or archived."
    start = {"start": "2026-11-20T10:00:00Z", **held}
    assert refused(api.send("POST", ENTRIES, start)) == cannot
    end = {"end": "2026-11-20T09:00:00Z"}
    assert refused(api.send("PATCH", MINE, end)) == cannot
    body = {"start": "2026-11-20T08:00:00Z", **end}
    refused(api.send("PUT", f"{ENTRIES}/{made['id']}", {**body, **held}))
    api.put(f"{ENTRIES}/{made['id']}", body)
    # What it holds already may be edited.
    body = {"start": "2026-11-20T06:30:00Z", "end": "2026-11-20T07:00:00Z", **held}
    assert api.put(f"{ENTRIES}/{past['id']}", body)["taskId"] == task


def test_an_archived_tag_may_be_refused(api: Api, served: Served) -> None:
    tag = api.create(f"{WS}/tags", name="old")["id"]
    api.put(f"{WS}/tags/{tag}", {"name": "old", "archived": True})
    body = {"start": "2026-11-20T08:00:00Z", "tagIds": [tag]}
    assert api.create(ENTRIES, **body)["tagIds"] == [tag]
    served.configure(archived_tags="refuse")
    words = refused(api.send("POST", ENTRIES, body))
    assert words == "You can not create entities for archived tag"


def test_angle_brackets_are_refused_in_descriptions_and_names(api: Api) -> None:
    words = 'You entered wrong value. Don\'t use "<" and ">" characters'
    for text in ("a < b", "->", "<b>"):
        assert refused(api.send("POST", ENTRIES, {"description": text})) == words
        for kind in ("projects", "clients", "tags"):
            assert refused(api.send("POST", f"{WS}/{kind}", {"name": text})) == words
    client = api.create(f"{WS}/clients", name="x", note="<address>")
    assert client["note"] == "<address>"


def test_a_member_may_have_no_say_in_what_is_billable(api: Api, served: Served) -> None:
    paid = api.create(f"{WS}/projects", name="Paid", billable=True)["id"]
    served.configure(workspace={"onlyAdminsCanChangeBillableStatus": True})
    start = "2026-11-20T08:00:00Z"
    assert api.entry(start, projectId=paid, billable=False)["billable"] is False
    served.configure(roles={USER_ID: "USER"})
    assert api.entry(start, projectId=paid, billable=False)["billable"] is True
    assert api.entry(start, billable=True)["billable"] is False


def test_an_empty_body_starts_a_timer(api: Api) -> None:
    for path in (ENTRIES, MINE):
        answer = api.http.post(path)
        assert answer.status_code == 201
        assert span(answer.json())[1] is None
    refused(api.send("POST", ENTRIES, {"end": "2026-11-20T09:00:00Z"}))


def test_an_empty_entry_is_accepted_or_refused(api: Api, served: Served) -> None:
    at = "2026-11-20T08:00:00Z"
    assert span(api.entry(at, at))[2] == "PT0S"
    served.configure(refuse_empty_entries=True)
    refused(api.send("POST", ENTRIES, {"start": at, "end": at}))
    api.entry(at)
    refused(api.send("PATCH", MINE, {"end": at}))


@pytest.mark.parametrize("kind", ["TIME_OFF", "HOLIDAY"])
def test_an_absence_is_read_and_a_put_makes_it_work(api: Api, served: Served, kind: str) -> None:
    body = {"start": "2026-11-20T08:00:00Z", "end": "2026-11-20T16:00:00Z"}
    served.bulk_insert([{**body, "type": kind}])
    (entry,) = api.get(MINE)
    assert entry["type"] == kind
    refused(api.send("POST", ENTRIES, {**body, "type": kind}), code=3002)
    assert api.put(f"{ENTRIES}/{entry['id']}", body)["type"] == "REGULAR"


def test_many_entries_by_their_ids(api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Acme")["id"]
    numbers = [
        api.entry(f"2026-11-20T0{n}:00:00Z", "2026-11-20T09:00:00Z", projectId=project)["id"]
        for n in range(3)
    ]
    answer = api.send("POST", f"{ENTRIES}/batch", {"timeEntryIds": [*numbers[:2], NOBODY]})
    assert answer.status_code == 200
    assert {entry["id"] for entry in answer.json()} == set(numbers[:2])
    assert answer.json()[0] == api.get(f"{ENTRIES}/{answer.json()[0]['id']}")
    whole = {"timeEntryIds": numbers, "hydrated": True}
    found = api.send("POST", f"{ENTRIES}/batch", whole).json()
    assert [entry["project"]["name"] for entry in found] == ["Acme"] * 3
    refused(api.send("POST", f"{ENTRIES}/batch", {}))


def test_pages_above_the_limit_are_refused_or_cut(api: Api, served: Served) -> None:
    refused(api.send("GET", MINE, page_size=5001))
    assert api.send("GET", MINE, page_size=5000).status_code == 200
    for hour in range(3):
        api.entry(f"2026-11-20T0{hour}:00:00Z", "2026-11-20T09:00:00Z")
    served.configure(refused_page_size=200, max_page_size=2)
    refused(api.send("GET", MINE, page_size=201))
    answer = api.send("GET", MINE, page_size=200)
    assert (len(answer.json()), answer.headers["Last-Page"]) == (2, "false")


def test_time_for_others(api: Api, served: Served) -> None:
    served.seed(now="2026-11-20T15:00:00+01:00", days=1)
    mina = entity_id("user", MINA)
    theirs = f"{WS}/user/{mina}/time-entries"
    made = api.create(theirs, start="2026-11-19T08:00:00Z", end="2026-11-19T09:00:00Z")
    assert made["userId"] == mina
    refused(api.send("POST", f"{WS}/user/{NOBODY}/time-entries", {"start": "2026-11-19T08:00:00Z"}))
    served.configure(keys={"mina": mina})
    member = Api.direct(served.url, "mina")
    refused(member.send("POST", MINE, {"start": "2026-11-20T08:00:00Z"}), 403)
    refused(member.send("PATCH", MINE, {"end": "2026-11-20T08:00:00Z"}), 403)
    mine = api.entry("2026-11-20T08:00:00Z")["id"]
    refused(member.send("DELETE", f"{ENTRIES}/{mine}"), 403)
    assert member.create(theirs, start="2026-11-20T08:00:00Z")["userId"] == mina


def window(api: Api, start: str, end: str) -> list[str]:
    return [e["timeInterval"]["start"] for e in api.get(MINE, start=start, end=end)]


def test_a_copy_of_what_runs_takes_nothing_from_it(api: Api) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    made = api.create(MINE, start=(now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    api.create(f"{MINE}/{made['id']}/duplicate")
    old = next(e for e in api.get(MINE) if e["id"] == made["id"])
    assert old["timeInterval"]["duration"].startswith("PT2H")


def test_the_edges_of_the_calendar_are_bounds_too(api: Api) -> None:
    api.create(MINE, start="2026-11-20T08:00:00Z", end="2026-11-20T09:00:00Z")
    whole = {"start": "0001-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z"}
    assert len(api.get(MINE, **whole)) == 1


def test_the_window_is_shifted_by_the_accounts_offset(api: Api, served: Served) -> None:
    """A bound's UTC wall clock is read again as a wall clock in the account's zone."""
    for hour in (21, 22, 23):
        api.entry(f"2026-11-19T{hour}:30:00Z", f"2026-11-19T{hour}:40:00Z")
    api.entry("2026-11-20T00:30:00Z", "2026-11-20T00:40:00Z")
    # Berlin is UTC+1: 00:00 to 01:00 in "UTC" means 23:00Z to 00:00Z.
    assert window(api, "2026-11-20T00:00:00Z", "2026-11-20T01:00:00Z") == ["2026-11-19T23:30:00Z"]
    # The offset that is written does not help.
    found = window(api, "2026-11-20T01:00:00+01:00", "2026-11-20T02:00:00+01:00")
    assert found == ["2026-11-19T23:30:00Z"]
    served.configure(user={"timeZone": "America/New_York"})
    assert window(api, "2026-11-19T19:00:00Z", "2026-11-19T20:00:00Z") == ["2026-11-20T00:30:00Z"]
    served.configure(window_rule=False)
    assert window(api, "2026-11-19T23:00:00Z", "2026-11-20T00:00:00Z") == ["2026-11-19T23:30:00Z"]


def test_the_window_follows_summer_time(api: Api) -> None:
    api.entry("2026-07-01T10:30:00Z", "2026-07-01T10:40:00Z")
    assert window(api, "2026-07-01T12:00:00Z", "2026-07-01T13:00:00Z")
    assert not window(api, "2026-07-01T11:00:00Z", "2026-07-01T12:00:00Z")


def test_an_entry_belongs_to_the_window_by_its_start(api: Api) -> None:
    api.entry("2026-11-20T08:00:00Z", "2026-11-20T12:00:00Z")
    assert not window(api, "2026-11-20T10:00:00Z", "2026-11-20T14:00:00Z")


def test_a_bad_window_is_refused(api: Api) -> None:
    refused(api.send("GET", MINE, start="yesterday"), code=3001)
    refused(api.send("GET", MINE, page="x"), code=3001)
    refused(api.send("GET", MINE, page_size=0))
    refused(api.send("GET", MINE, hydrated="perhaps"), code=3001)


def test_filters_of_the_list(api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Acme")["id"]
    task = api.create(f"{WS}/projects/{project}/tasks", name="Plan")["id"]
    tag = api.create(f"{WS}/tags", name="x")["id"]
    end = "2026-11-20T20:00:00Z"
    full = api.entry(
        "2026-11-20T08:00:00Z", end, description="50% ÜBER_all", projectId=project, taskId=task
    )["id"]
    tagged = api.entry("2026-11-20T09:00:00Z", end, description="plain", tagIds=[tag])["id"]
    running = api.entry("2026-11-20T07:00:00Z", projectId=project)["id"]

    def listed(**filters: Any) -> list[str]:
        return [entry["id"] for entry in api.get(MINE, **filters)]

    assert listed() == [tagged, full, running]  # newest start first
    assert listed(description="über") == [full]
    assert listed(description="0% Ü") == [full]
    assert listed(description="%") == [full]
    assert listed(description="_") == [full]
    assert listed(project=project) == [full, running]
    assert listed(task=task) == [full]
    assert listed(tags=f"{tag},{NOBODY}") == [tagged]
    assert listed(project_required="true") == [full, running]
    assert listed(task_required="true") == [full]
    assert listed(in_progress="true") == [running]
    assert listed(in_progress="false") == [tagged, full, running]
    assert listed(get_week_before="2026-11-21T00:00:00Z") == [full, running]
    assert listed(get_week_before="2026-11-29T00:00:00Z") == []


def test_pages_say_which_is_the_last(api: Api, served: Served) -> None:
    served.bulk_insert(
        [
            {"start": f"2026-10-{d:02}T{h:02}:00:00Z", "end": f"2026-10-{d:02}T{h:02}:30:00Z"}
            for d in range(1, 31)
            for h in range(20)
        ]
    )
    first = api.send("GET", MINE)
    assert (len(first.json()), first.headers["Last-Page"]) == (50, "false")
    seen: list[str] = []
    for page, (count, last) in enumerate([(250, "false"), (250, "false"), (100, "true")], 1):
        answer = api.send("GET", MINE, page=page, page_size=250)
        assert (len(answer.json()), answer.headers["Last-Page"]) == (count, last)
        seen += [entry["id"] for entry in answer.json()]
    assert len(set(seen)) == 600
    past = api.send("GET", MINE, page=4, page_size=250)
    assert (past.json(), past.headers["Last-Page"]) == ([], "true")
    exact = api.send("GET", MINE, page=2, page_size=300)
    assert (len(exact.json()), exact.headers["Last-Page"]) == (300, "true")
    served.configure(max_page_size=100, last_page_header=False)
    cut = api.send("GET", MINE, page_size=1000)
    assert len(cut.json()) == 100
    assert "Last-Page" not in cut.headers


def test_running_entries_come_ten_at_a_time(api: Api, served: Served) -> None:
    users = []
    for n in range(12):
        api.send("POST", f"{WS}/users", {"email": f"p{n}@sandbox.example"})
        users.append(api.get(f"{WS}/users", email=f"p{n}@", status="ALL")[0]["id"])
    for user in users:
        api.create(f"{WS}/user/{user}/time-entries", start="2026-11-20T08:00:00Z")
    answer = api.send("GET", f"{ENTRIES}/status/in-progress")
    assert (len(answer.json()), answer.headers["Last-Page"]) == (10, "false")
    assert len(api.get(f"{ENTRIES}/status/in-progress", page_size=1000)) == 12
    refused(api.send("GET", f"{ENTRIES}/status/in-progress", page_size=1001))


def test_rates_are_read_with_billable_entries(api: Api, served: Served) -> None:
    project = api.create(f"{WS}/projects", name="Paid", hourlyRate={"amount": 9000})["id"]
    served.configure(hourly_rate=5000)
    api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", projectId=project, billable=True)
    api.entry("2026-11-20T07:00:00Z", "2026-11-20T08:00:00Z", billable=True)
    api.entry("2026-11-20T06:00:00Z", "2026-11-20T07:00:00Z", projectId=project)
    rates = [entry["hourlyRate"] for entry in api.get(MINE)]
    assert [rate and rate["amount"] for rate in rates] == [9000, 5000, None]
