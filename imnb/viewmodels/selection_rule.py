"""How many may be chosen."""

import dataclasses
from collections.abc import Hashable, Iterable
from typing import Self

from imnb.errors import ConfigError


@dataclasses.dataclass(frozen=True, slots=True)
class SelectionRule:
    """How many may be chosen.

    Attributes:
        minimum, maximum: of what is chosen, those that are ``fixed`` not counted.
        fixed: chosen anyway, and not part of the result.
    """

    minimum: int = 1
    maximum: int | None = None
    fixed: frozenset[Hashable] = frozenset()

    def __post_init__(self) -> None:
        most = max(self.minimum, 1) if self.maximum is None else self.maximum
        if not 0 <= self.minimum <= most or most < 1:
            raise ConfigError(f"nobody can choose {self.minimum} to {self.maximum}")

    @classmethod
    def one(cls) -> Self:
        """Exactly one; another one takes its place."""
        return cls(1, 1)

    @classmethod
    def many(
        cls,
        minimum: int = 1,
        maximum: int | None = None,
        fixed: Iterable[Hashable] = (),
    ) -> Self:
        """Several, beside those that are fixed."""
        return cls(minimum, maximum, frozenset(fixed))

    @property
    def is_single(self) -> bool:
        """A choice is one value, not a tuple of them."""
        return self.minimum == self.maximum == 1

    def problem(self, count: int) -> str:
        """Why so many are too few or too many; empty when they are not."""
        if count < self.minimum:
            return f"Choose at least {self.minimum}"
        if self.maximum is not None and count > self.maximum:
            return f"At most {self.maximum} can be chosen"
        return ""
