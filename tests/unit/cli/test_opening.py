"""What every command says before it dials: which bad certificates somebody lets pass."""

from __future__ import annotations

from migrate_mail.cli.opening import world_of
from migrate_mail.inventory.load import load_inventory
from migrate_mail.run.plan_card import plan_card

YAML = """\
schema: migrate-mail/migration/v1
name: a move
domains: [example.org]
systems:
  old:
    mx: [{{host: mx.old.example}}]
    imap: {{host: imap.old.example, secret: env:OLD{waiver}}}
  new: {{mx: [{{host: mx.new.example}}], imap: {{host: imap.new.example, secret: env:NEW}}}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
"""
WAIVER = f', tls_waiver: {{sha256: {"ab" * 32}, reason: "it ran out", by: A. Admin, until: "2099-01-01T00:00:00+01:00"}}'


def _load(folder, waiver):
    (folder / "migration.yaml").write_text(YAML.format(waiver=waiver))
    (folder / "accounts.csv").write_text("address\nanna@example.org\n")
    return load_inventory(folder / "migration.yaml")


def test_a_waived_certificate_is_told_each_time(tmp_path, capsys):
    """Stderr has the side, the host, who answers for it, why and until when; stdout nothing."""
    world_of(_load(tmp_path, WAIVER))

    assert capsys.readouterr() == (
        "",
        "warning: old: the certificate of imap.old.example is let pass unverified until 2099-01-01T00:00:00+01:00, by A. Admin: it ran out\n",
    )


def test_nothing_is_said_of_good_certificates(tmp_path, capsys):
    """Without a waiver there is no word about it."""
    world_of(_load(tmp_path, ""))

    assert capsys.readouterr() == ("", "")


def test_a_waived_certificate_is_in_the_plan_that_reports_are_made_from(tmp_path):
    """The state file keeps whose it is and who answers for it."""
    [card] = plan_card(_load(tmp_path, WAIVER), [], []).certificates

    assert (card.side, card.host, card.by) == ("old", "imap.old.example:993", "A. Admin")
    assert card.until.year == 2099
    assert plan_card(_load(tmp_path, ""), [], []).certificates == ()
