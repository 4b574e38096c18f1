"""The tables of links of a data folder, checked against the data, and their triples."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from kg.errors import LinkError, nearest
from kg.links.consistency import inconsistencies
from kg.links.table import Link, LinkSet, read_links
from kg.load import link_files
from kg.names import label_of
from kg.namespaces import RDFS, shrink


def links_of(folder: Path, asserted: Iterable[ox.Triple]) -> tuple[LinkSet, ...]:
    """The tables of links in `folder`, whose things are those of `asserted`. Raises `FileError`, `ParseError` or `LinkError`."""
    return checked_links(link_files(folder), asserted)


def checked_links(paths: Iterable[Path], asserted: Iterable[ox.Triple]) -> tuple[LinkSet, ...]:
    """The tables of links at `paths`, which may not contradict each other. Raises as `links_of` does."""
    tables = tuple(map(read_links, paths))
    if not tables:
        return ()
    links = [link for table in tables for link in table.links]
    problems = [*inconsistencies(links), *_strangers(links, _labels(asserted))]
    if problems:
        raise LinkError(problems)
    return tables


def link_triples(tables: Iterable[LinkSet]) -> Iterator[ox.Triple]:
    """What the tables say things are: a triple for each match."""
    for table in tables:
        for link in table.links:
            if link.is_match and link.item:
                yield ox.Triple(ox.NamedNode(link.subject), ox.NamedNode(link.predicate), ox.NamedNode(link.item))


def _labels(triples: Iterable[ox.Triple]) -> dict[str, str]:
    """The label of each thing, chosen as a graph does it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for triple in triples:
        thing, label = triple.subject, triple.object
        if triple.predicate.value != RDFS + "label" or not isinstance(thing, ox.NamedNode) or not isinstance(label, ox.Literal):
            continue
        found.setdefault(thing.value, []).append((label.value, label.language or ""))
    return {thing: label_of(labels) for thing, labels in found.items()}


def _strangers(links: Iterable[Link], labels: Mapping[str, str]) -> Iterator[str]:
    """For each link of a thing that the data do not have, or call otherwise, its place, what is wrong and what to do."""
    for link in links:
        label = labels.get(link.subject)
        if label is None:
            hint = nearest(shrink(link.subject), map(shrink, labels)) or " Correct the subject_id, or delete the line."
            yield f"{link.place}: the data have nothing called {shrink(link.subject)}.{hint}"
        elif label != link.subject_label:
            yield f"{link.place}: subject_label {link.subject_label!r}: the data call {shrink(link.subject)} {label!r}; write that."
