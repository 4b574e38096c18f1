"""What data/relations.ttl promises: every claim of the article, each at its place, and not a sentence copied."""

import calendar
import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).parents[1]
SHARED = Path(__file__).parents[2] / "shared" / "article"

DIP = "https://w3id.org/bilateral/ontology#"
ID = "https://w3id.org/bilateral/id/"
AZKZ = ID + "azerbaijan-kazakhstan/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
OA = "http://www.w3.org/ns/oa#"
DCTERMS = "http://purl.org/dc/terms/"
SCHEMA = "https://schema.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
REF_PERIOD = "http://purl.org/linked-data/sdmx/2009/dimension#refPeriod"
EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

LOCATED = ("Sentence", "Clause", "InfoboxLine", "ReferenceEntry", "ExternalLink")
SENTENCES = {f"s{number:02}" for number in range(1, 49)}
RUN = 6
"""So many words in a row, the same as in the article, count as copied."""

TITLES = {DCTERMS + "title", SCHEMA + "url"}
"""What stands as the list of references has it: titles and addresses."""

NAMED = {
    *(DIP + name for name in ("State", "FormerPolity", "InternationalOrganization", "Treaty")),
    *(SCHEMA + name for name in ("Person", "CollegeOrUniversity", "Newspaper", "Book")),
    "http://dbpedia.org/ontology/Award",
    "http://www.w3.org/ns/org#Organization",
    "http://xmlns.com/foaf/0.1/Agent",
}
"""Classes whose members have proper names, which stay as they are."""


class Data:
    """The triples of a file, by subject and predicate."""

    def __init__(self, path: Path) -> None:
        self.triples = tuple(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
        self._objects: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for triple in self.triples:
            self._objects[key(triple.subject), triple.predicate.value].append(triple.object)

    def terms(self, subject: str, predicate: str) -> list[Term]:
        return self._objects.get((subject, predicate), [])

    def values(self, subject: str, predicate: str) -> list[str]:
        return [key(term) for term in self.terms(subject, predicate)]

    def literals(self, subject: str, predicate: str) -> list[ox.Literal]:
        return [term for term in self.terms(subject, predicate) if isinstance(term, ox.Literal)]

    def languages(self, subject: str, predicate: str) -> list[str | None]:
        return [literal.language for literal in self.literals(subject, predicate)]

    def subjects(self, predicate: str) -> set[str]:
        return {subject for subject, used in self._objects if used == predicate}

    def of_class(self, name: str) -> set[str]:
        return {subject for subject in self.subjects(RDF + "type") if name in self.values(subject, RDF + "type")}

    def facts(self) -> set[str]:
        return self.subjects(DIP + "statedIn")


def key(term: Term) -> str:
    """The text of an IRI or literal; a blank node with its `_:`."""
    return str(term) if isinstance(term, ox.BlankNode | ox.Triple) else term.value


def local(iri: str) -> str:
    return re.split("[/#]", iri)[-1]


@cache
def data() -> Data:
    return Data(ROOT / "data" / "relations.ttl")


@cache
def ontology() -> Data:
    return Data(ROOT / "ontology" / "relations.ttl")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@cache
def inventory() -> list[dict[str, str]]:
    return table(ROOT / "tests" / "claims.tsv")


def shared(name: str) -> Path:
    """A file of the article's folder; without it the test is skipped."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"needs the article's own {name}, which is not beside the project")
    return path


def article() -> str:
    return shared("article.txt").read_bytes().decode("utf-8")


def nodes(row: dict[str, str]) -> list[str]:
    return [name.removeprefix("azkz:") for name in row["node"].split(";")]


def segments(fact: str) -> list[str]:
    """Where a fact is stated, then where it is restated."""
    return data().values(fact, DIP + "statedIn") + data().values(fact, DIP + "restatedIn")


def cited(segment: str) -> set[str]:
    """The references that back a segment, directly or through a quotation."""
    return {*data().values(segment, DIP + "cites"), *data().values(segment, DIP + "citesThroughQuotation")}


# ---------------------------------------------------------------- claims and facts


def test_there_are_170_claims() -> None:
    """The inventory lists 170 claims, each once, each with all that it rests on but a reference."""
    assert len(inventory()) == 170
    assert len({row["claim"] for row in inventory()}) == 170
    assert {column for row in inventory() for column in row if not row[column]} == {"references"}


def test_every_claim_has_its_node() -> None:
    """Each claim has its fact node, of the class that the inventory gives and no other class of ours."""
    for row in inventory():
        classes = [data().values(AZKZ + node, RDF + "type") for node in nodes(row)]
        assert classes == [[kind.replace("dip:", DIP)] for kind in row["class"].split(";")], row["claim"]


def test_every_node_has_a_claim() -> None:
    """No fact node is without a claim."""
    assert {fact.removeprefix(AZKZ) for fact in data().facts()} == {node for row in inventory() for node in nodes(row)}


def test_the_classes_of_the_139_facts() -> None:
    """The facts are as many of each class as the article has."""
    assert Counter(local(kind) for fact in data().facts() for kind in data().values(fact, RDF + "type")) == {
        "BinaryFact": 47,
        "ReportedEvent": 13,
        "AttributedStatement": 12,
        "Membership": 12,
        "OfficeTenure": 7,
        "Opinion": 7,
        "Occasion": 5,
        "CulturalInitiative": 5,
        "Visit": 4,
        "AwardConferral": 4,
        "CooperationAgenda": 4,
        "PolicyPosition": 4,
        "TreatySignature": 3,
        "Embassy": 2,
        "StateVisit": 2,
        "TradeObservation": 2,
        "AircraftIncident": 1,
        "ConsularPost": 1,
        "DiplomaticRelations": 1,
        "FigureObservation": 1,
        "Mediation": 1,
        "OfficialVisit": 1,
    }


def test_every_claim_stands_in_its_segment() -> None:
    """A claim's node is stated, or restated, in the segment that makes the claim."""
    for row in inventory():
        for node in nodes(row):
            assert AZKZ + row["segment"] in segments(AZKZ + node), row["claim"]


def test_every_segment_of_a_fact_makes_a_claim() -> None:
    """A fact is stated or restated only where a claim says so, but for an office that sentence 26 only names."""
    claimed = {(node, row["segment"]) for row in inventory() for node in nodes(row)}
    found = {(local(fact), local(segment)) for fact in data().facts() for segment in segments(fact)}
    assert found == claimed | {("tenure-nazarbayev-president", "s26")}


def test_every_claim_has_its_voice() -> None:
    """A claim is asserted by whom the inventory says, and by no one else."""
    for row in inventory():
        for node in nodes(row):
            voices = {local(voice) for voice in data().values(AZKZ + node, DIP + "assertedBy")}
            assert voices == set(row["voice"].split(";")), row["claim"]


def test_every_claim_has_its_references() -> None:
    """A claim rests on the references of its segment; one that a reference makes, on that reference."""
    for row in inventory():
        references = {AZKZ + row["segment"]} if row["segment"].startswith("r") else cited(AZKZ + row["segment"])
        numbers = [data().values(reference, SCHEMA + "position")[0] for reference in sorted(references)]
        assert numbers == list(filter(None, row["references"].split(","))), row["claim"]


def test_every_fact_has_one_label_and_one_segment() -> None:
    """A fact has one label, in English, and one segment that states it."""
    labels = {fact: data().languages(fact, RDFS + "label") for fact in data().facts()}
    assert {fact: tags for fact, tags in labels.items() if tags != ["en"]} == {}
    assert {fact for fact in data().facts() if len(data().values(fact, DIP + "statedIn")) != 1} == set()


def test_a_plain_triple_stands_for_the_article_only() -> None:
    """The plain triples between things are those of binary facts in the article's voice: a quoted voice adds none."""
    reified: dict[bool, set[tuple[str, ...]]] = {True: set(), False: set()}
    for fact in data().of_class(DIP + "BinaryFact"):
        triple = tuple(data().values(fact, RDF + part)[0] for part in ("subject", "predicate", "object"))
        reified[data().values(fact, DIP + "assertedBy") == [ID + "wikipedia-contributors"]].add(triple)
    all_triples = {(key(triple.subject), triple.predicate.value, key(triple.object)) for triple in data().triples}
    assert reified[True] - all_triples == set()
    assert {local(predicate) for _, predicate, _ in (reified[False] - reified[True]) & all_triples} == set()
    assert len(reified[False] - reified[True]) == 4


# ---------------------------------------------------------------- the text


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (DIP + "Section", 6),
        (DIP + "Sentence", 48),
        (DIP + "Clause", 2),
        (DIP + "InfoboxLine", 2),
        (DIP + "ReferenceEntry", 16),
        (DIP + "ExternalLink", 3),
        (OA + "Annotation", 50),
    ],
)
def test_the_parts_of_the_article(name: str, number: int) -> None:
    """The article has so many sections, sentences, clauses, infobox lines, references, external links and notes."""
    assert len(data().of_class(name)) == number


def test_every_sentence_has_its_facts() -> None:
    """Each of the 48 sentences states or restates a fact, itself or through its clauses."""
    assert {local(sentence) for sentence in data().of_class(DIP + "Sentence")} == SENTENCES
    places = {segment for fact in data().facts() for segment in segments(fact)}
    wholes = {whole for segment in places for whole in data().values(segment, DCTERMS + "isPartOf")}
    assert {local(place) for place in places | wholes} & SENTENCES == SENTENCES


def test_which_sentences_rest_on_a_reference() -> None:
    """15 sentences have a marker, of their own or in a clause, 7 are backed by a quotation's, 26 not at all."""
    marked = {local(segment)[:3] for segment in data().subjects(DIP + "cites")}
    quoted = {local(segment) for segment in data().subjects(DIP + "citesThroughQuotation")}
    assert len(marked) == 15
    assert quoted == {f"s{number}" for number in range(14, 21)}
    assert " ".join(sorted(SENTENCES - marked - quoted)) == (
        "s01 s02 s03 s05 s06 s07 s08 s09 s10 s13 s22 s23 s25 s26 s27 s28 s30 s31 s32 s33 s35 s39 s40 s42 s45 s46"
    )


def located() -> Iterator[tuple[str, int, int]]:
    """Each segment that has a place in the text, with its start and end."""
    for segment in sorted(set().union(*(data().of_class(DIP + name) for name in LOCATED))):
        (selector,) = data().values(segment, OA + "hasSelector")
        (start,), (end,) = data().values(selector, OA + "start"), data().values(selector, OA + "end")
        yield segment, int(start), int(end)


def test_digests_hold_against_the_article() -> None:
    """The digest of a segment is that of the article's characters between its offsets."""
    text = article()
    assert len(list(located())) == 71
    for segment, start, end in located():
        assert data().values(segment, DIP + "sha256") == [hashlib.sha256(text[start:end].encode()).hexdigest()], segment


def test_sentences_are_those_of_the_article() -> None:
    """A sentence has the offsets, digest, paragraph and number that the article's list of sentences gives."""
    places = {segment: (start, end) for segment, start, end in located()}
    for row in table(shared("sentences.tsv")):
        sentence = AZKZ + row["id"]
        assert places[sentence] == (int(row["char_start"]), int(row["char_end"]))
        assert data().values(sentence, DIP + "sha256")[0].startswith(row["sha256_16"])
        assert data().values(sentence, DIP + "paragraph") == [row["paragraph"]]
        assert data().values(sentence, SCHEMA + "position") == [row["sentence"]]


@pytest.mark.parametrize(("kind", "lead"), [("ReferenceEntry", "- ↑ "), ("ExternalLink", "- ")])
def test_entries_are_whole_lines(kind: str, lead: str) -> None:
    """A reference or external link is a whole line of its list, in the list's order."""
    text = article()
    entries = data().of_class(DIP + kind)
    spans = sorted((start, end, segment) for segment, start, end in located() if segment in entries)
    for start, end, segment in spans:
        assert text[start - len(lead) - 1 : start] == "\n" + lead, segment
        assert text[end : end + 1] in {"\n", ""}, segment
    assert [segment for _, _, segment in spans] == sorted(entries)


def test_clauses_fill_their_sentence() -> None:
    """The two clauses of sentence 11 are its words up to the first marker, and those after it."""
    text = article()
    places = {local(segment): text[start:end] for segment, start, end in located()}
    assert " ".join((places["s11a"], places["s11b"])) == places["s11"]
    assert places["s11a"].endswith("[2]")
    assert places["s11b"].endswith("[3]")


def test_references_say_what_their_entries_say() -> None:
    """Authors, publisher, dates and language of a reference are those of the article's list of references."""
    for row in table(shared("references.tsv")):
        reference = AZKZ + row["ref"]
        assert data().languages(reference, DCTERMS + "title") == [row["title_language"]]
        assert data().values(reference, DCTERMS + "issued") == list(filter(None, [row["published"]]))
        day, archived = row["accessed_or_archived"][:10], row["accessed_or_archived"].endswith("(archived)")
        assert data().values(reference, DIP + "archived") == ([day] if archived else [])
        assert data().values(reference, DIP + "retrieved") == ([day] if day and not archived else [])
        authors = {names(person)[0] for person in data().values(reference, DCTERMS + "creator")}
        assert authors == set(row["author"].split("; ")) - {"", "(none)"}
        publishers = {names(body)[0] for body in data().values(reference, DCTERMS + "publisher")}
        assert publishers == {row["publisher"].removesuffix(", Leiden")} - {""}


# ---------------------------------------------------------------- things and terms


def test_blank_nodes_are_selectors_or_lists() -> None:
    """A blank node is a text position or a cell of a list, nothing else."""
    blank = {str(triple.subject) for triple in data().triples if isinstance(triple.subject, ox.BlankNode)}
    positions = {node for node in blank if data().values(node, RDF + "type") == [OA + "TextPositionSelector"]}
    cells = {node for node in blank if data().values(node, RDF + "first")}
    assert blank == positions | cells
    assert len(positions) == 71
    uses = {triple.predicate.value for triple in data().triples if str(triple.object) in positions}
    assert uses == {OA + "hasSelector"}


def test_every_term_of_ours_is_declared() -> None:
    """Each term of the ontology that the data use is declared in the ontology."""
    used = {key(term) for triple in data().triples for term in (triple.predicate, triple.object)}
    assert {term for term in used if term.startswith(DIP)} - ontology().subjects(RDF + "type") == set()


def test_every_thing_has_a_class_and_an_english_label() -> None:
    """Whatever the data speak of under our names has a class, and exactly one English label."""
    spoken_of = {key(term) for triple in data().triples for term in (triple.subject, triple.object)}
    things = {thing for thing in spoken_of if thing.startswith(ID)}
    assert {thing for thing in things if not data().values(thing, RDF + "type")} == set()
    assert {thing for thing in things if data().languages(thing, RDFS + "label").count("en") != 1} == set()


def names(thing: str) -> list[str]:
    """The label of a thing, then its other names."""
    return data().values(thing, RDFS + "label") + data().values(thing, SKOS + "altLabel")


def test_a_name_stands_for_one_thing() -> None:
    """No label or other name belongs to two things, so that a name can be looked up."""
    holders: dict[str, set[str]] = defaultdict(set)
    for thing in data().subjects(RDFS + "label") - {AZKZ + "article"}:
        for name in names(thing):
            holders[name.casefold()].add(thing)
    assert {name: things for name, things in holders.items() if len(things) > 1} == {}


def test_notes_are_numbered_from_1_to_50() -> None:
    """The notes are O01 to O50, each named after its number."""
    assert {local(note): data().values(note, SKOS + "notation") for note in data().of_class(OA + "Annotation")} == {
        f"note-o{number:02}": [f"O{number:02}"] for number in range(1, 51)
    }


# ---------------------------------------------------------------- dates


def bounds(date: ox.Literal) -> tuple[list[str], list[str]]:
    """First and last day that a date allows, each as a list of one or none."""
    text, kind = date.value, date.datatype.value
    if kind != EDTF:
        assert kind in {XSD + "date", XSD + "gYearMonth", XSD + "gYear"}, kind
        return [first_day(text)], [last_day(text)]
    if match := re.fullmatch(r"(\S+)/\.\.", text):
        return [first_day(match[1])], []
    if match := re.fullmatch(r"\[\.\.(\S+)\]", text):
        return [], [last_day(match[1])]
    start, end = text.split("/")
    return [first_day(start)], [last_day(end)]


def first_day(text: str) -> str:
    year, month, day = [*text.split("-"), "01", "01"][:3]
    return f"{int(year):04}-{int(month):02}-{int(day):02}"


def last_day(text: str) -> str:
    year, month, *_ = [int(part) for part in text.split("-")] + [12]
    return text if text.count("-") == 2 else f"{year:04}-{month:02}-{calendar.monthrange(year, month)[1]:02}"


def test_first_and_last_day_follow_from_the_date() -> None:
    """notBefore and notAfter are what the date, or a figure's period, allows; a fact without either has neither."""
    for fact in data().facts():
        dates = data().literals(fact, DIP + "date") + data().literals(fact, REF_PERIOD)
        assert len(dates) <= 1
        days = (data().values(fact, DIP + "notBefore"), data().values(fact, DIP + "notAfter"))
        assert days == (bounds(dates[0]) if dates else ([], [])), fact


def test_the_dates_of_the_article() -> None:
    """These are all the dates that the article gives, at its own precision."""
    dated = {local(fact): data().literals(fact, DIP + "date") for fact in data().subjects(DIP + "date")}
    assert {fact: [(date.value, local(date.datatype.value)) for date in dates] for fact, dates in dated.items()} == {
        "diplomatic-relations": [("1992-08-27", "date")],
        "visit-ilham-2004": [("2004-03", "gYearMonth")],
        "visit-nazarbayev-2005": [("2005-05", "gYearMonth")],
        "inauguration-2006": [("2006-01-11/2006-01-12", "EDTF")],
        "sig-caspian-2001": [("2001-11-29", "date")],
        "opening-nasimi-centre": [("2006-09-25", "date")],
        "pub-veten": [("2007/..", "EDTF")],
        "opening-abai-centre": [("2011", "gYear")],
        "conferral-polad-ref12": [("[..2010-12-15]", "EDTF")],
        "unesco-anniversaries": [("1996/..", "EDTF")],
    }


# ---------------------------------------------------------------- against the article and its list of claims


def words(text: str) -> list[str]:
    return re.findall(r"\w+(?:['\u2019-]\w+)*", text.casefold())


def runs(sequence: list[str]) -> set[tuple[str, ...]]:
    return {tuple(sequence[start : start + RUN]) for start in range(len(sequence) - RUN + 1)}


def proper_names() -> list[list[str]]:
    """Names, in words, that are long enough to look like copying; the longest first."""
    things = {thing for thing in data().subjects(RDFS + "label") - data().facts() if not thing.startswith(AZKZ)}
    named = {thing for thing in things if NAMED & set(data().values(thing, RDF + "type"))}
    sequences = [words(name) for thing in named for name in names(thing)]
    return sorted((sequence for sequence in sequences if len(sequence) > 3), key=len, reverse=True)


def without_names(sequence: list[str]) -> Iterator[list[str]]:
    """`sequence` cut where a proper name stands."""
    for name in proper_names():
        for start in range(len(sequence) - len(name) + 1):
            if sequence[start : start + len(name)] == name:
                yield from without_names(sequence[:start])
                yield from without_names(sequence[start + len(name) :])
                return
    yield sequence


def copied(strings: Iterable[str], text: str) -> set[str]:
    """Those of `strings` that share a run of words with `text`, names apart."""
    own_runs = runs(words(text))
    return {string for string in strings if any(runs(part) & own_runs for part in without_names(words(string)))}


def test_no_sentence_of_the_article_is_copied() -> None:
    """No string, outside names, titles and addresses, shares six words in a row with the article."""
    written = [triple for triple in data().triples if isinstance(triple.object, ox.Literal)]
    strings = {key(triple.object) for triple in written if triple.predicate.value not in TITLES}
    assert copied(strings | {row["paraphrase"] for row in inventory()}, article()) == set()


def test_a_copied_sentence_would_be_seen() -> None:
    """The check for copying finds six words in a row, and lets the same words pass inside a name."""
    assert copied(["They both stressed the role of her state there"], "He stressed the role of her state.") != set()
    assert copied(["They both stressed the role of a state"], "He stressed the role of her state.") == set()
    treaty = "Agreement on Delimitation of the Bottom of the Caspian Sea"
    assert copied([f"They signed the {treaty}"], f"{treaty}, it was called") == set()


def test_claims_are_those_of_the_article() -> None:
    """The inventory has the claims, nodes, classes and references of the article's list of claims, in its order."""
    theirs = table(shared("claims.tsv"))
    assert [row["claim"] for row in inventory()] == [row["claim"] for row in theirs]
    classes = {node: kind for row in theirs for node, kind in re.findall(r"d:([\w-]+) a (dip:\w+)", row["node"])}
    for our, their in zip(inventory(), theirs, strict=True):
        assert nodes(our) == re.findall(r"d:([\w-]+)", their["node"])
        assert our["class"].split(";") == [classes[node] for node in nodes(our)]
        assert our["references"] == their["refs"]
        assert our["segment"].rstrip("ab") == their["sentence"]


def test_paraphrases_are_our_own() -> None:
    """No paraphrase of the inventory is the one of the article's list of claims."""
    theirs = {row["paraphrase"] for row in table(shared("claims.tsv"))}
    assert theirs & {row["paraphrase"] for row in inventory()} == set()


def test_hedges_are_those_of_the_claims() -> None:
    """A fact has the hedges of its claims, one literal each; remarks in brackets on a claim are no hedges."""
    hedges: dict[str, set[str]] = defaultdict(set)
    for row in table(shared("claims.tsv")):
        for node in re.findall(r"d:([\w-]+)", row["node"])[:1]:
            hedges[node] |= {hedge for hedge in row["hedge"].split("; ") if hedge and "(" not in hedge}
    found = {local(fact): set(data().values(fact, DIP + "hedge")) for fact in data().facts()}
    assert found == {node: hedges[node] for node in found}


def test_notes_are_about_the_facts_of_their_claims() -> None:
    """A claim with an oddity has a note about its node."""
    codes = [(row, code) for row in table(shared("claims.tsv")) for code in re.findall(r"O\d+", row["oddities"])]
    assert len(codes) > 100
    for row, code in codes:
        targets = data().values(f"{AZKZ}note-{code.lower()}", OA + "hasTarget")
        assert {AZKZ + node for node in re.findall(r"d:([\w-]+)", row["node"])} <= set(targets), (row["claim"], code)
