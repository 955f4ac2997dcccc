"""``clockify completion``: prints the completion script of a shell."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.completion.scripts import SCRIPTS, script
from clockify_cli.core.errors import UsageError

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        'eval "$(clockify completion bash)"',
        "clockify completion bash > ~/.local/share/bash-completion/completions/clockify",
        "clockify completion zsh > ~/.zfunc/_clockify",
        "clockify completion fish > ~/.config/fish/completions/clockify.fish",
        "clockify completion powershell | Out-String | Invoke-Expression",
    ),
)
def completion(
    ctx: typer.Context,
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish|powershell", help="Your shell.")],
) -> None:
    """Print a completion script for commands, options, names and times.

    For bash, add the line of the first example to ~/.bashrc, or write the script to the folder of
    the bash-completion package, as in the second. For zsh, write it to a folder in $fpath and run
    compinit in ~/.zshrc: fpath+=~/.zfunc; autoload -U compinit; compinit. For fish, write it to the
    folder below. For PowerShell, add the line to $PROFILE. Completion makes no requests: names come
    from the cache that other commands fill.
    """
    run = run_of(ctx)
    if shell not in SCRIPTS:
        raise UsageError(
            f"There is no completion for '{shell}'.", f"Choose one of: {', '.join(SCRIPTS)}."
        )
    text = script(shell)
    run.out.answer({"shell": shell, "script": text}, lambda: text)
