"""SPARQL text before any engine sees it: its tokens, what is refused, and how values take the place of parameters."""

from kg.sparql.guarding import DEEPEST_NESTING, MOST_BYTES, MOST_TOKENS, guard, refuse_hidden, refuse_oversized, syntax_message
from kg.sparql.reading import UPDATES, Token, closing, form_of, iri_of, line_of, names_graphs, projected, prologue, tokens, variables
from kg.sparql.rewriting import Parameter, as_select, bind, declared, page_of, parameters

__all__ = [
    "DEEPEST_NESTING",
    "MOST_BYTES",
    "MOST_TOKENS",
    "UPDATES",
    "Parameter",
    "Token",
    "as_select",
    "bind",
    "closing",
    "declared",
    "form_of",
    "guard",
    "iri_of",
    "line_of",
    "names_graphs",
    "page_of",
    "parameters",
    "projected",
    "prologue",
    "refuse_hidden",
    "refuse_oversized",
    "syntax_message",
    "tokens",
    "variables",
]
