"""Wikidata's dates as the days that they allow."""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple


class Span(NamedTuple):
    """The days from `first` to `last`, both counted."""

    first: date
    last: date

    def meets(self, other: "Span") -> bool:
        """Whether there is a day in both."""
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        """As precise as it is: a day, a month, a year, or the first and the last day.

        >>> str(Span(date(2004, 3, 1), date(2004, 3, 31)))
        '2004-03'
        """
        for form, length in ((self.first.isoformat(), 10), (self.first.isoformat()[:7], 7), (self.first.isoformat()[:4], 4)):
            if self == _whole(form[:length]):
                return form
        return f"{self.first}/{self.last}"


_PRECISIONS = {"11": 10, "10": 7, "9": 4}
"""How much of YYYY-MM-DD counts with a precision of Wikidata (https://www.mediawiki.org/wiki/Wikibase/DataModel#Dates_and_times)."""


def span_of(time: str, precision: str) -> Span | None:
    """The days that a time of Wikidata allows with its precision; None for less than a year, before Christ, or what is no date.

    >>> str(span_of("1992-08-27T00:00:00Z", "11"))
    '1992-08-27'
    >>> str(span_of("+2004-01-01T00:00:00Z", "9"))
    '2004'
    """
    found = re.match(r"\+?([0-9]{4}-[0-9]{2}-[0-9]{2})T", time)
    length = _PRECISIONS.get(precision.lstrip("+"))
    return _whole(found[1][:length]) if found and length else None


def _whole(text: str) -> Span | None:
    """All days of a year, a month or a day; None if there are none."""
    try:
        numbers = [int(part) for part in text.split("-")]
        first = date(*[*numbers, 1, 1][:3])
        if len(numbers) == 1:
            return Span(first, date(first.year, 12, 31))
        return Span(first, first if len(numbers) == 3 else date(first.year, first.month, monthrange(first.year, first.month)[1]))
    except ValueError:
        return None
