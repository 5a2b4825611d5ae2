"""The address of some rows, and its neighbours: another page, another order, one filter less."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from modelyard.web.api.rows import MOST_FILE_ROWS, MOST_JSON_ROWS

SIZE = 50


@dataclass(frozen=True)
class RowAddress:
    """Which rows a page shows, as its address says it."""

    path: str
    filters: tuple[str, ...] = ()
    """Each as `column:operator:value`."""
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    size: int = SIZE
    page: int = 1
    start: int = 1
    """The first column that is shown, from 1, of a table with very many."""

    def __str__(self) -> str:
        """Give the address; what is as usual is left out."""
        return self._with(self._pairs(is_page=True))

    def at(self, **changes: Any) -> "RowAddress":
        """Give a neighbour; where the rows change, it is its first page."""
        return replace(self, **({"page": 1} | changes))

    def without(self, place: int) -> "RowAddress":
        """Give the address with the filter at `place` removed."""
        return self.at(filters=self.filters[:place] + self.filters[place + 1 :])

    def sorted_by(self, name: str) -> "RowAddress":
        """Give the next order by a column: upwards, downwards, as in the file."""
        if self.sort == (name,):
            return self.at(sort=(f"-{name}",))
        return self.at(sort=() if self.sort == (f"-{name}",) else (name,))

    def file(self, kind: str) -> str:
        """Give the address of all the rows as a file."""
        most = MOST_JSON_ROWS if kind == "json" else MOST_FILE_ROWS
        return self._with([*self._pairs(is_page=False), ("format", kind), ("size", str(most))])

    def as_of(self, path: str) -> "RowAddress":
        """Give the same rows at another path."""
        return replace(self, path=path)

    def _with(self, pairs: list[tuple[str, str]]) -> str:
        return self.path + (f"?{urlencode(pairs)}" if pairs else "")

    def _pairs(self, is_page: bool) -> list[tuple[str, str]]:
        pairs = [("filter", text) for text in self.filters]
        pairs += [("sort", ",".join(self.sort))] if self.sort else []
        pairs += [("columns", ",".join(self.columns))] if self.columns else []
        if is_page:
            pairs += [("size", str(self.size))] if self.size != SIZE else []
            pairs += [("page", str(self.page))] if self.page > 1 else []
            pairs += [("start", str(self.start))] if self.start > 1 else []
        return pairs
