"""Which thing a typed name means: the steps by example, and what holds for every set of names."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clockify_cli.core.errors import AmbiguousError, NotFoundError
from clockify_cli.core.matching import match
from clockify_cli.core.naming import WORDS, fits, folded, words_of
from clockify_cli.store.name_search import first_query, second_query

Thing = dict[str, Any]


def thing(name: str, client: str = "", *, archived: bool = False, number: int = 0) -> Thing:
    found: Thing = {"id": f"{number:024x}", "name": name, "archived": archived}
    return found | ({"clientName": client, "clientId": f"c-{client}"} if client else {})


def things(*rows: str) -> list[Thing]:
    """Return projects; ``Client|Project`` has a client, ``~`` before a name archives it."""
    found = []
    for number, row in enumerate(rows, 1):
        client, _, name = row.rpartition("|")
        archived = name.startswith("~")
        found.append(thing(name.removeprefix("~"), client, archived=archived, number=number))
    return found


def meant(text: str, *rows: str, whole: bool = False) -> str:
    """Return what a text means: a row, ``?`` for several, ``-`` for nothing."""
    all_things = things(*rows)
    try:
        found = match(text, all_things, "project", whole=whole)
    except AmbiguousError:
        return "?"
    except NotFoundError:
        return "-"
    return rows[all_things.index(dict(found))]


@pytest.mark.parametrize(
    ("text", "rows", "result"),
    [
        # A beginning of a word, never a piece inside one.
        ("API", ("Capital Markets",), "-"),
        ("API", ("Capital Markets", "API v2"), "API v2"),
        ("art", ("smart",), "-"),
        ("apital", ("Capital Markets",), "-"),
        ("mark", ("Capital Markets",), "Capital Markets"),
        ("mark cap", ("Capital Markets",), "Capital Markets"),
        ("mark mark", ("Capital Markets",), "-"),
        ("mar ma", ("Market making",), "Market making"),
        ("ma mar", ("Market making",), "Market making"),
        ("project", ("MyProject",), "-"),
        ("case", ("snake_case",), "snake_case"),
        ("redesign", ("Website redesign", "Redesign 2"), "?"),
        # To the letter, then case and accents apart, then archived, then words.
        ("web", ("Web", "web", "Website"), "web"),
        ("WEB", ("Web", "Website"), "Web"),
        ("cafe", ("Café", "Cafeteria"), "Café"),
        ("Café", ("Cafe", "Café"), "Café"),
        ("web", ("~Web", "Website"), "~Web"),
        ("web", ("~web", "Web"), "Web"),
        ("web", ("~Website",), "-"),
        # Other signs that were typed stand in the name.
        ("C++", ("C", "C#", "C sharp"), "-"),
        ("C++", ("C++ tools", "C tools"), "C++ tools"),
        ("c", ("C++ tools",), "C++ tools"),
        (".*", ("Anything",), "-"),
        ("...", ("Wait ... what",), "-"),
        ("🚀", ("🚀 Launch",), "-"),
        ("🚀", ("🚀", "🚀 Launch"), "🚀"),
        ("❤️", ("❤️ Charity",), "-"),
        ("🚀 lau", ("🚀 Launch", "Launch"), "🚀 Launch"),
        # Letters that are no accents.
        ("か", ("がく",), "-"),
        ("가", ("각도",), "-"),
        # Client/Project.
        ("acme/website", ("Acme|Website", "Beta|Website"), "Acme|Website"),
        ("acme/website", ("Acme|Website", "Acme|Website redesign"), "Acme|Website"),
        ("Acme/redesign", ("Acme|Website redesign",), "Acme|Website redesign"),
        ("ac/we", ("Acme|Website", "Acme|Other"), "Acme|Website"),
        ("cme/web", ("Acme|Website",), "-"),
        ("Acme Corp/Website", ("Acme Corp/Website", "Acme Corp|Website"), "?"),
        ("Acme Corp/Website", ("Acme Corp/Website", "Acme Corp|Website 2"), "Acme Corp/Website"),
        ("a/b/c", ("a/b|c", "a|b/c"), "?"),
        ("a/b/c", ("a/b|c", "a|b/cd"), "a/b|c"),
        ("Acme/Web", ("Acme|Web shop", "Acme Ltd|Web"), "?"),
        ("Acme/Web", ("Acme|Web shop", "Acme Ltd|Web", "Acme|Web"), "Acme|Web"),
        ("acme/web", ("Acme Corp/Website", "Acme|Web shop"), "Acme|Web shop"),
        ("acme/old", ("Acme|~Old",), "Acme|~Old"),
        ("Acme", ("Acme|Website",), "-"),
        ("/", ("a/b", "a|b"), "-"),
        ("", ("Web",), "-"),
    ],
)
def test_what_a_name_means(text: str, rows: tuple[str, ...], result: str) -> None:
    assert meant(text, *rows) == result
    assert meant(text, *reversed(rows)) == result


@pytest.mark.parametrize(
    ("text", "rows", "result"),
    [
        ("mark", ("Capital Markets",), "-"),
        ("capital markets", ("Capital Markets", "Capital Markets 2"), "Capital Markets"),
        ("acme/web", ("Acme|Web",), "Acme|Web"),
        ("ac/web", ("Acme|Web",), "-"),
        ("acme/we", ("Acme|Web",), "-"),
        ("old", ("~Old",), "~Old"),
    ],
)
def test_what_changes_a_thing_takes_whole_names(
    text: str, rows: tuple[str, ...], result: str
) -> None:
    assert meant(text, *rows, whole=True) == result


def test_an_archived_client_goes_by_its_whole_name() -> None:
    clients = [{"id": "c-Acme", "name": "Acme", "archived": True}]
    projects = things("Acme|Website")
    assert match("acme/web", projects, "project", clients=clients) == projects[0]
    with pytest.raises(NotFoundError):
        match("ac/web", projects, "project", clients=clients)


def test_errors_say_what_to_do() -> None:
    def hint(text: str, *rows: str, **options: Any) -> str:
        with pytest.raises(NotFoundError) as raised:
            match(text, things(*rows), "project", **options)
        return f"{raised.value.message} {raised.value.hint}"

    both = hint("web", "Acme|Web", "Beta|Web")
    assert "Acme/Web" in both
    assert "Beta/Web" in both
    same = hint("web", "Web", "Web")
    assert f"{1:024x}" in same
    assert f"{2:024x}" in same
    assert "Did you mean Website?" in hint("webiste", "Website", "Other")
    assert "Capital Markets" in hint("apital", "Capital Markets")
    assert "'Acme' is a client; use one of its projects: Acme/Web" in hint("acme", "Acme|Web")
    assert "Old shop is archived" in hint("old", "~Old shop")
    assert "Only a whole name is accepted here" in hint("mark", "Capital Markets", whole=True)
    assert "--refresh" in hint("zzz", "Website")
    made = hint("zzz", "Website", create="clockify projects create zzz")
    assert made.endswith("Create it: clockify projects create zzz")


# -- what holds for every set of names --------------------------------------------------------

WORD = st.sampled_from(["a", "ab", "abc", "b", "ba", "é", "Ab", "1", "C++", "x.y", "AB", "ä"])
NAME = st.builds(
    lambda words, signs: (
        "".join(itertools.chain(*itertools.zip_longest(words, signs, fillvalue="")))[
            : -1 if len(signs) >= len(words) else None
        ].strip("/ ")
        or "a"
    ),
    st.lists(WORD, min_size=1, max_size=3),
    st.lists(st.sampled_from([" ", "-", "/", " / ", "_"]), min_size=2, max_size=2),
)
ROW = st.tuples(NAME, st.sampled_from(["", "", "a", "ab", "Ab", "a/b", "b"]), st.booleans())
ROWS = st.lists(ROW, max_size=6)
TRIED = settings(max_examples=300, deadline=None)


def rows_to_things(rows: list[tuple[str, str, bool]], first: int = 1) -> list[Thing]:
    return [
        thing(name, client, archived=archived, number=number)
        for number, (name, client, archived) in enumerate(rows, first)
    ]


def resolved(text: str, known: list[Thing]) -> str | None:
    """Return the ID that a text means, ``several``, or ``None``."""
    try:
        return str(match(text, known, "project")["id"])
    except AmbiguousError:
        return "several"
    except NotFoundError:
        return None


def begins_words(text: str, name: str) -> bool:
    """Say the same as the words' step, by trying every order."""
    typed, there = words_of(folded(text)), words_of(folded(name))
    return bool(typed) and any(
        all(whole.startswith(word) for word, whole in zip(typed, order, strict=True))
        for order in itertools.permutations(there, len(typed))
    )


@given(NAME, ROWS)
@TRIED
def test_nothing_inside_a_word_ever_matches(text: str, rows: list[tuple[str, str, bool]]) -> None:
    for fit, found in fits(text, rows_to_things(rows)):
        name, client = found["name"], found.get("clientName", "")
        halves = [("", text, "", name)] if max(fit) == min(fit) else []
        halves += [
            (text[:at], text[at + 1 :], client, name) for at, c in enumerate(text) if c == "/"
        ]
        assert any(
            (not before or folded(before) == folded(of) or begins_words(before, of))
            and (folded(after) == folded(called) or begins_words(after, called))
            for before, after, of, called in halves
        ), (text, found)


@given(st.text("abcdé1", min_size=3, max_size=9), st.integers(1, 8), ROWS)
@TRIED
def test_the_inside_of_a_word_finds_nothing(
    word: str, cut: int, rows: list[tuple[str, str, bool]]
) -> None:
    inside = word[min(cut, len(word) - 1) :]
    if not folded(word).startswith(folded(inside)):
        assert resolved(inside, [thing(word, number=1)]) is None
        assert resolved(f"a/{inside}", [thing(word, "a", number=1)]) is None


@given(NAME, ROWS, ROW)
@TRIED
def test_another_thing_never_silently_changes_what_a_name_means(
    text: str, rows: list[tuple[str, str, bool]], new: tuple[str, str, bool]
) -> None:
    known = rows_to_things(rows)
    [added] = rows_to_things([new], len(rows) + 1)
    before, after = resolved(text, known), resolved(text, [*known, added])
    if before in (None, "several") or after in (before, "several"):
        return
    assert after == added["id"]
    # Only something that is called what was typed, or half of it, may take its place.
    assert any(min(fit) < WORDS for fit, _ in fits(text, [added])), (text, known, added)


@given(ROWS.filter(bool), ROW)
@TRIED
def test_another_thing_never_changes_what_a_whole_name_means(
    rows: list[tuple[str, str, bool]], new: tuple[str, str, bool]
) -> None:
    known = rows_to_things(rows)
    [added] = rows_to_things([new], len(rows) + 1)
    for one in known:
        for text in {one["name"], f"{one.get('clientName', '')}/{one['name']}".strip("/")}:
            before, after = resolved(text, known), resolved(text, [*known, added])
            if before == one["id"] != after:
                # Only by what is called so, or half of it: to the letter, or active.
                assert any(min(fit) < WORDS for fit, _ in fits(text, [added])), (text, added)


@given(NAME, ROWS)
@TRIED
def test_the_order_of_things_does_not_matter(text: str, rows: list[tuple[str, str, bool]]) -> None:
    known = rows_to_things(rows)
    assert resolved(text, known) == resolved(text, known[::-1])


@given(NAME, ROWS)
@TRIED
def test_a_search_shows_all_that_a_name_can_mean(
    text: str, rows: list[tuple[str, str, bool]]
) -> None:
    """What the service shows for the two questions means what the whole list would."""

    def shown(query: dict[str, Any] | None) -> list[Thing]:
        wanted = str((query or {}).get("name", "")).casefold()
        return [t for t in known if query and wanted in t["name"].casefold()]

    # Without accents: the service's own search tells them apart.
    known = [{**t, "name": folded(t["name"])} for t in rows_to_things(rows)]
    text = folded(text)
    first = first_query("projects", text)
    found = shown(first)
    if not fits(text, found, whole=True):
        found += shown(second_query("projects", first, complete=True))
    unique = list({t["id"]: t for t in found}.values())
    whole = resolved(text, known)
    assert resolved(text, unique) == whole


def test_the_two_questions() -> None:
    assert first_query("projects", "Acme/Web site") == {"name": "Web site"}
    assert first_query("tags", "a/b") == {"name": "a/b"}
    assert first_query("users", "mina@example.com") == {"email": "mina@example.com"}
    first = {"name": "Café redesign"}
    assert second_query("projects", first, complete=True) == {"name": "redesign"}
    assert second_query("projects", first, complete=False) == {**first, "strict-name-search": True}
    assert second_query("clients", first, complete=False) is None
    assert second_query("projects", {"name": "Redesign"}, complete=True) is None
    assert second_query("projects", {"name": "Müller"}, complete=True) == {"name": "muller"}
