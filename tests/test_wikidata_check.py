"""Whether the links still stand, over a real server that holds a snapshot in Wikidata's own RDF model."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from servers import Proxy
from test_wikidata_client import client

from kg import KnowledgeGraph, paths
from kg.links import Link, read_links
from kg.load import parse
from kg.namespaces import ID, WIKIDATA
from kg.wikidata.check import LinkCheck, check_links
from kg.wikidata.mapping import read_mappings

SHIPPED = paths.DATA / "wikidata.sssom.tsv"
LINKS = {link.subject.removeprefix(ID): link for link in read_links(SHIPPED).links if link.is_match}


def checked(graph: KnowledgeGraph, proxy: Proxy, *links: Link) -> LinkCheck:
    """What is found of `links`."""
    return check_links(graph.engine, links, client(proxy), read_mappings(parse(paths.MAPPINGS)))


def linked(name: str, number: str, item_label: str | None = None) -> Link:
    """The line of a thing with another item, and another label of it if one is given."""
    link = LINKS[name]._replace(item=WIKIDATA + number)
    return link if item_label is None else link._replace(item_label=item_label)


def found(check: LinkCheck) -> list[tuple[str, str]]:
    """The kinds and messages."""
    return [(one.kind, one.message) for one in check.findings]


def test_all_links_are_checked_in_two_requests(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """At most four are allowed for eighty."""
    asking = client(proxy)
    check = graph.check_links(asking)
    matches = {link.subject for link in graph.links() if link.is_match}
    assert (2, 47) == (asking.requests, check.links)
    assert matches == {one.link.subject for one in check.findings}


def test_eighty_links_are_checked_in_two_requests(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """The things may be many, the questions are not."""
    asking = client(proxy)
    links = [linked("astana", f"Q{number}") for number in (1520, *range(1, 80))]
    check_links(graph.engine, links, asking, read_mappings(parse(paths.MAPPINGS)))
    assert asking.requests == 2


def test_a_good_link_is_right(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Label, class and presence as they were."""
    assert [("right", "")] == found(checked(graph, proxy, LINKS["astana"]))


def test_a_deleted_item_is_a_problem(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Though a statement still refers to it."""
    check = checked(graph, proxy, linked("astana", "Q9900000002"))
    assert [("gone", "Wikidata has no such item, or no longer; link another, or write sssom:NoTermFound.")] == found(check)
    assert f"{SHIPPED}:{LINKS['astana'].line}: Astana (Q9900000002): Wikidata has" in str(check.problems[0])


def test_a_redirect_is_told_with_its_target(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """And nothing else of it, since it has no name of its own."""
    mend = "redirects to Q1520, which took its place; review that and write wd:Q1520 as object_id."
    assert [("redirect", mend)] == found(checked(graph, proxy, linked("astana", "Q9900000001")))


def test_a_region_that_is_a_city_is_a_misfit(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """The snapshot has Cambul's region as a city; both are places, but that is not enough."""
    (problem,) = checked(graph, proxy, LINKS["cambul-province"]).problems
    assert "misfit" == problem.kind
    assert problem.message == (
        "is a city (Q515), ours a schema:AdministrativeArea; "
        "make it a Not, or map schema:AdministrativeArea to that class in the class mappings."
    )


def test_a_class_that_is_not_mapped_is_no_problem(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """It is told: nothing says what the item is."""
    check = checked(graph, proxy, LINKS["president-of-kazakhstan"])
    assert ([("unconfirmed", "is of no class that is mapped, ours a dip:HeadOfStateOffice.")], ()) == (found(check), check.problems)


def test_a_class_below_that_of_the_thing_fits(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """UNESCO is an organisation here and an international one there: every international organisation is one."""
    assert [("right", "")] == found(checked(graph, proxy, LINKS["unesco"]))


def test_a_former_state_may_be_a_state_there(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Wikidata has the Soviet Union as a sovereign state."""
    assert [("right", "")] == found(checked(graph, proxy, LINKS["soviet-union"]))


def test_an_alias_is_a_name(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """The label is another than ours, an alias is ours, without regard to case: only the drift since the review is told."""
    (note,) = checked(graph, proxy, linked("cis", "Q596850", item_label="turkic council")).of("drift")
    assert note.message == (
        'its label was "turkic council" on 2026-11-25, now it is "Organization of Turkic States"; write that as object_label.'
    )
    check = checked(graph, proxy, linked("turkic-council", "Q596850", item_label="Turkic Council"))
    assert ["drift"] == [one.kind for one in check.findings]
    assert () == check.problems


def test_another_name_is_a_problem(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Neither what we call it nor what it was called when it was reviewed."""
    (problem,) = checked(graph, proxy, linked("baku", "Q649")).problems
    assert ("name", True) == (problem.kind, problem.message.startswith('is called "Moscow", not "'))
    assert '"Baku"' in problem.message


def test_the_reviewed_name_is_told_and_no_problem(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """The reviewer saw that Wikidata has another name for the university."""
    check = checked(graph, proxy, LINKS["kazakh-national-university"])
    told = 'is called "Al-Farabi Kazakh National University", as when it was reviewed, and nothing that we call it.'
    assert ([("reviewed", told)], ()) == (found(check), check.problems)


def test_an_embassy_without_a_reviewed_name_is_no_problem(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Its line has no object_label, and our label is a sentence."""
    check = checked(graph, proxy, LINKS["azerbaijan-kazakhstan/emb-az-kz"])
    assert [("nameless", 'is called "Embassy of Azerbaijan, Astana", the line has no object_label.')] == found(check)
    assert () == check.problems


def test_rejected_and_unfound_ones_are_not_asked_for(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Only matches are checked; without one nothing is asked."""
    asking = client(proxy)
    links = [link for link in graph.links() if not link.is_match]
    check = check_links(graph.engine, links, asking, read_mappings(parse(paths.MAPPINGS)))
    assert (0, (), 0) == (check.links, check.findings, asking.requests)


def test_csv_and_json_say_the_same(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """A line, which ends in LF, and an entry for each finding, problems first."""
    check = checked(graph, proxy, LINKS["astana"], linked("baku", "Q9900000002"))
    document = json.loads(check.to_json())
    lines = list(csv.DictReader(check.to_csv().splitlines()))
    assert [("gone", True, "Baku"), ("right", False, "Astana")] == [(e["kind"], e["problem"], e["label"]) for e in document["findings"]]
    assert [{**entry, "problem": str(entry["problem"]).lower()} for entry in document["findings"]] == lines
    assert "\r" not in check.to_csv()
    assert (2, 1, 1) == (document["links"], document["counts"]["gone"], document["counts"]["right"])


@pytest.mark.parametrize(
    ("number", "code", "sum"),
    [("Q9900000001", 1, "1 link checked, 1 problem. redirect: 1."), ("Q1520", 0, "1 link checked, 0 problems. right: 1.")],
)
def test_the_command_exits_1_for_a_problem(upstream: str, tmp_path: Path, number: str, code: int, sum: str) -> None:
    """Else 0; the sum is told in both cases."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "relations.ttl").write_bytes((paths.DATA / "relations.ttl").read_bytes())
    table = read_links(SHIPPED)
    (folder / SHIPPED.name).write_text(table.head + LINKS["astana"].text.replace("Q1520", number), encoding="utf-8")
    command = [sys.executable, "-m", "kg", "wikidata", "check", "--data", str(folder), "--endpoint", upstream]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (code, sum, "") == (run.returncode, run.stdout.splitlines()[-1], run.stderr.partition("kg: ")[2])
