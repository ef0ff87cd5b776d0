"""Which check makes the findings of a tag, read from the checks themselves."""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache
from importlib import import_module

from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.registry import CHECKS
from migrate_mail.checks.wording import WORDING


def tags() -> list[str]:
    """Return every tag that a finding can have."""
    return list(WORDING)


def check_of_tag(tag: str) -> AnyCheck | None:
    """Return the check whose module makes findings with a tag, else the first of its family.

    None for a tag that there is not, and for one that any check may make.
    """
    by_module = (c for c in CHECKS.values() if tag in _made_by(c.run.__module__))
    by_family = (c for c in CHECKS.values() if tag in _said_by(c.id.partition(".")[0]))
    return next(by_module, None) or next(by_family, None) if tag in WORDING else None


@cache
def _made_by(module: str) -> frozenset[str]:
    """Return the tags that stand in the source of a module: a finding is made with a literal tag."""
    source = inspect.getsource(sys.modules[module])
    return frozenset(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', source))


@cache
def _said_by(family: str) -> frozenset[str]:
    """Return the tags that a family has words for."""
    return frozenset(import_module(f"migrate_mail.checks.{family}.words").WORDING)
