"""SPARQL text written anew: prefixes declared, values in the place of parameters, an ASK as a SELECT, a page of rows."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kg.errors import ParameterError, QuerySyntaxError, nearest
from kg.sparql.reading import Token, form_of, line_of, tokens


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

    `!BOUND(?it) ||` at the beginning of a FILTER is left out: a filter that is a comparison alone can be looked up, and Virtuoso 7 tells an
    IRI from a text by it.

    >>> bind("FILTER(!BOUND(?__a_iri) || ?b = ?__a_iri) # ?__a_iri", {"__a_iri": "<x>"})
    'FILTER( ?b = <x>) # ?__a_iri'
    """
    found = list(tokens(text))
    pieces, position, place = [], 0, 0
    while place < len(found):
        length, replacement = _bound(found, place, terms)
        if length:
            last = found[place + length - 1]
            pieces += [text[position : found[place].start], replacement]
            position = last.start + len(last.text)
        place += length or 1
    return "".join([*pieces, text[position:]])


_CALL = 4
"""The tokens of `BOUND(?it)`."""


def _bound(found: Sequence[Token], place: int, terms: Mapping[str, str]) -> tuple[int, str]:
    """How many tokens at `place` speak of a variable of `terms`, and what takes their place."""
    if found[place].text == "!" and _is_bound_call(found[place + 1 : place + 1 + _CALL], terms):
        before = [token.text.upper() for token in found[max(place - 2, 0) : place]]
        after = [token.text for token in found[place + 1 + _CALL : place + 3 + _CALL]]
        if (before, after) == (["FILTER", "("], ["|", "|"]):
            return 3 + _CALL, ""
    if _is_bound_call(found[place : place + _CALL], terms):
        return _CALL, "true"
    name = found[place].text[1:] if found[place].kind == "variable" else ""
    return (1, terms[name]) if name in terms else (0, "")


def _is_bound_call(some: Sequence[Token], terms: Mapping[str, str]) -> bool:
    """Whether the tokens `some` are `BOUND(?variable)` of a variable in `terms`."""
    texts = [token.text for token in some]
    return len(texts) == _CALL and texts[0].upper() == "BOUND" and texts[1] == "(" and texts[2][1:] in terms and texts[3] == ")"
