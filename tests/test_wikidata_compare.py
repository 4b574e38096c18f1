"""The article's facts beside a Wikidata-shaped snapshot, on a real server; and beside real statements, where they are there."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import servers
from click.testing import CliRunner
from conftest import SHARED, SNAPSHOT, shared_wikidata
from hypothesis import given
from hypothesis import strategies as st

from kg import KnowledgeGraph, paths
from kg.cli import cli
from kg.endpoint import Endpoint
from kg.errors import DataError
from kg.load import parse, parse_text
from kg.namespaces import WIKIDATA, WIKIDATA_PREFIXES
from kg.wikidata.client import Client
from kg.wikidata.compare import Comparison
from kg.wikidata.dates import Span, span_of
from kg.wikidata.mapping import read_mappings

CODEX = SHARED.parent / "wikidata" / "codex-statements.tsv"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The query URL of a server that holds the snapshot."""
    with servers.oxigraph_server(SNAPSHOT) as base:
        yield f"{base}/query"


def said(comparison: Comparison, status: str) -> set[tuple[str, str, str]]:
    """Subject, number of the property and value of each result of a status."""
    return {(str(one.subject), one.property.iri.removeprefix(WIKIDATA), str(one.value)) for one in comparison.of(status)}


@pytest.mark.usefixtures("no_answers")
def test_memberships_agree_or_are_lacking(graph: KnowledgeGraph, endpoint: str) -> None:
    """The article has six for each state; the snapshot has two of Azerbaijan's and four of Kazakhstan's."""
    comparison = graph.compare(Client(Endpoint(endpoint)))
    agreed = {(subject, value) for subject, number, value in said(comparison, "agrees") if number == "P463"}
    lacking = {(subject, value) for subject, number, value in said(comparison, "lacks") if number == "P463"}
    oic, osce = "Organisation of Islamic Cooperation", "Organization for Security and Co-operation in Europe"
    cis, eco, turkic = "Commonwealth of Independent States", "Economic Cooperation Organization", "Turkic Council"
    turksoy = "Joint Administration of Turkic Arts and Culture"
    assert {*(("Azerbaijan", one) for one in (oic, osce)), *(("Kazakhstan", one) for one in (oic, osce, cis, turkic))} == agreed
    assert {*(("Azerbaijan", one) for one in (cis, eco, turkic, turksoy)), *(("Kazakhstan", one) for one in (eco, turksoy))} == lacking


@pytest.mark.usefixtures("no_answers")
def test_each_side_of_a_mutual_relation_is_compared(graph: KnowledgeGraph, endpoint: str) -> None:
    """The snapshot has the twin towns in Aktau's item only, and the day of the relations in Azerbaijan's only."""
    comparison = graph.compare(Client(Endpoint(endpoint)))
    assert ("Aktau", "P190", "Sumgayit") in said(comparison, "agrees")
    assert ("Sumgayit", "P190", "Aktau") in said(comparison, "lacks")
    details = {str(one.subject): one.detail for one in comparison.of("agrees") if one.property.iri == WIKIDATA + "P530"}
    assert {"Azerbaijan": "P580 is 1992-08-27", "Kazakhstan": "without P580, which the article has: 1992-08-27"} == details


@pytest.mark.usefixtures("no_answers")
def test_what_only_wikidata_has_lies_between_things_of_the_graph(graph: KnowledgeGraph, endpoint: str) -> None:
    """UNESCO is in the graph, as an organisation that nobody is told to be a member of; of a deprecated statement nothing is told."""
    comparison = graph.compare(Client(Endpoint(endpoint)))
    only = said(comparison, "only")
    assert {("Azerbaijan", "P463", "UNESCO"), ("Azerbaijan", "P530", "Armenia"), ("Heydar Aliyev", "P27", "Soviet Union")} <= only
    assert not any("Q99" in item for one in comparison.results for item in one.items)
    assert all(one.fact is None for one in comparison.of("only"))


@pytest.mark.usefixtures("no_answers")
def test_a_comparison_needs_two_questions_and_none_the_second_time(graph: KnowledgeGraph, endpoint: str) -> None:
    """Statements, then the dates of those that say what a fact says; both kept."""
    first, second = Client(Endpoint(endpoint)), Client(Endpoint(endpoint))
    assert graph.compare(first) == graph.compare(second)
    assert [2, 0] == [first.requests, second.requests]


@pytest.mark.usefixtures("no_answers")
def test_what_a_graph_has_to_compare_is_asked_of_it_once(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another comparison, with another client, asks the engine nothing, and says the same."""
    graph = KnowledgeGraph.open()
    first = graph.compare(Client(Endpoint(endpoint)))
    monkeypatch.setattr(graph.engine, "query", lambda _: pytest.fail("the engine was asked"))
    assert first == graph.compare(Client(Endpoint(endpoint), refresh=True))


@pytest.mark.usefixtures("no_answers")
def test_nobody_elses_voice_is_compared(graph: KnowledgeGraph, endpoint: str) -> None:
    """No fact that a quoted person tells is anywhere in a comparison."""
    comparison = graph.compare(Client(Endpoint(endpoint)))
    facts = {one.fact.iri for one in comparison.results if one.fact}
    text = "SELECT ?f { VALUES ?v { id:nursultan-nazarbayev id:olzhas-suleimenov } ?f dip:assertedBy ?v }"
    answer = graph.sparql(text)
    assert not isinstance(answer, bool)
    quoted = {str(getattr(row[0], "iri", "")) for row in answer}
    assert 18 == len(quoted)
    assert set() == facts & quoted


WD = {name: WIKIDATA_PREFIXES[name] for name in ("p", "ps", "pq", "wd", "wds", "wikibase", "xsd", "wdt")}
OTHERWISE = """
wd:Q227 p:P530 wds:a . wds:a ps:P530 wd:Q232 ; wikibase:rank wikibase:NormalRank ; pq:P580 "1992-08-30T00:00:00Z"^^xsd:dateTime .
wd:Q232 p:P530 wds:b . wds:b ps:P530 wd:Q227 ; wikibase:rank wikibase:DeprecatedRank .
wd:Q486657 p:P17 wds:c . wds:c ps:P17 wd:Q227 ; wikibase:rank wikibase:NormalRank .
wd:Q427677 p:P138 wds:d . wds:d ps:P138 wd:Q232 ; wikibase:rank wikibase:NormalRank .
"""


@pytest.mark.usefixtures("no_answers")
def test_a_date_a_rank_and_a_single_value_can_speak_against_a_fact(graph: KnowledgeGraph, tmp_path: Path) -> None:
    """Another day, a deprecated statement, another country; but not another person that a university is named after, too."""
    file = tmp_path / "otherwise.ttl"
    file.write_text("".join(f"@prefix {name}: <{iri}> .\n" for name, iri in WD.items()) + OTHERWISE)
    with servers.oxigraph_server(file) as base:
        comparison = graph.compare(Client(Endpoint(f"{base}/query")))
    details = {(str(one.subject), one.detail) for one in comparison.of("otherwise")}
    assert {
        ("Azerbaijan", "P580 is 1992-08-30, the article says 1992-08-27"),
        ("Kazakhstan", "Wikidata has it as deprecated"),
        ("Cambul province", "Wikidata has Q227"),
    } == details
    assert ("Kazakh National University", "P138", "Al-Farabi") in said(comparison, "lacks")


@pytest.mark.usefixtures("no_answers")
def test_real_statements_are_compared(graph: KnowledgeGraph, tmp_path: Path) -> None:
    """CodEx's, of Wikidata: both are in the OIC and the OSCE, the other memberships are missing; the relations stand both ways."""
    if not CODEX.is_file():
        pytest.skip(f"the real statements {CODEX.name} are not beside the project")
    lines = [line.split("\t") for line in CODEX.read_text(encoding="utf-8").splitlines()[1:]]
    quads = [f"wd:{s} p:{p} wds:n{n} . wds:n{n} ps:{p} wd:{o} ; wikibase:rank wikibase:NormalRank ." for n, (s, p, o) in enumerate(lines)]
    file = tmp_path / "codex.ttl"
    file.write_text("".join(f"@prefix {name}: <{iri}> .\n" for name, iri in WD.items()) + "\n".join(quads))
    with servers.oxigraph_server(file) as base:
        comparison = graph.compare(Client(Endpoint(f"{base}/query")))
    both = ("Azerbaijan", "Kazakhstan")
    organisations = ("Organisation of Islamic Cooperation", "Organization for Security and Co-operation in Europe")
    expected = {(state, "P463", one) for state in both for one in organisations}
    expected |= {("Azerbaijan", "P530", "Kazakhstan"), ("Kazakhstan", "P530", "Azerbaijan"), ("Heydar Aliyev", "P40", "Ilham Aliyev")}
    assert expected == said(comparison, "agrees")
    assert 8 == len([one for one in comparison.of("lacks") if one.property.iri == WIKIDATA + "P463"])
    assert set() == said(comparison, "otherwise")


EXPORTS = ("az-nso-ssc.wikidata.rdf", "kz-nso-aos.wikidata.rdf")


def stated(export: Path, item: str, number: str) -> set[str]:
    """The items that a genuine export has as direct claims of a property, read without the project's code."""
    text = export.read_text(encoding="utf-8")
    described = re.findall(rf'<rdf:Description rdf:about="{WIKIDATA}{item}">(.*?)</rdf:Description>', text, re.DOTALL)
    return {value for part in described for value in re.findall(rf'<wdt:{number} rdf:resource="{WIKIDATA}(Q[0-9]+)"', part)}


@pytest.mark.usefixtures("no_answers")
def test_genuine_exports_are_compared(graph: KnowledgeGraph) -> None:
    """Of two statistical offices: one is linked, and its country is what only Wikidata has; the other is none of the graph's things."""
    azerbaijani, kazakh = (shared_wikidata(name) for name in EXPORTS)
    assert {"Q227"} == stated(azerbaijani, "Q4146845", "P17")
    assert ({"Q232"}, {"Q327333"}) == (stated(kazakh, "Q12573318", "P17"), stated(kazakh, "Q12573318", "P31"))
    with servers.oxigraph_server(azerbaijani, kazakh) as base:
        client = Client(Endpoint(f"{base}/query"))
        comparison, found = graph.compare(client), graph.check_links(client)
        names = [str(triple.object) for triple in graph.enrichment(client).triples if "Q12573318>" in str(triple.subject)]
    assert {("Statistics Agency of Kazakhstan", "P17", "Kazakhstan")} == said(comparison, "only")
    (only,) = comparison.of("only")
    assert only.statements[0].removeprefix(WIKIDATA + "statement/") in kazakh.read_text(encoding="utf-8")
    assert (0, 0) == (len(comparison.of("agrees")), len(comparison.of("otherwise")))
    assert not any(WIKIDATA + "Q4146845" in one.items for one in comparison.results)
    there = {(finding.link.number, finding.kind) for finding in found.findings if finding.kind != "gone"}
    assert {("Q12573318", "reviewed"), ("Q12573318", "unconfirmed"), ("Q9292", "reviewed")} <= there
    assert {"Q12573318", "Q227", "Q232", "Q9248", "Q9292"} == {number for number, _ in there}
    assert '"Қазақстан Республикасының Статистика жөніндегі агенттігі"@kk' in names


@pytest.mark.usefixtures("no_answers")
def test_the_command_writes_text_json_and_csv(endpoint: str) -> None:
    """The same counts in each."""
    run = CliRunner()
    text, as_json, as_csv = (
        run.invoke(cli, ["wikidata", "compare", "--endpoint", endpoint, *more]) for more in ([], ["--format", "json"], ["--format", "csv"])
    )
    assert [0, 0, 0] == [text.exit_code, as_json.exit_code, as_csv.exit_code]
    counts = json.loads(as_json.stdout)["counts"]
    assert f"Wikidata agrees: {counts['agrees']}, Wikidata lacks: {counts['lacks']}" in text.stdout
    assert sum(counts.values()) == len(as_csv.stdout.splitlines()) - 1
    assert "not compared, for want of an item\n" not in text.stdout


@pytest.mark.usefixtures("no_answers")
def test_without_network_kept_answers_are_used_and_told() -> None:
    """In one line, with exit code 1; without any, the same with no answer."""
    with servers.oxigraph_server(SNAPSHOT) as base:
        url = f"{base}/query"
        assert 0 == CliRunner().invoke(cli, ["wikidata", "compare", "--endpoint", url]).exit_code
    run = CliRunner().invoke(cli, ["wikidata", "compare", "--endpoint", url, "--refresh"])
    assert (1, 1) == (run.exit_code, len(run.stderr.splitlines()))
    assert "cannot be reached" in run.stderr
    assert f"Answers kept since {date.today():%Y-%m-%d} were used." in run.stderr
    assert "Wikidata agrees: 24" in run.stdout
    nothing = CliRunner().invoke(cli, ["wikidata", "compare", "--endpoint", "http://127.0.0.1:9/query"])
    assert (1, "", 1) == (nothing.exit_code, nothing.stdout, len(nothing.stderr.splitlines()))


# ---- mappings and dates


def test_every_mapping_is_used_or_has_nothing_to_select(graph: KnowledgeGraph) -> None:
    """Each selects facts of the article, and each property has a label."""
    mappings = read_mappings(parse(paths.MAPPINGS))
    assert 21 == len(mappings.statements)
    for mapping in mappings.statements:
        answer = graph.sparql(mapping.select)
        assert not isinstance(answer, bool)
        assert len(answer) > 0, mapping.iri
        assert mappings.label(mapping.property).endswith(f"({mapping.property.removeprefix(WIKIDATA)})")


def test_a_mapping_that_lacks_a_part_is_told() -> None:
    """With its file and what it lacks."""
    text = "@prefix map: <https://w3id.org/bilateral/mapping#> . map:x a map:StatementMapping ."
    with pytest.raises(DataError, match=r"made-up\.ttl: the mapping .*mapping#x.* must have exactly one rdfs:label"):
        read_mappings(parse_text(text, Path("made-up.ttl")))


@pytest.mark.parametrize(
    ("time", "precision", "expected"),
    [
        ("1992-08-27T00:00:00Z", "11", "1992-08-27"),
        ("+2004-03-01T00:00:00Z", "10", "2004-03"),
        ("2007-01-01T00:00:00Z", "9", "2007"),
        ("1900-01-01T00:00:00Z", "7", None),
        ("-0100-01-01T00:00:00Z", "9", None),
        ("2004-00-00T00:00:00Z", "9", "2004"),
        ("2004-02-30T00:00:00Z", "11", None),
        ("nonsense", "11", None),
    ],
)
def test_a_date_of_wikidata_is_as_precise_as_it_says(time: str, precision: str, expected: str | None) -> None:
    """A day, a month or a year; nothing for a century, for years before Christ, and for what is no date."""
    span = span_of(time, precision)
    assert expected == (None if span is None else str(span))


@given(st.dates(), st.sampled_from(["9", "10", "11"]))
def test_a_date_lies_in_its_own_span(day: date, precision: str) -> None:
    """Whatever the precision; and spans meet in either order."""
    span = span_of(f"{day.isoformat()}T00:00:00Z", precision)
    assert span is not None
    own = Span(day, day)
    assert span.first <= day <= span.last
    assert (True, True) == (span.meets(own), own.meets(span))
