"""Every inference can be explained, down to the sentences."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import pyoxigraph as ox
import pytest

from kg import KnowledgeGraph
from kg.errors import DataError, UnknownName
from kg.load import Document
from kg.namespaces import CLOSURE_GRAPH, DIP, ID
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
    from kg.engine import Embedded

    with pytest.raises(DataError, match="no axiom of the ontology concludes it"):
        Prover(Embedded(store), {}).proof(ox.Triple(node, ox.NamedNode(DIP + "memberOf"), node))


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
