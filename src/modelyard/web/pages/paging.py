"""Going through a long list page by page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paging:
    """One page of `count` things, `size` on each; a page beyond the last one is the last."""

    count: int
    size: int
    asked: int = 1

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.count // self.size))

    @property
    def page(self) -> int:
        """The number of this page, from 1."""
        return min(self.asked, self.pages)

    @property
    def slice(self) -> slice:
        """The places of this page's things."""
        start = (self.page - 1) * self.size
        return slice(start, start + self.size)

    @property
    def first(self) -> int:
        """The number of this page's first thing, from 1; 0 in an empty list."""
        return min((self.page - 1) * self.size + 1, self.count)

    @property
    def last(self) -> int:
        """The number of this page's last thing."""
        return min(self.page * self.size, self.count)
