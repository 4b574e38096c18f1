"""The cells of a table of links: for each column the field of a link, the value of a text, and the text of a value."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from kg.errors import LinkError, nearest
from kg.namespaces import OWL, SEMAPV, SKOS, SSSOM, WIKIDATA

EXACT, CLOSE = SKOS + "exactMatch", SKOS + "closeMatch"
NO_TERM_FOUND = SSSOM + "NoTermFound"

_JUSTIFICATIONS = frozenset(
    SEMAPV + name
    for name in (
        "BackgroundKnowledgeBasedMatching CompositeMatching InstanceBasedMatching LexicalMatching LexicalSimilarityThresholdMatching "
        "LogicalReasoning ManualMappingCuration MappingChaining MappingInversion MappingReview SemanticSimilarityThresholdMatching "
        "StructuralMatching UnspecifiedMatching"
    ).split()
)


def _iri(text: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = text.partition(":")
    if not colon or not local or re.search(r'[\s<>"{}|\\^`]', local):
        raise ValueError("is no CURIE; write prefix:name")
    if prefix not in prefixes:
        raise ValueError(f"the curie_map has no prefix {prefix!r}; add it there.{nearest(prefix, prefixes)}")
    return prefixes[prefix] + local


def _curie(iri: str, prefixes: Mapping[str, str]) -> str:
    fits = [(len(space), prefix) for prefix, space in prefixes.items() if iri.startswith(space) and len(iri) > len(space)]
    if not fits:
        raise LinkError([f"No prefix of the curie_map fits {iri}; add one."])
    length, prefix = max(fits)
    return f"{prefix}:{iri[length:]}"


def _predicate(text: str, prefixes: Mapping[str, str]) -> str:
    iri = _iri(text, prefixes)
    if iri == OWL + "sameAs":
        raise ValueError("would copy every fact to the item; write skos:exactMatch")
    if iri not in (EXACT, CLOSE):
        raise ValueError("ties no thing to its item; write skos:exactMatch, or skos:closeMatch where one covers more than the other")
    return iri


def _item(text: str, prefixes: Mapping[str, str]) -> str | None:
    iri = _iri(text, prefixes)
    if iri == NO_TERM_FOUND:
        return None
    if not re.fullmatch(re.escape(WIKIDATA) + "Q[1-9][0-9]*", iri):
        raise ValueError("is no Wikidata item; write wd:Q and its digits, or sssom:NoTermFound")
    return iri


def _justification(text: str, prefixes: Mapping[str, str]) -> str:
    iri = _iri(text, prefixes)
    if iri not in _JUSTIFICATIONS:
        known = (name.replace(SEMAPV, "semapv:") for name in _JUSTIFICATIONS)
        raise ValueError(f"is no justification of a mapping.{nearest(text, known) or ' Write semapv:ManualMappingCuration, say.'}")
    return iri


def _date(text: str, prefixes: Mapping[str, str]) -> date:
    with_hint = "is no day; write it as 2026-11-25"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(with_hint)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(with_hint) from None


def _confidence(text: str, prefixes: Mapping[str, str]) -> Decimal:
    if not re.fullmatch(r"0(\.[0-9]+)?|1(\.0+)?", text):
        raise ValueError("is no confidence; write a number from 0 to 1, as 0.9")
    return Decimal(text)


def _modifier(text: str, prefixes: Mapping[str, str]) -> bool:
    if text not in ("", "Not"):
        raise ValueError("is no modifier; write Not, or nothing")
    return text == "Not"


def _filled(text: str, prefixes: Mapping[str, str]) -> str:
    if not text:
        raise ValueError("is empty; write something there")
    return text


def _several(text: str, prefixes: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(_iri(part, prefixes) for part in text.split("|"))


def _if_any(text: str, prefixes: Mapping[str, str]) -> str:
    return _iri(text, prefixes) if text else ""


_Read = Callable[[str, Mapping[str, str]], object]
_Write = Callable[[Any, Mapping[str, str]], str]


def _as_text(value: object, prefixes: Mapping[str, str]) -> str:
    return str(value)


COLUMNS: Mapping[str, tuple[str, _Read, _Write]] = MappingProxyType(
    {
        "subject_id": ("subject", _iri, _curie),
        "subject_label": ("subject_label", _filled, _as_text),
        "predicate_id": ("predicate", _predicate, _curie),
        "predicate_modifier": ("negated", _modifier, lambda value, prefixes: "Not" if value else ""),
        "object_id": ("item", _item, lambda value, prefixes: _curie(value or NO_TERM_FOUND, prefixes)),
        "object_label": ("item_label", _as_text, _as_text),
        "mapping_justification": ("justification", _justification, _curie),
        "author_id": ("authors", _several, lambda value, prefixes: "|".join(_curie(author, prefixes) for author in value)),
        "mapping_source": ("source", _if_any, lambda value, prefixes: _curie(value, prefixes) if value else ""),
        "mapping_date": ("date", _date, lambda value, prefixes: value.isoformat()),
        "confidence": ("confidence", _confidence, lambda value, prefixes: format(value, "f")),
        "comment": ("comment", _filled, _as_text),
    }
)
