"""One line for each command; each is told in a module of its own."""

import typer

from patuh.cli import (
    assess,
    backtest,
    clearance,
    contribution,
    demo,
    emit,
    explain,
    flags,
    generate,
    import_,
    keys,
    law,
    matching,
    privacy,
    pull,
    replay,
    status,
    template,
    up,
    watch,
)

app = typer.Typer(
    help="Who works without BPJS Ketenagakerjaan cover: events in, flags with their reasons out.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("status")(status.status)
app.add_typer(keys.app, name="keys")
app.add_typer(privacy.app, name="privacy")
app.command("emit")(emit.emit)
app.command("generate")(generate.generate)
app.add_typer(import_.app, name="import")
app.command("watch")(watch.watch)
app.command("pull")(pull.pull)
app.command("flags")(flags.flags)
app.command("matching")(matching.matching)
app.command("explain")(explain.explain)
app.command("assess")(assess.assess)
app.command("backtest")(backtest.backtest)
app.add_typer(law.app, name="law")
app.add_typer(contribution.app, name="contribution")
app.command("clearance")(clearance.clearance)
app.command("replay")(replay.replay)
app.command("template")(template.template)
