"""The man pages: ``clockify.1``, one per command, and ``clockify-times.1``."""

from __future__ import annotations

import re

from clockify_cli import __version__
from clockify_cli.commands.describe import Node, Option, only_one
from clockify_cli.core.options import SHARED
from clockify_cli.core.tree import FIRST_STEPS, SECTIONS, SUMMARY
from clockify_cli.generate.facts import ENVIRONMENT, EXIT_CODES, FILES, NAMES, PROMISES
from clockify_cli.generate.reading import Tree
from clockify_cli.generate.times_page import times_page
from clockify_cli.generate.troff import Page, bold, italic, text

DATE = "2026-11-25"  # of the last release; a page must not change by the day it is made on
TIMES = "clockify-times"
_TIME_WORDS = ("WHEN", "RANGE", "DAY", "DURATION", "EXPR", "SPAN")


def pages(tree: Tree) -> dict[str, str]:
    """Return every page by its file's name."""
    made = {"clockify": _main_page(tree), TIMES: times_page(_new_page)}
    made |= {f"clockify-{node.name}": _command_page(node, tree) for node in tree.commands}
    return {f"{name}.1": str(page) for name, page in made.items()}


def _new_page(name: str, summary: str) -> Page:
    plain = summary.rstrip(".")
    return Page(name, plain[:1].lower() + plain[1:], date=DATE, version=__version__)


def _main_page(tree: Tree) -> Page:
    page = _new_page("clockify", SUMMARY)
    page.section("SYNOPSIS")
    page.line(
        f"{bold('clockify')} {italic('COMMAND')} [{italic('ARGUMENTS')}] [{italic('OPTIONS')}]"
    )
    page.section("DESCRIPTION")
    page.paragraphs(PROMISES)
    page.section("COMMANDS")
    there = {node.name for node in tree.commands}
    for title, rows in SECTIONS.items():
        page.subsection(text(title))
        for row in rows:
            if row.name in there:
                page.item(_reference(f"clockify-{row.name}"), row.summary)
    page.section("OPTIONS")
    page.line(text("Every command takes these options, before or after its name:"))
    for option, shared in zip(tree.shared, SHARED, strict=True):
        _option(page, option, shared.environment)
    page.item(bold("--help"), "Show help for the tool or a command.")
    page.item(f"{bold('--version')}, {bold('-V')}", "Print the version.")
    page.section("NAMES")
    page.paragraphs(NAMES)
    page.section("TIMES")
    page.line(
        f"{text('Times, durations, spans and ranges share one grammar: see')} {_reference(TIMES)}."
    )
    _exit_status(page)
    page.section("ENVIRONMENT")
    for name, meaning in ENVIRONMENT.items():
        page.item(bold(name), meaning)
    _files(page)
    page.section("EXAMPLES")
    page.example(list(FIRST_STEPS))
    _see_also(page, [TIMES, *(f"clockify-{node.name}" for node in tree.commands)])
    return page


def _command_page(node: Node, tree: Tree) -> Page:
    page = _new_page(f"clockify-{node.name}", node.summary)
    page.section("SYNOPSIS")
    _synopsis(page, node)
    page.section("DESCRIPTION")
    page.paragraphs(node.text)
    if node.verbs:
        _verbs(page, node)
    if any(argument.help for argument in node.arguments):
        page.section("ARGUMENTS")
        _arguments(page, node)
    page.section("OPTIONS")
    for option in node.options:
        _option(page, option)
    _conflicts(page, node)
    names = [bold(option.names[0]) for option in tree.shared]
    if node.options:
        page.macro(".PP")
    page.line(
        f"{text('Like every command, it also takes')} {', '.join(names)}, {bold('--help')}; "
        f"{text('see')} {_reference('clockify')}."
    )
    _exit_status(page)
    page.section("ENVIRONMENT")
    words = "The key, addresses, folders, profile and defaults can be set with environment "
    "variables:"
    page.line(f"{text(words)} {text('see')} {_reference('clockify')}.")
    for name in _variables(node):
        page.item(bold(name), ENVIRONMENT[name])
    _files(page)
    examples = [*node.examples, *(line for verb in node.verbs for line in verb.examples)]
    page.section("EXAMPLES")
    page.example(list(dict.fromkeys(examples)) or [f"clockify {node.name}"])
    _see_also(page, _related(node))
    return page


def _synopsis(page: Page, node: Node) -> None:
    if not node.verbs:
        page.line(_usage(f"clockify {node.name}", node))
        return
    for number, verb in enumerate(node.verbs):
        if number:
            page.macro(".br")
        page.line(_usage(f"clockify {node.name} {verb.name}", verb))


def _usage(words: str, node: Node) -> str:
    parts = [bold(words)]
    for argument in node.arguments:
        parts.append(_placeholder(argument.metavar))
    return " ".join([*parts, f"[{italic('OPTIONS')}]"])


def _placeholder(metavar: str) -> str:
    """Set what is typed bold and what something is typed for italic."""
    return re.sub(
        r"[^\[\]|…\s=,.]+",
        lambda found: italic(found[0]) if found[0].isupper() else bold(found[0]),
        metavar,
    ).replace("…", "...")


def _verbs(page: Page, node: Node) -> None:
    page.section("VERBS")
    if node.default:
        page.line(f"{text('Without a verb:')} {bold(node.default)}.")
    for verb in node.verbs:
        page.subsection(_usage(f"{node.name} {verb.name}", verb))
        page.paragraphs(verb.text)
        _arguments(page, verb)
        for option in verb.options:
            _option(page, option)
        _conflicts(page, verb)


def _conflicts(page: Page, node: Node) -> None:
    for group in node.conflicts:
        page.macro(".PP")
        page.line(text(only_one(group)))


def _arguments(page: Page, node: Node) -> None:
    for argument in node.arguments:
        if argument.help:
            page.item(_placeholder(argument.metavar), argument.help)


def _option(page: Page, option: Option, environment: str = "") -> None:
    # Short ones first, as in --help.
    spelt = sorted(option.names, key=lambda name: name.startswith("--"))
    names = ", ".join(bold(name) for name in spelt)
    term = f"{names} {_placeholder(option.metavar)}" if option.metavar else names
    words = option.help
    if option.default:
        words = f"{words} Default: {option.default}."
    if environment:
        words = f"{words} Environment: {environment}."
    page.item(term, words)


def _exit_status(page: Page) -> None:
    page.section("EXIT STATUS")
    for code, meaning in EXIT_CODES.items():
        page.item(bold(str(code)), meaning)


def _files(page: Page) -> None:
    page.section("FILES")
    for path, meaning in FILES.items():
        page.item(italic(path), meaning)


def _see_also(page: Page, names: list[str]) -> None:
    page.section("SEE ALSO")
    page.line(", ".join(_reference(name) for name in names))


def _reference(name: str) -> str:
    return f"{bold(name)}(1)"


def _variables(node: Node) -> list[str]:
    """Return the variables that stand in for options or arguments of a command."""
    names = {name for n in (node, *node.verbs) for option in n.options for name in option.names}
    found = {
        "CLOCKIFY_PROJECT": "--project" in names and "--billable" in names,
        "CLOCKIFY_TASK": "--task" in names and "--billable" in names,
        "CLOCKIFY_TAGS": "--tag" in names and "--billable" in names,
    }
    return [name for name, applies in found.items() if applies]


def _related(node: Node) -> list[str]:
    found = ["clockify"]
    metavars = [option.metavar for n in (node, *node.verbs) for option in n.options]
    metavars += [argument.metavar for n in (node, *node.verbs) for argument in n.arguments]
    if any(word in metavar for metavar in metavars for word in _TIME_WORDS):
        found.append(TIMES)
    for rows in SECTIONS.values():
        names = [row.name for row in rows]
        if node.name in names:
            found += [f"clockify-{name}" for name in names if name != node.name]
    return found
