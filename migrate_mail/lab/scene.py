"""Opens a scene: a healthy small company in a lab, with the faults that the caller names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrate_mail.lab.parts import require_parts

if TYPE_CHECKING:
    from migrate_mail.lab.company import Company


def scene(**planted: Any) -> Company:
    """Return the company, to be opened with `with`. Keyword arguments are the fields of company.Planted.

    Raises UserError with a hint when the extra [demo] is not installed.
    """
    require_parts()
    from migrate_mail.lab.company import Company, Planted

    return Company(Planted(**planted))
