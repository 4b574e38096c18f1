"""A graph of the article's shape, of any size: made-up articles on pairs of made-up states, valid by the shapes, without contradictions.

`python benchmarks/generate.py --triples 1000000 -o DIR` writes DIR/relations-1.ttl, and prints the exact number of triples on stderr. The
same arguments give the same bytes. The states of the articles form one graph: each state stands in several articles, organisations, former
polities and subjects in all. `--errors K` plants mistakes, and lists them in DIR/errors.tsv; benchmarks/mistakes.py has their kinds.
"""

import argparse
import gzip
import io
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, NamedTuple

import texts
from mistakes import Planted, planted
from pairs import Block, World

PER_ARTICLE = 2790
"""About how many triples an article has."""

PREFIXES = {
    "bibo": "http://purl.org/ontology/bibo/",
    "dbo": "http://dbpedia.org/ontology/",
    "dcterms": "http://purl.org/dc/terms/",
    "dip": "https://w3id.org/bilateral/ontology#",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "id": "https://w3id.org/bilateral/id/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sdmxd": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmxm": "http://purl.org/linked-data/sdmx/2009/measure#",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def space_of(world: World, number: int) -> str:
    """The namespace of an article."""
    return f"{PREFIXES['id']}state-{'-state-'.join(map(str, world.pair(number)))}/"


# ---- one block in a format


def turtle(block: Block, expand: Callable[[str], str]) -> str:
    """A block as Turtle; all its prefixes are declared."""
    terms = [f"{predicate} {object_}" for predicate, object_ in block.terms]
    if block.place:
        start, end = block.place
        terms.append(f"oa:hasSelector [ a oa:TextPositionSelector ; oa:start {start} ; oa:end {end} ]")
    return f"{block.subject} " + " ;\n    ".join(terms) + " .\n\n"


def ntriples(block: Block, expand: Callable[[str], str]) -> str:
    """A block as N-Triples; its selector is called after it."""
    terms = block.terms
    subject = expand(block.subject)
    lines = [f"{subject} {expand(predicate)} {expand(object_)} .\n" for predicate, object_ in terms]
    if block.place:
        node = "_:" + block.subject.replace(":", "-")
        lines.append(f"{subject} {expand('oa:hasSelector')} {node} .\n{node} {expand('a')} {expand('oa:TextPositionSelector')} .\n")
        lines += [f"{node} {expand(p)} {expand(str(at))} .\n" for p, at in zip(("oa:start", "oa:end"), block.place, strict=True)]
    return "".join(lines)


class _Format(NamedTuple):
    suffix: str
    write: Callable[[Block, Callable[[str], str]], str]
    prefixed: bool


FORMATS = {"turtle": _Format(".ttl", turtle, True), "ntriples": _Format(".nt", ntriples, False)}


def expander(world: World, number: int) -> Callable[[str], str]:
    """Writes a Turtle term of an article as N-Triples have it."""
    spaces = {**PREFIXES, f"a{number}": space_of(world, number)}
    known = {"a": f"<{PREFIXES['rdf']}type>"}

    def expand(term: str) -> str:
        found = known.get(term)
        if found is None:
            found = known[term] = _expanded(term, spaces)
        return found

    return expand


def _expanded(term: str, spaces: dict[str, str]) -> str:
    if term[0] == "<" or term.endswith('"') or '"@' in term:
        return term
    if term[0] == '"':
        text, _, datatype = term.partition("^^")
        return f"{text}^^{_expanded(datatype, spaces)}"
    if term[0].isdigit():
        return f'"{term}"^^<{spaces["xsd"]}integer>'
    prefix, _, local = term.partition(":")
    return f"<{spaces[prefix]}{local}>"


# ---- the whole


def world_of(triples: int, states: int | None = None, members: int = 0, seed: int = 0) -> World:
    """As many articles as make about `triples`; of the pairs of states about two in three have one, unless `states` says how many."""
    articles = max(1, round(triples / PER_ARTICLE))
    found = states or 3
    while states is None and found * (found - 1) // 2 < 1.5 * articles and found + 2 <= articles + 1:
        found += 2
    if states is None and articles == 1:
        found = 2
    if not 2 <= found <= articles + 1 or articles > max(1, found * ((found - 1) // 2)):
        raise SystemExit(f"{articles} articles need {_least(articles)} to {articles + 1} states, not {found}.")
    return World(articles, found, max(6, found // 3), members, seed)


def _least(articles: int) -> int:
    """The fewest states that have so many pairs."""
    return next(n for n in range(2, articles + 2) if articles <= max(1, n * ((n - 1) // 2)))


class Written(NamedTuple):
    """What was written: the files, how many triples they have, and the mistakes in them."""

    files: tuple[Path, ...]
    triples: int
    planted: tuple[Planted, ...]


def pieces(world: World, number: int, format: _Format, mistakes: Iterable[Planted] = ()) -> Iterator[tuple[str, int]]:
    """The text of an article, block by block, each with the number of its triples."""
    expand = expander(world, number)
    if format.prefixed:
        yield f"@prefix a{number}: <{space_of(world, number)}> .\n\n", 0
    for block in (*texts.blocks(world, number), *(block for mistake in mistakes for block in mistake.blocks)):
        yield format.write(block, expand), len(block.terms) + (4 if block.place else 0)


def generate(folder: Path, world: World, *, format: str = "turtle", files: int = 1, zipped: bool = False, errors: int = 0) -> Written:
    """What was written into `folder`, an article after the other, in constant memory; in place of what had been written before."""
    kind = FORMATS[format]
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("relations-[0-9]*.*"), folder / "errors.tsv"):
        old.unlink(missing_ok=True)
    paths = [folder / f"relations-{n}{kind.suffix}{'.gz' if zipped else ''}" for n in range(1, min(files, world.articles) + 1)]
    count = 0
    found: list[Planted] = []
    for n, path in enumerate(paths):
        with ExitStack() as stack:
            file = stack.enter_context(_open(path, stack))
            if kind.prefixed:
                file.write("# Made-up data about made-up states: benchmarks/generate.py wrote it.\n\n")
                file.write("".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in PREFIXES.items()) + "\n")
            for number in range(n * world.articles // len(paths), (n + 1) * world.articles // len(paths)):
                mistakes = planted(world, number, errors)
                found += mistakes
                for text, triples in pieces(world, number, kind, mistakes):
                    file.write(text)
                    count += triples
    if errors:
        lines = [f"{mistake.kind}\t{mistake.shape}\t{mistake.focus}\n" for mistake in found]
        (folder / "errors.tsv").write_text("kind\tshape\tfocus\n" + "".join(lines), encoding="utf-8")
    return Written(tuple(paths), count, tuple(found))


def _open(path: Path, stack: ExitStack) -> IO[str]:
    """`path` for writing, packed if its name says so, without the time of day."""
    raw = stack.enter_context(path.open("wb"))
    if path.suffix != ".gz":
        return io.TextIOWrapper(raw, encoding="utf-8", newline="\n")
    packed = stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6))
    return io.TextIOWrapper(packed, encoding="utf-8", newline="\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--triples", type=int, default=10_000, help="about how many triples (default 10000)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the files")
    parser.add_argument("--format", choices=tuple(FORMATS), default="turtle")
    parser.add_argument("--files", type=int, default=1, help="over how many files to spread the articles")
    parser.add_argument("--gzip", action="store_true", help="pack the files")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other data")
    parser.add_argument("--states", type=int, help="how many states share the articles")
    parser.add_argument("--members", type=int, default=0, help="how many states at least the first organisation has as members")
    parser.add_argument("--errors", type=int, default=0, help="how many mistakes to plant; DIR/errors.tsv lists them")
    options = parser.parse_args()
    world = world_of(options.triples, options.states, options.members, options.seed)
    start = time.perf_counter()
    done = generate(options.output, world, format=options.format, files=options.files, zipped=options.gzip, errors=options.errors)
    seconds = time.perf_counter() - start
    mistakes = f", {len(done.planted)} mistakes (errors.tsv)" if options.errors else ""
    print(
        f"{done.triples} triples, {world.articles} articles, {world.states} states, {len(done.files)} files, {seconds:.1f} s{mistakes}",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
