"""Made-up articles on pairs of made-up states, in the shape of data/relations.ttl: segments, facts, things and notes.

How many there are of each kind was counted in data/relations.ttl: for each class the subjects that have it as rdf:type, for BinaryFact by
rdf:predicate as well. `FACTS` and `BINARY` are those counts; a kind that occurs once there occurs once in each article here, another as
often give or take a third. Which roles a fact has, how long the segments are, and how many things and notes there are follows the article
in the same way. What belongs to a state (its cities, offices, people) is told by the first article on it; what belongs to all
(organisations, former polities, subjects) stands before the first article.
"""

import calendar
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random

FACTS = {
    "Embassy": 2, "ConsularPost": 1, "DiplomaticRelations": 1, "Membership": 12, "OfficeTenure": 7, "CooperationAgenda": 4,
    "ReportedEvent": 13, "Visit": 4, "StateVisit": 2, "OfficialVisit": 1, "TreatySignature": 3, "AwardConferral": 4, "Mediation": 1,
    "AircraftIncident": 1, "Occasion": 5, "CulturalInitiative": 5, "FigureObservation": 1, "TradeObservation": 2,
    "AttributedStatement": 12, "Opinion": 7, "PolicyPosition": 4,
}  # fmt: skip
BINARY = {
    "dip:wasPartOf": 14, "schema:hasOccupation": 7, "dip:hasCloseTiesWith": 3, "dbo:namedAfter": 3, "schema:knowsLanguage": 2,
    "dip:littoralStateOf": 2, "dip:friendOf": 2, "schema:containedInPlace": 2, "foaf:homepage": 2, "dip:sharesBorderWith": 1,
    "foaf:knows": 1, "dcterms:subject": 1, "schema:nationality": 1, "dip:parentOf": 1, "dip:belongsToTraditionOf": 1,
    "dip:twinnedWith": 1, "dip:holdsTitle": 1, "dip:associatedWith": 1, "dcterms:publisher": 1,
}  # fmt: skip
REFERENCES, NOTES, NOTE_TARGETS, SECTIONS = 16, 47, 183, 6

VOICE = "id:contributors"
SUBJECTS = 40
OWN_SUBJECTS = 0.8
POLITIES = 24
MOST_TOLD_APART = 20

_SYLLABLES = "vel dra kor zim tul bey mor quo fen hal pyr ost jun wex nab ild sar gom rhy cef vok umb lyr tas".split()
_ENDINGS = {
    "state": "ovia", "city": "burg", "organisation": " League", "polity": " Khanate", "person": "en", "family": "sky", "people": "ites",
    "sea": " Sea", "subject": "ism", "place": "dale", "body": " Society", "treaty": " Accord", "award": " Star", "work": "iad",
}  # fmt: skip


def name(kind: str, number: int) -> str:
    """A made-up name, another one for each number.

    >>> name("state", 0), name("state", 24)
    ('Velovia', 'Dravelovia')
    """
    letters = ""
    while True:
        letters = _SYLLABLES[number % len(_SYLLABLES)] + letters
        number //= len(_SYLLABLES)
        if not number:
            return letters.capitalize() + _ENDINGS[kind]


def english(text: object) -> str:
    """An English literal; `text` has nothing to escape."""
    return f'"{text}"@en'


@dataclass(slots=True)
class Block:
    """What is said of one subject: predicates and objects as Turtle writes them, and the offsets of a segment."""

    subject: str
    terms: list[tuple[str, str]]
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class World:
    """How many articles there are, and how many states and organisations they share."""

    articles: int
    states: int
    organisations: int
    members: int = 0
    seed: int = 0

    def pair(self, number: int) -> tuple[int, int]:
        """The states of an article: each pair once, neighbours in a ring first."""
        distance, first = divmod(number, self.states)
        return first, (first + distance + 1) % self.states

    def tells(self, number: int, state: int) -> bool:
        """Whether an article is the first on a state, and tells what belongs to it."""
        return number == min(state, self.articles - 1)


def thing(subject: str, classes: str, label: str, *terms: tuple[str, str]) -> Block:
    """A thing with its classes and its label."""
    return Block(subject, [*(("a", one) for one in classes.split()), ("rdfs:label", english(label)), *terms])


def common(world: World) -> Iterator[Block]:
    """What all articles share."""
    yield thing(VOICE, "foaf:Group prov:Agent", "contributors")
    for n in range(world.organisations):
        yield thing(f"id:organisation-{n}", "dip:InternationalOrganization prov:Agent", name("organisation", n))
    for n in range(POLITIES):
        yield thing(f"id:polity-{n}", "dip:FormerPolity", name("polity", n))
    for n in range(SUBJECTS):
        yield thing(f"id:subject-{n}", "skos:Concept", name("subject", n))
        yield thing(f"id:occupation-{n}", "schema:Occupation", name("subject", n + SUBJECTS))
        yield thing(f"id:sea-{n}", "schema:SeaBodyOfWater", name("sea", n))
        yield thing(f"id:language-{n}", "schema:Language", name("people", n) + " language")
    apart = min(world.states, MOST_TOLD_APART)
    yield thing("id:told-apart", "owl:AllDifferent", "the states are different states", ("owl:distinctMembers", "id:told-apart-0"))
    for n in range(apart):
        rest = f"id:told-apart-{n + 1}" if n + 1 < apart else "rdf:nil"
        yield Block(f"id:told-apart-{n}", [("rdf:first", f"id:state-{n}"), ("rdf:rest", rest)])
    for n in range(world.states, world.members):
        yield thing(f"id:state-{n}", "dip:State", name("state", n))


def of_state(n: int) -> Iterator[Block]:
    """A state and what belongs to it."""
    state = f"id:state-{n}"
    yield thing(state, "dip:State prov:Agent", name("state", n), ("skos:altLabel", english(f"Republic of {name('state', n)}")))
    for city in range(3):
        yield thing(f"{state}-city-{city}", "schema:City", name("city", 3 * n + city))
    yield thing(f"{state}-head", "dip:HeadOfStateOffice prov:Agent", f"Head of {name('state', n)}", ("dip:jurisdiction", state))
    yield thing(f"{state}-minister", "org:Post", f"First Minister of {name('state', n)}", ("dip:jurisdiction", state))
    for person in ("ruler", "elder", "premier"):
        classes = "schema:Person" + (" prov:Agent" if person == "ruler" else "")
        yield thing(f"{state}-{person}", classes, f"{name('person', n)} {person.capitalize()} {name('family', n)}")
    yield thing(f"{state}-people", "dbo:EthnicGroup prov:Agent", name("people", n))
    yield thing(f"{state}-statistics", "org:Organization prov:Agent", f"Statistics Office of {name('state', n)}")


@cache
def _words() -> tuple[str, ...]:
    return tuple(one + other for one in _SYLLABLES for other in _SYLLABLES[:9])


@cache
def _byte(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()[:2]


def wording(rng: Random, least: int, most: int) -> tuple[str, list[str]]:
    """A made-up text, and its words and marks."""
    words = [*rng.choices(_words(), k=rng.randint(least, most)), "."]
    return " ".join(words[:-1]) + ".", words


def digests(text: str, words: Sequence[str]) -> list[tuple[str, str]]:
    """The digests and the fingerprint of a segment."""
    return [
        ("dip:sha256", f'"{hashlib.sha256(text.encode()).hexdigest()}"'),
        ("dip:wordingSha256", f'"{hashlib.sha256(" ".join(words).encode()).hexdigest()}"'),
        ("dip:fingerprint", f'"{"".join(map(_byte, words))}"'),
    ]


def dated(rng: Random) -> list[tuple[str, str]]:
    """A date at one of the precisions that the article has, with the first and last day that it allows."""
    year, month, day = rng.randint(1991, 2023), rng.randint(1, 12), rng.randint(1, 28)
    last = calendar.monthrange(year, month)[1]
    texts = {
        "day": (f"{year}-{month:02}-{day:02}", "xsd:date", f"{month:02}-{day:02}", f"{month:02}-{day:02}"),
        "month": (f"{year}-{month:02}", "xsd:gYearMonth", f"{month:02}-01", f"{month:02}-{last}"),
        "year": (f"{year}", "xsd:gYear", "01-01", "12-31"),
        "since": (f"{year}/..", "edtf:EDTF", "01-01", ""),
    }
    text, datatype, first, until = texts[rng.choice(("day", "day", "month", "month", "year", "since"))]
    terms = [("dip:date", f'"{text}"^^{datatype}'), ("dip:notBefore", f'"{year}-{first}"^^xsd:date')]
    return terms + ([("dip:notAfter", f'"{year}-{until}"^^xsd:date')] if until else [])


def all_of(predicate: str, objects: Iterable[str]) -> list[tuple[str, str]]:
    """One predicate with several objects, each once."""
    return [(predicate, one) for one in dict.fromkeys(objects)]


@dataclass
class Told:
    """The facts of an article while they are made: each with its section, its voice, and the plain triple below it."""

    prefix: str
    rng: Random
    facts: list[tuple[int, Block]] = field(default_factory=list)
    plain: list[Block] = field(default_factory=list)
    things: list[Block] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def some(self, count: int) -> range:
        """As many as the article has, give or take a third."""
        return range(self.rng.randint(count - count // 3, count + count // 3))

    def new(self, kind: str) -> str:
        """A name of the article's own."""
        self.numbers[kind] = number = self.numbers.get(kind, 0) + 1
        return f"{self.prefix}:{kind}-{number}"

    def own(self, kind: str, classes: str, label: str, *terms: tuple[str, str]) -> str:
        """A thing of which only this article speaks; one in four has another name."""
        subject = self.new(kind)
        if self.rng.random() < 0.25:
            terms += (("skos:altLabel", self.word()),)
        self.things.append(thing(subject, classes, label, *terms))
        return subject

    def fact(self, section: int, kind: str, terms: Iterable[tuple[str, str]], voices: Sequence[str] = (VOICE,)) -> str:
        """A fact, for a segment of the section to be stated in."""
        subject = self.new(kind.lower())
        label = f"{kind} {self.numbers[kind.lower()]} of article {self.prefix[1:]}"
        block = thing(subject, f"dip:{kind}", label, *terms, *all_of("dip:assertedBy", voices))
        self.facts.append((section, block))
        return subject

    def binary(self, section: int, triple: tuple[str, str, str], *terms: tuple[str, str], voice: str = VOICE, plain: bool = True) -> str:
        """A binary fact, and the plain triple below it if it stands here."""
        subject, predicate, object_ = triple
        roles = [("rdf:subject", subject), ("rdf:predicate", predicate), ("rdf:object", object_)]
        if plain and voice == VOICE:
            self.plain.append(Block(subject, [(predicate, object_)]))
        return self.fact(section, "BinaryFact", [*roles, *terms], (voice,))

    def word(self) -> str:
        """A made-up word, as an English literal."""
        return english(self.rng.choice(_words()))

    def subject(self) -> str:
        """A subject: one of those that all articles share, or one of the article's own."""
        if self.rng.random() < OWN_SUBJECTS:
            return self.own("subject", "skos:Concept", self.rng.choice(_words()))
        return f"id:subject-{self.rng.randrange(SUBJECTS)}"
