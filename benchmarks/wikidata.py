"""A comparison of the whole article with a Wikidata-like server on loopback, beside its requests alone.

`python benchmarks/wikidata.py` starts the server of the tests with their snapshot, and prints the medians of runs that took turns: the
questions sent and their answers read by `http.client`; the same by `Endpoint`, which checks that they are whole; and the comparison by a
graph that is open, with no kept answer. The first comparison of a graph, told apart, also reads the mappings and asks the graph what it has
to compare.
"""

import argparse
import http.client
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from compare import alternating

from kg import KnowledgeGraph
from kg.endpoint import Endpoint
from kg.wikidata.client import Client

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import servers  # noqa: E402 - it is found in the folder of the tests


def bare(url: str, questions: list[str]) -> Callable[[], None]:
    """What sends `questions` and reads the answers, no more."""
    parts = urlsplit(url)
    headers = {"Accept": "application/sparql-results+json", "Content-Type": "application/x-www-form-urlencoded"}
    bodies = [urlencode({"query": question}) for question in questions]

    def send() -> None:
        for body in bodies:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
            connection.request("POST", parts.path, body, headers)
            connection.getresponse().read()
            connection.close()

    return send


def measured(runs: int) -> tuple[int, list[float]]:
    """How many requests a comparison makes, and the median seconds of them bare, of them checked, of the comparison, and of a first one."""
    graph = KnowledgeGraph.open()
    with tempfile.TemporaryDirectory() as folder, servers.oxigraph_server(ROOT / "tests" / "wikidata" / "snapshot.ttl") as base:
        url = f"{base}/query"
        os.environ["KG_CACHE_DIR"] = folder

        def compare(graph: KnowledgeGraph = graph) -> None:
            for answer in Path(folder).glob("answer-*"):
                answer.unlink()
            graph.compare(Client(Endpoint(url)))

        others = iter([KnowledgeGraph.open() for _ in range(runs + 1)])

        def first() -> None:
            compare(next(others))

        with servers.misbehaving_proxy(url) as proxy:
            graph.compare(Client(Endpoint(proxy.url)))
            questions = [seen.query for seen in proxy.seen]

        def checked() -> None:
            for question in questions:
                Endpoint(url).fetch(question)

        return len(questions), alternating(runs, bare(url, questions), checked, compare, first)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    requests, (alone, checked, whole, first) = measured(parser.parse_args().runs)
    milliseconds = [f"{seconds * 1000:.1f} ms" for seconds in (alone, checked, whole, first)]
    print(f"{requests} requests, bare: {milliseconds[0]}; checked: {milliseconds[1]}")
    print(f"comparison: {milliseconds[2]}, {whole / checked:.2f} times the checked requests, {whole / alone:.2f} times the bare ones")
    print(f"the first: {milliseconds[3]}, {first / checked:.2f} times the checked requests, {first / alone:.2f} times the bare ones")


if __name__ == "__main__":
    main()
