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
    shell: Annotated[
        str, typer.Argument(metavar="bash|zsh|fish|powershell", help="The shell that you use.")
    ],
) -> None:
    """Print the script that completes commands, options, names and times when Tab is pressed.

    For bash, put the first example's line into ~/.bashrc, or write the script where the
    bash-completion package looks for it, as in the second. For zsh, write it into a folder of
    $fpath and have compinit in ~/.zshrc: fpath+=~/.zfunc; autoload -U compinit; compinit.
    For fish, the folder below is read at once. For PowerShell, put the line into $PROFILE.

    Completing makes no request: names come from the cache that the other commands fill.
    """
    run = run_of(ctx)
    if shell not in SCRIPTS:
        raise UsageError(
            f"There is no completion for '{shell}'.", f"It is one of: {', '.join(SCRIPTS)}."
        )
    text = script(shell)
    run.out.answer({"shell": shell, "script": text}, lambda: text)
