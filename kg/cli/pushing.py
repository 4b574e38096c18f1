"""The subcommands that have a SPARQL server hold the dataset: push and reason."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg import config
from kg.cli.shared import FOLDER, data_option, options, progress

if TYPE_CHECKING:
    from kg.push import Lines, Target


update_endpoint_option = click.option(
    "--update-endpoint", metavar="URL", help="Where it takes updates; guessed for servers that are known."
)
server_option = click.option("--endpoint", metavar="URL", help="Where the server takes queries; KG_ENDPOINT.")


def _finite(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """The number, if it is one and not without bounds."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no number of seconds.", context, parameter)
    return value


timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    help="Seconds for one answer, and for one update.  [default: KG_TIMEOUT or 70, and at least an hour]",
)
take_over_option = click.option(
    "--take-over", is_flag=True, help="Take the place of a push that is noted in the server as under way, but was killed."
)


@click.command()
@options(data_option)
@click.option("--store", type=FOLDER, metavar="DIR", help="Send the store in DIR, which `kg build --store` made; KG_STORE.")
@options(server_option, update_endpoint_option)
@click.option("--graph-store", metavar="URL", help="Where it takes graphs; guessed for servers that are known.")
@click.option("--reason", is_flag=True, help="Work out the closure in the server, in place of sending it.")
@click.option("--in-place", is_flag=True, help="Replace each graph where it is: faster, and answers are mixed meanwhile.")
@click.option("--chunk", type=click.IntRange(min=1), default=config.CHUNK, show_default=True, help="How many triples one request has.")
@options(take_over_option, timeout_option)
def push(
    data: Path | None,
    store: Path | None,
    endpoint: str | None,
    update_endpoint: str | None,
    graph_store: str | None,
    reason: bool,
    in_place: bool,
    chunk: int,
    take_over: bool,
    timeout: float | None,
) -> None:
    """Load the dataset into a SPARQL server.

    It takes the place of what the server has of it; how many triples each graph has there is printed. Can be repeated, also after a broken
    connection: it goes on where it was. Credentials come from the environment: KG_USER and KG_PASSWORD (or the keyring), or KG_TOKEN.
    """
    from kg import paths
    from kg.load import parse
    from kg.push import push as run
    from kg.reason.axioms import Axioms

    if data and store:
        raise click.UsageError("Give --data or --store, not both.")
    target = _target(endpoint, update_endpoint, graph_store, timeout)
    if target.update is None:
        click.echo("kg: it takes no updates: each graph is replaced where it is, and answers are mixed meanwhile.", err=True)
    graphs = _graphs(data, store or _configured_store(data), reason)
    axioms = Axioms.read(parse(paths.ONTOLOGY).triples) if reason else None
    pushed = run(graphs, target, reason=axioms, in_place=in_place, take_over=take_over, chunk=chunk, progress=progress)
    progress("")
    if pushed.found:
        click.echo(f"kg: {pushed.found:,} triples were there from a push that broke off; {pushed.sent:,} were sent.", err=True)
    for graph, count in pushed.counts.items():
        click.echo(f"{graph}\t{count}")


def _graphs(data: Path | None, store: Path | None, reason: bool) -> "dict[str, Lines]":
    """What is sent: a store's graphs, or those of the data, built without a closure if that is worked out in the server."""
    from kg.push import graphs_in, graphs_of

    if store is not None:
        from kg.store.folder import StoredDataset

        return graphs_in(StoredDataset(store))
    from kg.build import UNREASONED, build

    return graphs_of(build(data, method=UNREASONED if reason else "rules", progress=progress))


@click.command()
@options(server_option, update_endpoint_option, take_over_option, timeout_option)
def reason(endpoint: str | None, update_endpoint: str | None, take_over: bool, timeout: float | None) -> None:
    """Reason anew in a SPARQL server.

    Works out what follows from the data that it has, and prints how many triples each graph has there. Queries are answered by the old
    closure until the new one is whole. Credentials come from the environment, as for `kg push`.
    """
    from kg import paths
    from kg.load import parse
    from kg.push import reason_at
    from kg.reason.axioms import Axioms

    target = _target(endpoint, update_endpoint, None, timeout)
    reasoned = reason_at(target, Axioms.read(parse(paths.ONTOLOGY).triples), progress, take_over=take_over)
    progress("")
    for graph, count in reasoned.counts.items():
        click.echo(f"{graph}\t{count}")


def _configured_store(data: Path | None) -> Path | None:
    """The store that is asked where nothing is named: it is sent then, and that is told. A data folder that is named comes first."""
    store = None if data else config.store()
    if store:
        click.echo(f"kg: sending the store in {store}.", err=True)
    return store


def _target(endpoint: str | None, update_endpoint: str | None, graph_store: str | None, timeout: float | None) -> "Target":
    """The server at these addresses; what was guessed of them is told."""
    from kg.endpoint import addresses, credentials_for
    from kg.push import target_at

    named = config.endpoint(endpoint)
    if named is None or named.endpoint is None:
        raise click.UsageError("Which server? Give its query URL as --endpoint, by KG_ENDPOINT, or as endpoint in kg.toml.")
    places = addresses(named.endpoint, update_endpoint, graph_store)
    credentials = credentials_for(named.endpoint, by_file=named.by_file)
    target = target_at(places, credentials, timeout=timeout, update_timeout=timeout)
    if places.guess:
        click.echo(f"kg: {places.guess}.", err=True)
    return target


COMMANDS = (push, reason)
