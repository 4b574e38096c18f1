"""SPARQL text before any engine sees it: its tokens, what is refused, and how values take the place of parameters.

The token expressions follow the terminals of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar), as far as needed to tell
strings, IRIs, comments, names and variables apart.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kg.errors import ParameterError, QuerySyntaxError, RefusedQuery, nearest
from kg.namespaces import ASSERTED_GRAPH

MOST_BYTES = 64 * 1024
MOST_TOKENS = 3_000
DEEPEST_NESTING = 100
"""pyoxigraph 0.5 ends the process on some 2,250 nested braces or 7,000 summands, so all are checked before it parses."""

UPDATES = frozenset("INSERT DELETE WITH LOAD CLEAR CREATE DROP COPY MOVE ADD".split())
"""The words that the forms of an update begin with."""
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}) | UPDATES

_OWN_GRAPHS = "<" + ASSERTED_GRAPH.rsplit("/", 1)[0] + "/"

_TOKEN = re.compile(
    r"""
      (?P<space>   \s+ )
    | (?P<comment> \#[^\r\n]* )
    | (?P<iri>     <[^<>"{}|^`\\\x00-\x20]*> )
    | (?P<string>  \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
                 | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' )
    | (?P<variable>[?$]\w+ )
    | (?P<name>    (?:[^\W\d_][\w.\-]*)?:(?:[\w:%\-]|\\.|\.(?=[\w:%\-]))* | _:[\w.\-]+ )
    | (?P<number>  (?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<word>    @?[^\W\d_][\w\-]* )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A token, the place where it starts, and the depth of brackets around it."""

    kind: str
    text: str
    start: int
    depth: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text` in order, without white space and comments; an opening bracket has the depth outside it.

    >>> [(t.kind, t.text) for t in tokens("?s <p> '?x' # ?y")]
    [('variable', '?s'), ('iri', '<p>'), ('string', "'?x'")]
    """
    depth = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind in ("space", "comment"):
            continue
        found = match[0]
        if kind == "other" and found in "})]":
            depth -= 1
        yield Token(kind, found, match.start(), depth)
        if kind == "other" and found in "{([":
            depth += 1


def form_of(text: str) -> str:
    r"""The form of a query (SELECT, ASK, CONSTRUCT, DESCRIBE) or of an update (INSERT, LOAD …); empty if `text` has none.

    >>> form_of("# ASK a friend\nPREFIX select: <http://example.org/load> CONSTRUCT WHERE { ?s select:it ?o }")
    'CONSTRUCT'
    """
    return next((token.text.upper() for token in tokens(text) if token.kind == "word" and token.text.upper() in _FORMS), "")


def declared(text: str, prefixes: Mapping[str, str]) -> str:
    """`text` with a PREFIX, on its first line, for each of `prefixes` that it uses and does not declare.

    Raises `QuerySyntaxError` for one that is neither declared nor among `prefixes`.

    >>> declared("ASK { wd:Q227 ?p ?o }", {"wd": "http://www.wikidata.org/entity/", "p": "http://www.wikidata.org/prop/"})
    'PREFIX wd: <http://www.wikidata.org/entity/> ASK { wd:Q227 ?p ?o }'
    """
    used: set[str] = set()
    known: set[str] = set()
    previous = ""
    for token in tokens(text):
        if token.kind == "name" and not token.text.startswith("_:"):
            (known if previous == "PREFIX" else used).add(token.text.partition(":")[0])
        previous = token.text.upper()
    missing = sorted(used - known)
    for prefix in missing:
        if prefix not in prefixes:
            raise QuerySyntaxError(f"The query uses the prefix {prefix}: without declaring it.{nearest(prefix, prefixes)}")
    return "".join(f"PREFIX {prefix}: <{prefixes[prefix]}> " for prefix in missing) + text


def as_select(text: str) -> str:
    """The ASK query `text` as the SELECT of all variables of its pattern. Raises `QuerySyntaxError` if it is none.

    >>> as_select("PREFIX ask: <x:> ASK { ?s ask:it ?o }")
    'PREFIX ask: <x:> SELECT * { ?s ask:it ?o }'
    """
    ask = next((token for token in tokens(text) if token.kind == "word" and token.text.upper() == "ASK"), None)
    if ask is None or form_of(text) != "ASK":
        raise QuerySyntaxError("The query is no ASK.")
    return f"{text[: ask.start]}SELECT *{text[ask.start + len(ask.text) :]}"


def page_of(text: str, limit: object, offset: object) -> str:
    r"""The SELECT `text` for at most `limit` of its rows, those after the first `offset`.

    Raises `ParameterError` unless each is None or a whole number from 0, and the text a SELECT; `QuerySyntaxError` if it has a LIMIT, an
    OFFSET or a VALUES clause behind its pattern.

    >>> page_of("SELECT ?s { ?s ?p ?o } ORDER BY ?s # LIMIT", 10, None)
    'SELECT ?s { ?s ?p ?o } ORDER BY ?s # LIMIT\nLIMIT 10'
    """
    if limit is None and offset is None:
        return text
    form = form_of(text)
    if form != "SELECT":
        raise ParameterError(f"The query is {form or 'no query'}: a limit and an offset are for rows.")
    own = {token.text.upper() for token in tokens(text) if token.depth == 0 and token.kind == "word"} & {"LIMIT", "OFFSET", "VALUES"}
    if own:
        raise QuerySyntaxError(f"The query has {' and '.join(sorted(own))} of its own.")
    wanted = {"LIMIT": limit, "OFFSET": offset}
    for word, number in wanted.items():
        if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 0):
            raise ParameterError(f"The {word.lower()} is a whole number from 0, not {number!r}.")
    return "\n".join([text, *(f"{word} {number:d}" for word, number in wanted.items() if number is not None)])


def guard(text: str, *, reach_out: bool = False) -> None:
    """Refuse what no engine should be given: oversized or overnested text, updates, and, unless `reach_out`, SERVICE and foreign FROM.

    Raises `RefusedQuery`, or `QuerySyntaxError` for a text without a query.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise QuerySyntaxError(f"The query is not SPARQL: it has bytes that are not UTF-8 (line {line_of(text, error.start)}).") from error
    if size > MOST_BYTES:
        raise RefusedQuery(f"The query has {size:,} bytes; at most {MOST_BYTES:,} are accepted.")
    form = form_of(text)
    if form in UPDATES:
        raise RefusedQuery(f"{form} would change the graph; only SELECT, ASK, CONSTRUCT and DESCRIBE are answered.")
    if not form:
        raise QuerySyntaxError("The query is not SPARQL: it holds no SELECT, ASK, CONSTRUCT or DESCRIBE.")
    previous = ""
    for number, token in enumerate(tokens(text)):
        if number == MOST_TOKENS:
            raise RefusedQuery(f"The query has more than {MOST_TOKENS:,} words and signs.")
        _refuse_tricks(text, token)
        if not reach_out:
            _refuse_reaching_out(text, token, previous)
        previous = token.text.upper() if token.kind == "word" else ""


def _refuse_tricks(text: str, token: Token) -> None:
    """Raise `RefusedQuery` if `token` is nested too deeply, or an escape that would hide a keyword."""
    if token.text == "\\":
        raise RefusedQuery(f"The query has a backslash outside strings and names (line {line_of(text, token.start)}).")
    if token.depth > DEEPEST_NESTING or (token.kind == "iri" and token.text.count("(") > DEEPEST_NESTING):
        raise RefusedQuery(f"The query nests its brackets deeper than {DEEPEST_NESTING} levels (line {line_of(text, token.start)}).")


def _refuse_reaching_out(text: str, token: Token, previous: str) -> None:
    """Raise `RefusedQuery` if `token`, after the keyword `previous`, would make an engine fetch something."""
    if token.kind == "word" and token.text.upper() == "SERVICE":
        raise RefusedQuery(
            f"SERVICE (line {line_of(text, token.start)}) would fetch from elsewhere; it is refused unless --allow-service is given."
        )
    if previous in ("FROM", "NAMED") and token.kind != "word" and not token.text.startswith(_OWN_GRAPHS):
        raise RefusedQuery(f"FROM {token.text} (line {line_of(text, token.start)}): only the graphs of this dataset can be named.")


def line_of(text: str, position: int) -> int:
    r"""The number, from 1, of the line that `position` is in; lines end in LF, CR LF or CR.

    >>> [line_of("a\r\nb\rc\nd", position) for position in (0, 3, 5, 7)]
    [1, 2, 3, 4]
    """
    ends = text.count("\n", 0, position) + text.count("\r", 0, position) - text.count("\r\n", 0, position)
    return ends + 1


_PARAMETER = re.compile(r"[?$](_{1,2})([^\W_]+)(?:_([^\W_]+(?:_[^\W_]+)*))?")


class Parameter(NamedTuple):
    """A parameter by the BASIL naming convention: `?_name_type` is required, `?__name_type` is optional."""

    variable: str
    name: str
    type: str
    required: bool
    line: int


def parameters(text: str) -> dict[str, Parameter]:
    """The parameters of `text` by name, in order of appearance. Raises `QuerySyntaxError` if one name has two spellings."""
    found: dict[str, Parameter] = {}
    for token in tokens(text):
        match = _PARAMETER.fullmatch(token.text) if token.kind == "variable" else None
        if not match:
            continue
        variable = token.text[1:]
        parameter = Parameter(variable, match[2], match[3] or "string", match[1] == "_", line_of(text, token.start))
        first = found.setdefault(parameter.name, parameter)
        if first.variable != variable:
            raise QuerySyntaxError(
                f"line {parameter.line}: parameter {parameter.name} is written ?{variable} here and ?{first.variable} in line {first.line}."
            )
    return found


def bind(text: str, terms: Mapping[str, str]) -> str:
    """`text` with each variable of `terms` (named without `?`) replaced by that term's text, and `BOUND(?it)` by `true`.

    `!BOUND(?it) ||` is left out: a filter that is a comparison alone can be looked up, and Virtuoso 7 tells an IRI from a text by it.

    >>> bind("FILTER(!BOUND(?__a_iri) || ?b = ?__a_iri) # ?__a_iri", {"__a_iri": "<x>"})
    'FILTER( ?b = <x>) # ?__a_iri'
    """
    edits: list[tuple[int, int, str]] = []
    last: list[Token] = []
    for token in tokens(text):
        if token.kind == "variable" and token.text[1:] in terms:
            edits.append((token.start, token.start + len(token.text), terms[token.text[1:]]))
        last = [*last[-6:], token]
        if _is_bound_call(last[-4:], terms):
            edits[-1] = (last[-4].start, token.start + 1, "true")
        elif [last[0].text, *(sign.text for sign in last[5:])] == ["!", "|", "|"] and _is_bound_call(last[1:5], terms):
            edits[-1] = (last[0].start, token.start + 1, "")
    pieces, position = [], 0
    for start, end, replacement in edits:
        pieces += [text[position:start], replacement]
        position = end
    return "".join([*pieces, text[position:]])


def _is_bound_call(last: list[Token], terms: Mapping[str, str]) -> bool:
    """Whether the four tokens `last` are `BOUND(?variable)` of a variable in `terms`."""
    texts = [token.text for token in last]
    return len(texts) == 4 and texts[0].upper() == "BOUND" and texts[1] == "(" and texts[2][1:] in terms and texts[3] == ")"
