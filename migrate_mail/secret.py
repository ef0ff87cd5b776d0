"""A secret that does not print."""

from __future__ import annotations


class Secret:
    """Holds one secret string; every way of printing it gives `***`.

    Only `reveal()` gives it out, at the place that speaks to the server.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself; call it in the argument of the login, keep no copy."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not pickled")
