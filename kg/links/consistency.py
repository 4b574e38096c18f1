"""What links may not say together."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.links.cells import EXACT
from kg.namespaces import shrink

if TYPE_CHECKING:
    from kg.links.table import Link


def inconsistencies(links: Iterable["Link"]) -> Iterator[str]:
    """For each link that does not go with one before it, its place, what is wrong and what to do; two tables may say the same."""
    before: dict[str, list[Link]] = {}
    said: dict[tuple[str, str | None, bool], Link] = {}
    for link in links:
        again = said.setdefault((link.subject, link.item, link.negated), link)
        if again is not link:
            if again.path == link.path or again.predicate != link.predicate:
                yield f"{link.place}: says of {_of(link)} what {_line(again, link)} says; delete one."
            continue
        for iri in filter(None, (link.subject, link.item)):
            others = before.setdefault(iri, [])
            for other in others:
                if iri == link.subject or other.subject != link.subject:
                    yield from (f"{link.place}: {message}" for message in _clash(other, link))
            others.append(link)


def _clash(first: "Link", second: "Link") -> Iterator[str]:
    """What is wrong with two links of one thing, or with one item."""
    line = _line(first, second)
    same = first.subject == second.subject
    exact = all(link.is_match and link.predicate == EXACT for link in (first, second))
    if exact and same:
        yield f"{_of(second)} is {second.number}, and by {line} {first.number}; one thing is one item: delete one, or make it a Not."
    elif exact:
        yield f"{_of(second)} is {second.number}, which by {line} is {_of(first)}; make one a skos:closeMatch, or a Not."
    elif same and first.item == second.item and first.negated != second.negated and not _closely(first, second):
        yield f"{_of(second)} is and is not {second.number} (see {line}); delete one."
    elif same and _none_beside_match(first, second):
        yield f"{_of(second)} is an item, and by the other line none was found (see {line}); delete the sssom:NoTermFound."


def _line(first: "Link", second: "Link") -> str:
    """Where `first` stands, for a message on `second`: tables in different folders may have one name."""
    return f"line {first.line} of {first.path.name if first.path.parent == second.path.parent else first.path}"


def _closely(first: "Link", second: "Link") -> bool:
    """Whether the one says that the thing is nearly the item, and the other only that it is not the same."""
    match, denial = (second, first) if first.negated else (first, second)
    return match.predicate != EXACT and denial.predicate == EXACT


def _none_beside_match(first: "Link", second: "Link") -> bool:
    return (first.item is None and second.is_match) or (second.item is None and first.is_match)


def _of(link: "Link") -> str:
    return shrink(link.subject)
