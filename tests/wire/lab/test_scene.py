"""The scene is a whole company: mail arrives, projects describe it, faults are planted and mended."""

from __future__ import annotations

from migrate_mail.lab.company import Company


def test_mail_by_mx_lands_at_old(lab: Company) -> None:
    """Mail from outside follows the published MX into the mailbox behind an alias."""
    before = len(lab.old.imap.messages("anna"))

    host = lab.send_from_outside("info@lindenhof.example", "Guten Tag")

    inbox = lab.old.imap.messages("anna")
    assert host == "mx1.oldhost.example"
    assert len(inbox) == before + 1
    assert b"Subject: Guten Tag" in inbox[-1].body
    assert b"Delivered-To: anna@lindenhof.example" in inbox[-1].body
