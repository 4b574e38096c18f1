"""The command, as people type it: what goes where, and with which exit code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

KG = [sys.executable, "-m", "kg"]


def kg(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """A run of the command in a process of its own."""
    return subprocess.run(
        [*KG, *arguments], input=stdin, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120, check=False
    )


def fails(run: subprocess.CompletedProcess[str], code: int, *parts: str) -> None:
    """One message on standard error, nothing on standard output, no traceback."""
    assert (code, "") == (run.returncode, run.stdout), run.stderr
    assert "Traceback" not in run.stderr
    for part in parts:
        assert part in run.stderr


def test_the_bare_command_tells_what_the_graph_knows() -> None:
    """Counts, and the stored queries one line each."""
    run = kg()
    assert 0 == run.returncode
    assert "facts from 48 sentences and 16 references" in run.stdout
    assert "state-visits" in run.stdout
    assert "" == run.stderr


def test_a_query_writes_csv_when_it_is_piped() -> None:
    """Label and IRI of each thing."""
    run = kg("query", "state-visits", "--visitor", "ilham aliyev")
    assert (0, "") == (run.returncode, run.stderr)
    lines = run.stdout.splitlines()
    assert 2 == len(lines)
    assert "Ilham Aliyev,https://w3id.org/bilateral/id/ilham-aliyev" in lines[1]
    assert "2004-03" in lines[1]


def test_a_parameter_may_be_joined_by_an_equals_sign() -> None:
    """--name=value is --name value."""
    assert kg("query", "state-visits", "--visitor", "Ilham Aliyev").stdout == kg("query", "state-visits", "--visitor=Ilham Aliyev").stdout


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "srj", "md", "table"])
def test_each_format_of_rows_is_written(format: str) -> None:
    """With something in it."""
    run = kg("query", "state-visits", "--format", format)
    assert (0, "") == (run.returncode, run.stderr)
    assert "2004-03" in run.stdout


def test_citations_come_with_each_format_that_people_read() -> None:
    """Sentence and references."""
    for format in ("csv", "md", "table"):
        assert "(s24) [6]" in kg("query", "honours", "--cite", "--format", format).stdout
    rows = json.loads(kg("query", "honours", "--cite", "--format", "json").stdout)
    assert any(citation["references"] for row in rows for citation in row["citations"])


def test_a_construct_is_written_as_turtle_or_as_asked() -> None:
    """Answers that are graphs have the graph formats."""
    states = ("--a", "Azerbaijan", "--b", "Kazakhstan")
    turtle = kg("query", "bilateral-summary", *states)
    assert (0, "") == (turtle.returncode, turtle.stderr)
    assert "dip:diplomaticRelationWith" in turtle.stdout
    assert "azkz:bilateral-instruments" in turtle.stdout
    assert "@context" in json.loads(kg("query", "bilateral-summary", *states, "--format", "jsonld").stdout)


def test_sparql_knows_the_prefixes_and_reads_files_and_standard_input(tmp_path: Path) -> None:
    """The same answer from an argument, a file and a pipe; a prefix that is declared stays as it is."""
    text = "SELECT ?x { ?x a dip:Embassy } ORDER BY ?x"
    path = tmp_path / "q.rq"
    path.write_text(text, encoding="utf-8")
    answers = {kg("sparql", text).stdout, kg("sparql", "-f", str(path)).stdout, kg("sparql", "-f", "-", stdin=text).stdout}
    assert 1 == len(answers)
    assert 3 == len(answers.pop().splitlines())
    assert "x\n" == kg("sparql", "PREFIX dip: <http://example.org/> SELECT ?x { ?x a dip:Embassy }").stdout


def test_standard_input_is_utf8_wherever_it_is_read() -> None:
    """As files are, whatever the locale; bytes that are none are told with their line."""
    text = 'ASK { FILTER("ə" = "\\u0259") }'.encode()
    for content, answer in ((text, (0, b"true\n")), (b"\xef\xbb\xbf" + text, (0, b"true\n")), (b"ASK {\n # \xff\n}", (2, b""))):
        environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
        run = subprocess.run([*KG, "sparql", "-f", "-"], input=content, capture_output=True, env=environment, timeout=120, check=False)
        assert answer == (run.returncode, run.stdout)
    assert b"kg: standard input:2: not UTF-8 (byte 0xff); save the file as UTF-8." == run.stderr.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere arguments are no bytes")
@pytest.mark.parametrize("arguments", [["describe", b"\xff"], ["explain", b"\xff", "a", "b"], ["query", "about-thing", "--thing", b"\xff"]])
def test_an_argument_that_is_not_utf8_is_told_in_one_line(arguments: list[str | bytes]) -> None:
    """With exit code 2, and without a traceback."""
    run = subprocess.run([*KG, *arguments], capture_output=True, timeout=120, check=False)
    assert (2, 1) == (run.returncode, len(run.stderr.splitlines()))
    assert b"has bytes that are not UTF-8 (line 1): '\\udcff'; write it in UTF-8." in run.stderr


@pytest.mark.parametrize(
    ("text", "answer", "code"), [("ASK { ?x a dip:Embassy }", "true\n", 0), ("ASK { ?x a dip:Nothing }", "false\n", 1)]
)
def test_the_no_of_an_ask_is_exit_1(text: str, answer: str, code: int) -> None:
    """For scripts."""
    run = kg("sparql", text)
    assert (answer, code) == (run.stdout, run.returncode)


RELATED = ("query", "has-diplomatic-relations", "--a", "Azerbaijan", "--b")


@pytest.mark.parametrize(
    ("format", "yes", "no"),
    [
        ("srj", '{"head":{},"boolean":true}\n', '{"head":{},"boolean":false}\n'),
        ("json", '{"boolean": true}\n', '{"boolean": false}\n'),
        ("csv", "true\n", "false\n"),
        ("tsv", "true\n", "false\n"),
        ("md", "true\n", "false\n"),
        ("table", "true\n", "false\n"),
    ],
)
def test_a_truth_value_is_written_in_each_format_of_rows(format: str, yes: str, no: str, tmp_path: Path) -> None:
    """As SPARQL 1.1 Query Results JSON has it, as JSON, or as a word; a no is exit 1 in each. The name of a file tells the format too."""
    run = kg(*RELATED, "Kazakhstan", "--format", format)
    assert (0, yes, "") == (run.returncode, run.stdout, run.stderr)
    run = kg(*RELATED, "Russia", "--format", format)
    assert (1, no) == (run.returncode, run.stdout)
    if format != "table":
        path = tmp_path / f"answer.{format}"
        assert 0 == kg(*RELATED, "Kazakhstan", "-o", str(path)).returncode
        assert yes == path.read_text(encoding="utf-8")


def test_a_truth_value_in_json_has_its_citations_if_asked() -> None:
    """The sentence of the lead; a no rests on none."""
    answer = json.loads(kg(*RELATED, "Kazakhstan", "--cite", "--format", "json").stdout)
    assert (True, ["s07"]) == (answer["boolean"], [citation["segment"].rsplit("/", 1)[-1] for citation in answer["citations"]])
    assert {"boolean": False, "citations": []} == json.loads(kg(*RELATED, "Russia", "--cite", "--format", "json").stdout)


def test_a_truth_value_is_refused_in_what_cannot_say_it() -> None:
    """A format of graphs, and sources in a format that is one word or has no place for them."""
    for more in (("--format", "turtle"), ("-o", "answer.ttl")):
        fails(kg(*RELATED, "Kazakhstan", *more), 2, "A yes or no cannot be written as 'turtle'. Known: csv, tsv, json, srj, md, table.")
    for format in ("csv", "tsv", "md", "srj"):
        fails(kg(*RELATED, "Kazakhstan", "--cite", "--format", format), 2, f"{format} has no place for the sources of a yes or no", "json")


@pytest.mark.parametrize("format", ["csv", "json", "md", "table"])
def test_an_answer_without_rows_is_said_to_be_one(format: str, tmp_path: Path) -> None:
    """Wherever it goes, on standard error; it is an answer, so that the exit code is 0."""
    for more in ((), ("-o", str(tmp_path / "rows"))):
        run = kg("sparql", "SELECT ?x { ?x a dip:Nothing }", "--format", format, *more)
        assert (0, "No rows.\n") == (run.returncode, run.stderr)
    run = kg("sparql", "CONSTRUCT WHERE { ?x a dip:Nothing }")
    assert (0, "No triples.\n") == (run.returncode, run.stderr)


def test_an_answer_without_rows_tells_what_was_asked_about() -> None:
    """The things with their classes, for another may have been meant; what is no thing is left out."""
    run = kg("query", "facts-in-section", "--section", "nagorno-karabakh war")
    assert "No rows. --section is Nagorno-Karabakh War (military conflict).\n" == run.stderr
    run = kg("query", "direct-relations", "--thing", "Astana", "--relation", "dip:twinnedWith")
    assert "No rows. --thing is Astana (city); --relation is twinned with.\n" == run.stderr
    assert "No rows.\n" == kg("query", "notes", "--code", "O99").stderr


def test_a_no_is_said_to_be_the_graphs() -> None:
    """The article may not speak of it."""
    for run in (kg(*RELATED, "Armenia"), kg("sparql", "ASK { ?x a dip:Nothing }")):
        assert (1, "kg: the graph does not say so, which is not to say that it is not so.\n") == (run.returncode, run.stderr)
    assert "" == kg(*RELATED, "Kazakhstan").stderr


def test_a_query_is_answered_page_by_page() -> None:
    """A limit and an offset go to the engine."""
    whole = kg("query", "timeline").stdout.splitlines()
    page = kg("query", "timeline", "--limit", "2", "--offset", "3", "--engine", "embedded")
    assert ([whole[0], *whole[4:6]], 0) == (page.stdout.splitlines(), page.returncode)


def test_show_prints_the_file_as_it_is() -> None:
    """So that it can be redirected into a new query; its use is told on standard error."""
    run = kg("show", "state-visits")
    assert (Path(__file__).parents[1] / "queries" / "state-visits.rq").read_text(encoding="utf-8") == run.stdout
    assert "Usage: kg query state-visits" in run.stderr


def test_describe_tells_statements_with_sentences() -> None:
    """In words and as JSON."""
    run = kg("describe", "Sumgayit")
    assert 0 == run.returncode
    assert "twinned with" in run.stdout
    assert "(s46)" in run.stdout
    assert "Sumgayit" == json.loads(kg("describe", "Sumgayit", "--format", "json").stdout)["thing"]["label"]


@pytest.mark.parametrize(
    ("arguments", "code", "parts"),
    [
        (("quary",), 2, ("'quary' is no command. Did you mean query?",)),
        (("query", "state-visit"), 2, ("'state-visit'. Did you mean state-visits",)),
        (("query", "timeline", "--limit", "-1"), 2, ("'--limit': -1 is not in the range x>=0",)),
        (("query", "has-diplomatic-relations", "--a", "aktau", "--b", "aktau", "--limit", "1"), 2, ("a limit and an offset are for rows",)),
        (("query", "wikidata-populations", "--limit", "1"), 2, ("are for queries that ask no other server",)),
        (("query", "state-visits", "--visitr", "x"), 2, ("no parameter --visitr. Did you mean --visitor?", "Usage: kg query state-visits")),
        (("query", "state-visits", "--visitor"), 2, ("--visitor needs a value",)),
        (("query", "state-visits", "Aliyev"), 2, ("'Aliyev' belongs to no parameter",)),
        (("query", "state-visits", "--visitor", "a", "--visitor", "b"), 2, ("--visitor is given twice",)),
        (("query", "about-thing"), 2, ("needs the parameter 'thing': ",)),
        (("query", "state-visits", "--since", "yesterday"), 2, ("'since' takes a date like 2004-03-31, not 'yesterday'",)),
        (("query", "state-visits", "--visitor", "Ilham Alyev"), 1, ("Did you mean Ilham Aliyev",)),
        (("query", "state-visits", "--format", "xlsx"), 2, ("No format is called 'xlsx'",)),
        (("query", "state-visits", "--format", "markdown"), 2, ("'markdown'. Known: turtle, jsonld,", " csv, tsv, json, srj, md, table.")),
        (("query", "state-visits", "--format", "ttl"), 2, ("Rows cannot be written as 'turtle'. Known: csv, tsv, json, srj, md, table.",)),
        (("query", "state-visits", "--engine", "jena"), 2, ("No engine is called 'jena'. Known: disk, embedded, rdflib, remote.",)),
        (("query", "state-visits", "--data", "/nonexistent"), 2, ("/nonexistent: there is no such folder",)),
        (("sparql", "SELECT ?x WHERE {\n ?x a }"), 2, ("line 2, column 8", "'?x a }'")),
        (("sparql", "SELECT ?x { ?x foo:a ?y }"), 2, ("uses the prefix foo: without declaring it",)),
        (("sparql", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"), 2, ("SERVICE", "--allow-service")),
        (("sparql", "SELECT * { " + "{" * 3000 + "}" * 3000 + " }"), 2, ("nests",)),
        (("sparql",), 2, ("Give the query as an argument",)),
        (("sparql", "-f", "/nonexistent.rq"), 2, ("/nonexistent.rq: cannot be read",)),
        (("describe", "Atlantis"), 1, ("Nothing in the graph is called 'Atlantis'",)),
        (("show", "nothing-like-it"), 2, ("No stored query is called 'nothing-like-it'",)),
        (("export", "--format", "docx"), 2, ("No format is called 'docx'. Known: csv, jsonld, nquads, ntriples, rdfxml, trig, turtle.",)),
        (("export", "--graph", "inferred"), 2, ("No graph is called 'inferred'. Known: asserted, closure, ontology, links, all.",)),
        (("export", "--graph", "all", "--graph", "inferred"), 2, ("No graph is called 'inferred'",)),
        (("export", "--format", "csv", "--graph", "closure"), 2, ("leave out --graph, or take another --format",)),
        (("export", "-o", ""), 2, ("the name of a file is empty: give one, or leave it out.",)),
        (("validate", ""), 2, ("the name of a file is empty",)),
        (("build", "--store", "unused", ""), 2, ("the name of a file is empty",)),
        (("export", "-o", "/nonexistent/a.ttl"), 2, ("/nonexistent/a.ttl: cannot be written",)),
        (("validate", "/nonexistent.ttl"), 2, ("/nonexistent.ttl: there is no such file or folder",)),
        (("--data", "x", "query", "treaties"), 2, ("x: there is no such folder",)),
        (("--data", "x", "show", "treaties"), 2, ("kg show takes no --data",)),
    ],
)
def test_a_mistake_gets_one_message_and_its_exit_code(arguments: tuple[str, ...], code: int, parts: tuple[str, ...]) -> None:
    """What is wrong, with which value, and what to do; nothing on standard output."""
    fails(kg(*arguments), code, *parts)


def test_names_of_two_things_are_refused(two_namesakes: Path) -> None:
    """The candidates are named."""
    fails(kg("describe", "Springfield", "--data", str(two_namesakes)), 2, "id:springfield-1", "id:springfield-2")


def test_broken_turtle_is_told_with_file_and_line(other_data: Path) -> None:
    """By a query as by validate."""
    path = other_data / "relations.ttl"
    path.write_text("@prefix id: <http://example.org/> .\nid:a id:b\n", encoding="utf-8")
    for arguments in (("query", "state-visits", "--data", str(other_data)), ("validate", str(path))):
        fails(kg(*arguments), 2, f"{path}:")


def test_data_that_do_not_conform_exit_1(other_data: Path) -> None:
    """By a query with the message on standard error, by validate with the report on standard output."""
    path = other_data / "relations.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", ""), encoding="utf-8")
    fails(kg("query", "state-visits", "--data", str(other_data)), 1, "do not conform", f"{path}:", "V09")
    run = kg("validate", "--data", str(other_data))
    assert (1, "") == (run.returncode, run.stderr)
    assert "does NOT conform: 1 violation" in run.stdout
    assert "V09" in run.stdout


def test_an_inconsistent_graph_exits_1(other_data: Path) -> None:
    """The culprits are named."""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write("\nid:yetive a dip:FormerPolity .\n")
    fails(kg("query", "state-visits", "--data", str(other_data)), 1, "contradict the ontology", "id:yetive")


def test_another_pair_of_states_is_asked_with_the_same_queries(other_data: Path) -> None:
    """--data points each command at other files."""
    run = kg("query", "state-visits", "--data", str(other_data))
    assert (0, "") == (run.returncode, run.stderr)
    assert "Yetive" in run.stdout
    assert "Graustark" in kg("describe", "Graustark", "--data", str(other_data)).stdout
    assert "conforms" in kg("validate", "--data", str(other_data)).stdout
    assert "1901-05" in kg("export", "--data", str(other_data)).stdout


def test_a_cache_that_cannot_be_written_is_a_warning_for_a_query_and_an_error_for_build(other_data: Path, tmp_path: Path) -> None:
    """The answer does not depend on it; the purpose of build does."""
    (tmp_path / "file").write_text("")
    folder = str(tmp_path / "file" / "cache")
    run = kg("query", "state-visits", "--data", str(other_data), KG_CACHE_DIR=folder)
    assert 0 == run.returncode
    assert "Yetive" in run.stdout
    assert run.stderr.startswith("kg: warning: the dataset is not cached")
    fails(kg("build", "--data", str(other_data), KG_CACHE_DIR=folder), 2, "KG_CACHE_DIR")


def test_a_closed_pipe_is_no_error() -> None:
    """kg … | head -1 prints one line and nothing else."""
    for command in ("query timeline", "export --format ntriples", "query notes --format json"):
        run = subprocess.run(
            ["bash", "-o", "pipefail", "-c", f"'{sys.executable}' -m kg {command} | head -1"], capture_output=True, text=True, check=False
        )
        assert (1, "") == (len(run.stdout.splitlines()), run.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_message() -> None:
    """Standard output that takes nothing."""
    run = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m kg query timeline > /dev/full"], capture_output=True, text=True, check=False
    )
    assert 2 == run.returncode
    assert "Traceback" not in run.stderr
    assert "No space left" in run.stderr


def test_an_output_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Its format is that of its extension; after an error the old file stands."""
    path = tmp_path / "visits.json"
    assert 0 == kg("query", "state-visits", "-o", str(path)).returncode
    assert 2 == len(json.loads(path.read_text(encoding="utf-8")))
    path.write_text("old", encoding="utf-8")
    fails(kg("query", "state-visits", "--format", "xlsx", "-o", str(path)), 2, "xlsx")
    assert ("old", [path]) == (path.read_text(encoding="utf-8"), list(tmp_path.iterdir()))


def test_a_narrow_terminal_gets_records() -> None:
    """Where columns would be too narrow to read."""
    run = kg("query", "state-visits", "--format", "table", COLUMNS="30")
    assert "1.\n" in run.stdout
    assert max(map(len, run.stdout.splitlines())) < 120


def test_the_engines_answer_alike() -> None:
    """--engine rdflib."""
    assert kg("query", "state-visits").stdout == kg("query", "state-visits", "--engine", "rdflib").stdout


def test_a_query_from_a_warm_cache_imports_nothing_heavy() -> None:
    """Neither rdflib nor pySHACL, owlrl, rich, nor SPARQLWrapper."""
    program = (
        "import sys; from kg.cli import cli\n"
        "try: cli(['query', 'state-visits'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'rdflib', 'pyshacl', 'owlrl', 'rich', 'SPARQLWrapper', 'pandas'} & set(sys.modules)), file=sys.stderr)"
    )
    kg("build")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "[]\n" == run.stderr


def test_the_version_is_told() -> None:
    """That of the package."""
    from kg import __version__

    assert f"kg, version {__version__}\n" == kg("--version").stdout


def test_data_are_utf_8_wherever_they_go() -> None:
    """Also where standard output says that it is something else; a dash is standard output."""
    plain = subprocess.run([*KG, "query", "opinions"], capture_output=True, check=True).stdout
    for arguments in (["query", "opinions"], ["query", "opinions", "-o", "-"]):
        run = subprocess.run([*KG, *arguments], capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"})
        assert plain == run.stdout
    assert "çəkilməlidir" in plain.decode()


def test_a_closed_standard_output_is_one_message() -> None:
    """Nothing to write to."""
    run = subprocess.run(["bash", "-c", f"'{sys.executable}' -m kg query timeline >&-"], capture_output=True, text=True, check=False)
    assert (2, "kg: standard output is closed.\n") == (run.returncode, run.stderr)


def test_links_are_a_table_with_the_coverage_of_each_class() -> None:
    """For people; of one class alone, if it is named."""
    run = kg("wikidata", "links", "--format", "table", "--class", "city", COLUMNS="120")
    assert (0, "") == (run.returncode, run.stderr)
    lines = run.stdout.splitlines()
    assert ["thing", "predicate", "item", "confidence", "justification", "comment"] == lines[0].split()
    assert any(line.startswith("Aktau") and "not exact match" in line and "Q622780 Aktau" in line for line in lines)
    assert ["city", "6", "6", "0", "2"] == next(line.split() for line in lines if line.startswith("city"))
    assert not [line for line in lines if line.startswith("Kazakhstan")]
    assert 120 >= max(map(len, lines))


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "md"])
def test_links_are_written_in_each_format(format: str) -> None:
    """CSV where it is piped."""
    run = kg("wikidata", "links", "--class", "state", "--format", format)
    assert (0, "") == (run.returncode, run.stderr)
    assert "Q227" in run.stdout
    if format == "csv":
        assert run.stdout == kg("wikidata", "links", "--class", "state").stdout
        assert 6 == len(run.stdout.splitlines())


def test_the_name_of_a_file_tells_the_format_of_links(tmp_path: Path) -> None:
    """JSON, with the item as IRI and number."""
    assert 0 == kg("wikidata", "links", "--class", "sea", "-o", str(tmp_path / "links.json")).returncode
    (link,) = json.loads((tmp_path / "links.json").read_text(encoding="utf-8"))
    assert {"iri": "http://www.wikidata.org/entity/Q5484", "label": "Q5484"} == link["item"]
    assert ("Caspian Sea", "exact match", 0.95) == (link["thing"]["label"], link["predicate"], link["confidence"])


def test_a_folder_without_links_is_said_to_be_one(other_data: Path) -> None:
    """No error: another relation need not have any."""
    run = kg("wikidata", "links", "--data", str(other_data))
    assert (0, "kg: no links.\n") == (run.returncode, run.stderr)


def test_a_class_that_is_none_is_told() -> None:
    """With the nearest name."""
    fails(kg("wikidata", "links", "--class", "citi"), 1, "Nothing in the graph is called 'citi'. Did you mean city")


def test_a_wrong_table_of_links_is_told_by_every_command(other_data: Path) -> None:
    """With file and line, exit 2; `kg validate` writes its report all the same."""
    path = other_data / "links.sssom.tsv"
    path.write_text("# curie_map: {}\n# license: x\n# mapping_set_id: x\nsubject\n", encoding="utf-8")
    for command in (("wikidata", "links"), ("describe", "Graustark")):
        fails(kg(*command, "--data", str(other_data)), 2, f"kg: {path}:4: 'subject' is no column of a table of links.")
    run = kg("validate", "--data", str(other_data))
    assert (2, True) == (run.returncode, "conforms" in run.stdout)
    assert f"{path}:4: 'subject'" in run.stderr


def test_the_links_are_exported_as_a_graph() -> None:
    """Of their own: matches, nothing else."""
    lines = kg("export", "--graph", "links", "--format", "nt").stdout.splitlines()
    assert "<https://w3id.org/bilateral/id/azerbaijan> <http://www.w3.org/2004/02/skos/core#exactMatch> " in "\n".join(lines)
    assert {True} == {"<http://www.wikidata.org/entity/Q" in line for line in lines}


OTHER_DATA = str(Path(__file__).parent / "graustark")


def test_the_folder_may_be_named_before_the_command_or_after_it() -> None:
    """Also before a command of commands."""
    for command in (("query", "state-visits"), ("describe", "Yetive"), ("wikidata", "links"), ()):
        before, after = kg("--data", OTHER_DATA, *command), kg(*command, "--data", OTHER_DATA)
        assert (after.returncode, after.stdout, after.stderr) == (before.returncode, before.stdout, before.stderr)
    assert "Yetive" in kg("--data", OTHER_DATA, "query", "state-visits").stdout


@pytest.mark.parametrize("width", [40, 60])
def test_explanations_accounts_and_reports_fit_a_narrow_terminal(width: int, other_data: Path) -> None:
    """No line is wider, but for a path with its line number, which stays whole; branches are drawn on."""
    path = other_data / "relations.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", ""), encoding="utf-8")
    explained = kg("explain", "Azerbaijan", "dip:diplomaticRelationWith", "Kazakhstan", COLUMNS=str(width)).stdout
    covered = kg("coverage", "--all", COLUMNS=str(width)).stdout
    reported = kg("validate", "--data", str(other_data), COLUMNS=str(width)).stdout
    for line in (*explained.splitlines(), *covered.splitlines(), *reported.splitlines()):
        assert len(line) <= width or line.strip().startswith(f"{path}:"), line
    assert "  │ " in explained
    assert " ".join("V09 a mission has exactly one seat, a city.".split()) in " ".join(reported.split())


def test_a_report_that_is_piped_has_a_line_for_each_result(other_data: Path) -> None:
    """As editors read it, unless COLUMNS says otherwise."""
    path = other_data / "relations.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", ""), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    run = subprocess.run(
        [*KG, "validate", "--data", str(other_data)], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    first, last = run.stdout.splitlines()
    assert first.startswith(f"{path}:")
    assert last.startswith("does NOT conform: 1 violation, ")


def test_coverage_names_the_facts_without_a_reference_if_asked() -> None:
    """By label and name, as many as it counts."""
    short, whole = kg("coverage").stdout, kg("coverage", "--all").stdout
    assert "--all names the facts that rest on no reference." in short
    _, _, listed = whole.partition("Facts that rest on no reference:\n")
    count = int(re.search(r"(\d+) of them rest on no reference", whole)[1])  # type: ignore[index]
    assert count == len(re.findall(r"\([\w-]+\)$", listed, re.MULTILINE))
    assert "Azerbaijan keeps an embassy in Astana (emb-az-kz)" in listed


def test_the_lists_of_commands_have_whole_sentences() -> None:
    """Where nobody says how wide the terminal is."""
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    for group in ((), ("wikidata",)):
        run = subprocess.run([*KG, *group, "--help"], capture_output=True, text=True, env=environment, timeout=120, check=True)
        listed = run.stdout.partition("Commands:\n")[2].splitlines()
        assert len(listed) >= 6
        assert [] == [line for line in listed if not line.endswith(".") or line.endswith("...") or not re.match("  [a-z]", line)]


def test_no_help_text_shows_the_marks_of_its_markup() -> None:
    """Such as a backspace that was to keep lines apart."""
    assert "\\b" not in kg("wikidata", "suggest", "--help").stdout


def test_several_proofs_start_with_the_first() -> None:
    """And an empty line only between two."""
    lines = kg("explain", "Azerbaijan", "has mission to", "Kazakhstan", "--all").stdout.splitlines()
    assert ("Proof 1, 2 steps", "", "Proof 2, 2 steps") == (lines[0], *lines[(second := lines.index("Proof 2, 2 steps")) - 1 : second + 1])


def test_the_list_of_questions_and_the_question_fit_a_narrow_terminal() -> None:
    """A name with its summary below it; options are not broken."""
    for arguments in ((), ("query", "treaties", "--format", "table")):
        lines = kg(*arguments, COLUMNS="40").stdout.splitlines()
        assert 40 >= max(map(len, lines))
    assert "  state-visits\n    " in kg(COLUMNS="40").stdout
    assert "[--visitor]" in kg(COLUMNS="40").stdout
    assert 100 >= max(map(len, kg(COLUMNS="100").stdout.splitlines()))


def test_one_is_no_plural(other_data: Path) -> None:
    """A line for each stored question where it is piped, and numbers in words that fit."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    dip:seat id:streslau ;\n", ""), encoding="utf-8")
    assert "does NOT conform: 1 violation, 0 warnings" in kg("validate", "--data", str(other_data)).stdout
    run = kg("sparql", "SELECT ?x { BIND('a' AS ?x) }", "--cite")
    assert "kg: no sentence was found for 1 of 1 row.\n" == run.stderr
