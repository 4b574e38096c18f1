"""Mistakes to plant into generated data: each of a named kind, and caught by the one shape that it names."""

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from pairs import VOICE, Block, World, digests, thing, wording


class Planted(NamedTuple):
    """A mistake: its kind, the shape that catches it and the node that the shape is about, and what is written."""

    kind: str
    shape: str
    focus: str
    blocks: tuple[Block, ...]


class _Where(NamedTuple):
    """An article to plant a mistake into: its prefix, its two states, the name of the new node, and a year of which nothing is told."""

    prefix: str
    a: str
    b: str
    node: str
    year: int


Terms = list[tuple[str, str]]
_Maker = Callable[[_Where], tuple[str, tuple[Block, ...]]]


def _fact(where: _Where, kind: str, *terms: tuple[str, str], stated: bool = True, voice: str = VOICE, labelled: bool = True) -> Block:
    """A new fact in the first sentence of the article."""
    block = thing(where.node, f"dip:{kind}", "planted", *terms)
    if not labelled:
        block.terms = [term for term in block.terms if term[0] != "rdfs:label"]
    block.terms += [("dip:statedIn", f"{where.prefix}:s01")] if stated else []
    block.terms += [("dip:assertedBy", voice)] if voice else []
    return block


def _agenda(**options: object) -> _Maker:
    def make(where: _Where) -> tuple[str, tuple[Block, ...]]:
        terms: Terms = [("schema:about", where.a), ("dcterms:subject", "id:subject-0")]
        return where.node, (_fact(where, "CooperationAgenda", *terms, **options),)  # type: ignore[arg-type]

    return make


def _one(kind: str, *terms: tuple[str, str], voice: str = VOICE) -> _Maker:
    """A fact whose terms may name the article's states, `{a}` and `{b}`, its prefix, `{p}`, and a year of the fact's own, `{y}`."""

    def make(where: _Where) -> tuple[str, tuple[Block, ...]]:
        filled = ((p, o.format(a=where.a, b=where.b, p=where.prefix, y=where.year)) for p, o in terms)
        return where.node, (_fact(where, kind, *filled, voice=voice),)

    return make


def _derived(where: _Where) -> tuple[str, tuple[Block, ...]]:
    return where.a, (Block(where.a, [("dip:hasMissionTo", where.b)]),)


def _linked(where: _Where) -> tuple[str, tuple[Block, ...]]:
    page = ("skos:exactMatch", "<https://www.wikidata.org/wiki/Special:Random>")
    return where.node, (thing(where.node, "skos:Concept", "planted", page),)


def _unbacked(where: _Where) -> tuple[str, tuple[Block, ...]]:
    return where.node, (thing(where.node, "schema:City", "planted", ("dip:twinnedWith", f"{where.b}-city-0")),)


def _link(place: tuple[int, int], digest: str | None = None) -> _Maker:
    """An external link with a fact of its own, behind the article's text."""

    def make(where: _Where) -> tuple[str, tuple[Block, ...]]:
        own = digests(*wording(Random(where.node), 3, 6))  # noqa: S311 - made-up data
        if digest is not None:
            own[0] = ("dip:sha256", digest)
        article = f"{where.prefix}:article"
        terms = [("dcterms:isPartOf", article), ("schema:position", "9"), ("oa:hasSource", article), *own]
        segment = thing(where.node, "dip:ExternalLink oa:SpecificResource", "planted", *terms)
        segment.place = place
        topic = [("schema:about", where.a), ("dcterms:subject", "id:subject-0"), ("dip:statedIn", where.node), ("dip:assertedBy", VOICE)]
        return where.node, (segment, thing(where.node + "-fact", "dip:CooperationAgenda", "planted", *topic))

    return make


_DAYS = (("dip:date", '"2003-04"^^xsd:gYearMonth'), ("dip:notBefore", '"2003-04-02"^^xsd:date'), ("dip:notAfter", '"2003-04-30"^^xsd:date'))
_TRADE = (
    ("dip:flow", "dip:export"), ("sdmxd:refArea", "{b}"), ("dip:counterpart", "{a}"), ("sdmxd:refPeriod", '"{y}"^^xsd:gYear'),
    ("dip:notBefore", '"{y}-01-01"^^xsd:date'), ("dip:notAfter", '"{y}-12-31"^^xsd:date'),
)  # fmt: skip

KINDS: Mapping[str, tuple[str, _Maker]] = {
    "mission without a seat": ("s:V09", _one("Embassy", ("dip:sendingState", "{a}"), ("dip:receivingState", "{b}"))),
    "fact without a segment": ("s:V01", _agenda(stated=False)),
    "fact without a voice": ("s:V02", _agenda(voice="")),
    "fact without a label": ("s:V28", _agenda(labelled=False)),
    "mission to itself": (
        "s:V08-sending",
        _one("Embassy", ("dip:sendingState", "{a}"), ("dip:receivingState", "{a}"), ("dip:seat", "{a}-city-0")),
    ),
    "first day after the month began": ("s:V43", _one("CooperationAgenda", ("dcterms:subject", "id:subject-0"), *_DAYS)),
    "derived relation by hand": ("s:V48", _derived),
    "binary fact without its triple": (
        "s:V23",
        _one("BinaryFact", ("rdf:subject", "{a}-city-1"), ("rdf:predicate", "dip:twinnedWith"), ("rdf:object", "{b}-city-0")),
    ),
    "triple without its fact": ("s:V24", _unbacked),
    "signature of one state": ("s:V14-signatory", _one("TreatySignature", ("dip:signatory", "{a}"), ("dip:treaty", "{p}:treaty-1"))),
    "currency in small letters": (
        "s:V20-currency",
        _one("TradeObservation", *_TRADE, ("sdmxm:obsValue", "1"), ("schema:currency", '"usd"')),
    ),
    "amount of trade as words": (
        "s:V20-amount",
        _one("TradeObservation", *_TRADE, ("sdmxm:obsValue", '"much"'), ("schema:currency", '"USD"')),
    ),
    "mediator in the dispute": (
        "s:V19-mediator",
        _one("Mediation", ("dip:mediator", "{a}"), ("dip:disputant", "{a}"), ("dip:disputant", "{b}")),
    ),
    "opinion of the article": ("s:V22-holder", _one("Opinion", ("schema:about", "{a}"))),
    "statement about nothing": ("s:V22-topic", _one("AttributedStatement")),
    "membership of a city": ("s:V12-organization", _one("Membership", ("org:member", "{a}"), ("org:organization", "{b}-city-0"))),
    "digest cut short": ("s:V30", _link((900_000, 900_010), '"0123abc"')),
    "end before start": ("s:V05-order", _link((900_010, 900_000))),
    "address of a page for an item": ("s:V47", _linked),
}


def planted(world: World, number: int, errors: int) -> list[Planted]:
    """The mistakes of an article, if there are `errors` in all of them together: spread evenly, of each kind in turn."""
    found = []
    for k in range(number * errors // world.articles, (number + 1) * errors // world.articles):
        kind = list(KINDS)[k % len(KINDS)]
        shape, make = KINDS[kind]
        a, b = (f"id:state-{state}" for state in world.pair(number))
        focus, blocks = make(_Where(f"a{number}", a, b, f"a{number}:planted-{k}", 1000 + k % 900))
        found.append(Planted(kind, shape, focus, blocks))
    return found
