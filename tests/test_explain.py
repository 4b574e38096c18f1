"""Every inference can be explained, down to the sentences."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pyoxigraph as ox
import pytest

from kg import KnowledgeGraph
from kg.build import Dataset, content_of
from kg.cite import Citer
from kg.cite.known import Known
from kg.engine import Embedded, Result
from kg.engines import in_memory
from kg.errors import DataError, UnknownName
from kg.explain import explain
from kg.load import Document
from kg.names import Names
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, DIP, ID, ONTOLOGY_GRAPH, PREFIXES
from kg.reason import closure
from kg.reason.axioms import TYPE, Axioms
from kg.reason.proofs import ASSERTED, Proof, Prover


@pytest.fixture(scope="module")
def inferred(graph: KnowledgeGraph) -> list[ox.Triple]:
    """All inferred triples of the article."""
    return [quad.triple for quad in graph.dataset.quads() if getattr(quad.graph_name, "value", "") == CLOSURE_GRAPH]


@pytest.fixture(scope="module")
def axioms(ontology: Document) -> Axioms:
    """The axioms, read from the file."""
    return Axioms.read(ontology.triples)


def steps(proof: Proof) -> Iterator[Proof]:
    yield proof
    for premise in proof.premises:
        yield from steps(premise)


def value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def follows(proof: Proof, axioms: Axioms) -> bool:
    """Whether a step's conclusion follows from its premises by the rule that it names: written anew from the standard."""
    t, premises = proof.conclusion, [premise.conclusion for premise in proof.premises]
    s, p, o = t.subject, t.predicate.value, t.object
    first = premises[0]
    q = first.predicate.value
    pairs = axioms.pairs
    if proof.rule == "cax-sco":
        return first.subject == s and q == TYPE.value and (value(first.object), value(o)) in pairs["subClassOf"]
    if proof.rule == "prp-dom":
        return first.subject == s and p == TYPE.value and (q, value(o)) in pairs["domain"]
    if proof.rule == "prp-rng":
        return first.object == s and p == TYPE.value and (q, value(o)) in pairs["range"]
    if proof.rule == "prp-spo1":
        return (first.subject, first.object) == (s, o) and (q, p) in pairs["subPropertyOf"]
    if proof.rule == "prp-inv":
        return (first.object, first.subject) == (s, o) and bool({(p, q), (q, p)} & set(pairs["inverseOf"]))
    if proof.rule == "prp-symp":
        return (first.object, first.subject) == (s, o) and p == q and p in axioms.characteristics["SymmetricProperty"]
    if proof.rule == "prp-spo2":
        joined = all(one.object == other.subject for one, other in pairwise(premises))
        chain = (p, tuple(premise.predicate.value for premise in premises))
        return joined and first.subject == s and premises[-1].object == o and chain in axioms.chains
    return False


def test_every_inferred_triple_of_the_article_has_a_proof_that_replays(
    graph: KnowledgeGraph, inferred: list[ox.Triple], axioms: Axioms, article_data: tuple[ox.Triple, ...], ontology: Document
) -> None:
    """Step by step, down to leaves that are asserted."""
    prover = Prover(graph.engine, graph.prefixes)
    asserted = {*article_data, *ontology.triples}
    assert len(inferred) > 1000
    for triple in inferred:
        proof = prover.proof(triple)
        assert proof is not None
        assert triple == proof.conclusion
        assert proof.steps > 0
        for step in steps(proof):
            assert step.conclusion in asserted if step.rule == ASSERTED else follows(step, axioms), step


def test_no_proof_rests_on_itself(graph: KnowledgeGraph) -> None:
    """Symmetric and inverse relations go round in circles; their proofs do not."""
    azerbaijan, kazakhstan = ox.NamedNode(ID + "azerbaijan"), ox.NamedNode(ID + "kazakhstan")
    prover = Prover(graph.engine, graph.prefixes)
    proofs = prover.proofs(ox.Triple(azerbaijan, ox.NamedNode(DIP + "hasTreatyWith"), kazakhstan))

    def acyclic(proof: Proof, above: frozenset[ox.Triple]) -> bool:
        return proof.conclusion not in above and all(acyclic(premise, above | {proof.conclusion}) for premise in proof.premises)

    assert len(proofs) > 3
    assert all(acyclic(proof, frozenset()) for proof in proofs)
    assert sorted(proof.steps for proof in proofs) == [proof.steps for proof in proofs]
    assert len(proofs) == len(set(proofs))
    shortest = prover.proof(proofs[0].conclusion)
    assert shortest is not None
    assert shortest.steps == proofs[0].steps


def test_both_posts_prove_the_mission(graph: KnowledgeGraph) -> None:
    """The embassy and the consulate, two steps each."""
    explanation = graph.explain("Azerbaijan", "has mission to", "Kazakhstan", every=True)
    leaves = {str(leaf.subject).split("/")[-1].rstrip(">") for proof in explanation.proofs for leaf in proof.leaves()}
    assert {"emb-az-kz", "cons-az-aktau"} == leaves
    assert [2, 2] == [proof.steps for proof in explanation.proofs]


def test_an_inference_ends_in_its_sentences(graph: KnowledgeGraph) -> None:
    """The medal's conferral and its reference."""
    explanation = graph.explain("Heydar Aliyev", "holds award", "medal Astana")
    segments = {citation.segment for citations in explanation.citations.values() for citation in citations}
    assert {ID + "azerbaijan-kazakhstan/s24"} == segments
    assert [6] == [reference.number for reference in explanation.references()]


def test_an_asserted_plain_triple_is_cited_by_the_fact_that_states_it(graph: KnowledgeGraph) -> None:
    """And by nothing else that names both ends."""
    explanation = graph.explain("Azerbaijan", "shares border with", "Kazakhstan")
    assert [ASSERTED] == [proof.rule for proof in explanation.proofs]
    facts = {citation.fact for citations in explanation.citations.values() for citation in citations}
    assert {ID + "azerbaijan-kazakhstan/maritime-border"} == facts


def test_what_the_graph_does_not_say_is_told_with_what_it_does(graph: KnowledgeGraph) -> None:
    """Nearest first: the same two things, the same subject, the same object."""
    explanation = graph.explain("Armenia", "has mission to", "Kazakhstan")
    assert () == explanation.proofs
    assert ["Azerbaijan · has mission to · Kazakhstan"] == [explanation.sentence(triple) for triple in explanation.nearest]


def test_a_literal_is_found_by_its_text_and_unknown_names_are_refused(graph: KnowledgeGraph) -> None:
    """A date as an object; a thing that is not there."""
    assert graph.explain("azkz:visit-ilham-2004", "date", "2004-03").proofs
    with pytest.raises(UnknownName, match="Atlantis"):
        graph.explain("Azerbaijan", "has mission to", "Atlantis")


def test_a_closure_that_the_axioms_do_not_support_is_an_error() -> None:
    """A triple put into the closure by hand is not explained away as asserted."""
    node, graph_name = ox.NamedNode("http://example.org/a"), ox.NamedNode(CLOSURE_GRAPH)
    store = ox.Store()
    store.add(ox.Quad(node, ox.NamedNode(DIP + "memberOf"), node, graph_name))
    with pytest.raises(DataError, match="no axiom of the ontology concludes it"):
        Prover(Embedded(store), {}).proof(ox.Triple(node, ox.NamedNode(DIP + "memberOf"), node))


@pytest.mark.parametrize("engine", ["embedded", "rdflib"])
def test_a_thing_without_a_name_is_no_other_one_without_a_name(engine: str) -> None:
    """One is stated to have :p, and another to have :q, from which :p follows: no proof says that the first has :q."""
    ontology = "<x:C> a owl:Class . <x:p> a owl:ObjectProperty ; rdfs:range <x:C> . <x:q> a owl:ObjectProperty ; rdfs:subPropertyOf <x:p> ."
    prefixes = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    said = "_:one <x:p> <x:X> . <x:b> <x:q> <x:X> . _:two <x:q> <x:Y> . _:three <x:p> <x:Y> ."
    data, axioms = ([quad.triple for quad in ox.parse(prefixes + text, format=ox.RdfFormat.TURTLE)] for text in (said, ontology))
    graphs = {ASSERTED_GRAPH: data, ONTOLOGY_GRAPH: axioms, CLOSURE_GRAPH: closure(data, axioms)}
    prover = Prover(in_memory(engine, Dataset(content_of(graphs, {}))), {})
    for thing, having in (("x:X", ox.NamedNode), ("x:Y", ox.BlankNode)):
        proofs = prover.proofs(ox.Triple(ox.NamedNode(thing), TYPE, ox.NamedNode("x:C")))
        leaves = {(leaf.predicate.value, type(leaf.subject)) for proof in proofs for leaf in proof.leaves()}
        assert {("x:p", ox.BlankNode), ("x:q", having)} == leaves
        assert 2 == len(proofs)


def test_the_command_tells_proofs_as_text_json_and_mermaid() -> None:
    """Exit 0 with a proof, 1 without."""

    def kg(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "kg", "explain", *arguments], capture_output=True, text=True, check=False)

    triple = ("Heydar Aliyev", "holds award", "medal Astana")
    text = kg(*triple)
    assert (0, "") == (text.returncode, text.stderr)
    assert "by prp-spo2: dip:holdsAward follows from the chain dip:receivedIn ∘ dip:award" in text.stdout
    assert "(s24) [6]" in text.stdout
    (proof,) = json.loads(kg(*triple, "--format", "json").stdout)["proofs"]
    assert "prp-spo2" == proof["rule"]
    assert kg(*triple, "--format", "mermaid").stdout.startswith("flowchart BT\n")
    assert "prov:hadPrimarySource azkz:s24" in kg(*triple, "--format", "turtle").stdout
    no = kg("Armenia", "has mission to", "Kazakhstan")
    assert (1, "") == (no.returncode, no.stderr)
    assert "The graph does not say" in no.stdout
    unknown = kg("Armenia", "has misson to", "Kazakhstan")
    assert (1, "") == (unknown.returncode, unknown.stdout)
    assert "Did you mean has mission to" in unknown.stderr


def test_a_proof_as_rdf_says_what_the_tree_says(graph: KnowledgeGraph) -> None:
    """Each triple of the proof once as a statement, each step with what it used, each leaf with its fact and segment."""
    explanation = graph.explain("Heydar Aliyev", "holds award", "medal Astana")
    (proof,) = explanation.proofs
    store = ox.Store()
    store.load(explanation.to_turtle(graph.prefixes).encode(), ox.RdfFormat.TURTLE)

    def rows(columns: str, pattern: str) -> set[tuple[str, ...]]:
        prologue = "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
        solutions = store.query(prologue + f"SELECT DISTINCT {columns} WHERE {{ {pattern} }}")
        assert isinstance(solutions, ox.QuerySolutions)
        return {tuple(str(term) for term in solution) for solution in solutions}

    stated = {tuple(map(str, (t.subject, t.predicate, t.object))) for t in (step.conclusion for step in steps(proof))}
    assert stated == rows("?s ?p ?o", "?t a rdf:Statement ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o")
    assert proof.steps == len(rows("?step", "?t prov:wasGeneratedBy ?step . ?step a prov:Activity"))
    assert len(proof.premises) == len(rows("?x", f"?t rdf:predicate {proof.conclusion.predicate} ; prov:wasGeneratedBy/prov:used ?x"))
    cited = {(f"<{citation.fact}>",) for citations in explanation.citations.values() for citation in citations}
    assert cited == rows("?fact", "?t prov:wasDerivedFrom ?fact")


def test_the_engines_explain_alike(graph: KnowledgeGraph, rdflib_graph: KnowledgeGraph) -> None:
    """The same proof from rdflib."""
    triple = ("Azerbaijan", "fellow member of", "Kazakhstan")
    assert graph.explain(*triple).to_json() == rdflib_graph.explain(*triple).to_json()


# ---- what an explanation costs


class Counting(Embedded):
    """An embedded engine that keeps the queries that it is asked."""

    def __init__(self, store: ox.Store) -> None:
        super().__init__(store)
        self.asked: list[str] = []

    def query(self, text: str) -> Result:
        self.asked.append(text)
        return super().query(text)


def follow_from(triple: ox.Triple, axioms: Axioms) -> Iterator[ox.Triple]:
    """What follows from one triple alone, by one rule."""
    s, p, o, pairs = triple.subject, triple.predicate.value, triple.object, axioms.pairs
    yield from (ox.Triple(s, TYPE, ox.NamedNode(c)) for q, c in pairs["domain"] if q == p)
    yield from (ox.Triple(s, ox.NamedNode(wider), o) for q, wider in pairs["subPropertyOf"] if q == p)
    if p == TYPE.value:
        yield from (ox.Triple(s, TYPE, ox.NamedNode(c)) for q, c in pairs["subClassOf"] if value(o) == q)
    if isinstance(o, ox.NamedNode | ox.BlankNode):
        yield from (ox.Triple(o, TYPE, ox.NamedNode(c)) for q, c in pairs["range"] if q == p)
        both = [*pairs["inverseOf"], *((other, one) for one, other in pairs["inverseOf"])]
        both += [(q, q) for q in axioms.characteristics["SymmetricProperty"]]
        yield from (ox.Triple(o, ox.NamedNode(other), s) for one, other in both if one == p)


def fewest_steps(triples: set[ox.Triple], inferred: Iterable[ox.Triple], axioms: Axioms) -> dict[ox.Triple, int]:
    """The least number of steps to each triple, by applying all rules forwards until nothing gets less."""
    cost = {**dict.fromkeys(inferred, 10**6), **dict.fromkeys(triples, 0)}
    outgoing = defaultdict[tuple[object, str], list[ox.Triple]](list)
    for triple in cost:
        outgoing[triple.subject, triple.predicate.value].append(triple)
    ways: list[tuple[ox.Triple, tuple[ox.Triple, ...]]] = [(end, (triple,)) for triple in cost for end in follow_from(triple, axioms)]
    ways += [
        (ox.Triple(triple.subject, ox.NamedNode(property_), last.object), (triple, last))
        for property_, (first, second) in axioms.chains
        for triple in cost
        if triple.predicate.value == first
        for last in outgoing[triple.object, second]
    ]
    less = True
    while less:
        less = False
        for end, premises in ways:
            steps = 1 + sum(cost[premise] for premise in premises)
            if steps < cost.get(end, 0):
                cost[end], less = steps, True
    return cost


def test_no_proof_has_fewer_steps_than_the_one_that_is_told(
    graph: KnowledgeGraph, inferred: list[ox.Triple], axioms: Axioms, article_data: tuple[ox.Triple, ...], ontology: Document
) -> None:
    """For every inferred triple of the article: counted forwards over all rules."""
    fewest = fewest_steps({*article_data, *ontology.triples}, inferred, axioms)
    prover = Prover(graph.engine, graph.prefixes)
    told = {triple: proof.steps for triple in inferred if (proof := prover.proof(triple))}
    assert {triple: fewest[triple] for triple in inferred} == told


@pytest.fixture(scope="module")
def crowded(ontology: Document) -> ox.Store:
    """Thirty states that are all members of twenty organisations, each membership told three times by one voice, and what follows."""
    voice, facts = ox.NamedNode(ID + "voice"), range(30 * 20 * 3)
    triples = []
    for i in facts:
        fact, state, organisation = (ox.NamedNode(f"{ID}{name}") for name in (f"fact-{i}", f"state-{i % 30}", f"body-{i // 30 % 20}"))
        triples.append(ox.Triple(fact, ox.NamedNode(PREFIXES["org"] + "member"), state))
        triples.append(ox.Triple(fact, ox.NamedNode(PREFIXES["org"] + "organization"), organisation))
        triples.append(ox.Triple(fact, ox.NamedNode(DIP + "assertedBy"), voice))
    store = ox.Store()
    graphs = {ASSERTED_GRAPH: triples, ONTOLOGY_GRAPH: ontology.triples, CLOSURE_GRAPH: closure(triples, ontology.triples)}
    store.extend(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(name)) for name, found in graphs.items() for t in found)
    return store


def test_the_search_does_not_grow_with_what_else_is_said_of_the_same_things(crowded: ox.Store) -> None:
    """Each of twenty organisations is a reason to be fellow members; one is looked into."""
    engine = Counting(crowded)
    triple = ox.Triple(ox.NamedNode(ID + "state-1"), ox.NamedNode(DIP + "fellowMemberOf"), ox.NamedNode(ID + "state-2"))
    proof = Prover(engine, PREFIXES).proof(triple)
    assert proof is not None
    assert 6 == proof.steps
    assert len(engine.asked) < 60


def test_all_proofs_are_as_many_as_were_asked_for_even_where_there_are_thousands(crowded: ox.Store) -> None:
    """The shortest of them, each once, from a bounded number of queries."""
    engine = Counting(crowded)
    triple = ox.Triple(ox.NamedNode(ID + "state-1"), ox.NamedNode(DIP + "fellowMemberOf"), ox.NamedNode(ID + "state-2"))
    proofs = Prover(engine, PREFIXES).proofs(triple, most=50)
    assert 50 == len(set(proofs))
    assert {6} == {proof.steps for proof in proofs}
    assert len(engine.asked) < 1000


def test_of_what_a_busy_voice_says_some_is_told(crowded: ox.Store) -> None:
    """Ten statements, of eighteen hundred; never all of them put in order."""
    engine = Counting(crowded)
    triple = ox.Triple(ox.NamedNode(ID + "body-1"), ox.NamedNode(DIP + "assertedBy"), ox.NamedNode(ID + "voice"))
    prover = Prover(engine, PREFIXES)
    explanation = explain(engine, prover, Citer(engine, prover), Names(engine), triple)
    assert () == explanation.proofs
    assert 10 == len(explanation.nearest)
    assert all("LIMIT 1000 }" in text for text in engine.asked if "ORDER BY" in text)


def test_citations_are_asked_for_thing_by_thing(graph: KnowledgeGraph) -> None:
    """No property path, no UNION and no second VALUES, which an engine may work out for the whole graph."""
    assert isinstance(graph.engine, Embedded)
    engine = Counting(graph.engine.store)
    iris = {ID + "azerbaijan-kazakhstan/" + name for name in ("conferral-polad", "obs-population-azeri", "s11", "r12", "i01")}
    assert iris == {iri for iri, citation in Known(engine).of(iris).items() if citation}
    assert not [text for text in engine.asked if "UNION" in text or "?/" in text or text.count("VALUES") > 1]


def test_the_class_of_a_thing_can_be_asked_for(graph: KnowledgeGraph) -> None:
    """As `a`, by its CURIE or its IRI: Kazakhstan is told to be a state, and so a country."""
    for name in ("a", "rdf:type", TYPE.value):
        (told,) = graph.explain("Kazakhstan", name, "state").proofs
        assert ASSERTED == told.rule
    (follows,) = graph.explain("Kazakhstan", "a", "schema:Country").proofs
    assert ("cax-sco", 1) == (follows.rule, follows.steps)
    assert "Kazakhstan · rdf:type · country" == graph.explain("Kazakhstan", "a", "schema:Country").sentence(follows.conclusion)
