"""What a tired admin sees on a narrow terminal: how far it is, what is under way, nothing garbled."""

from __future__ import annotations

from support.terminal import seen_at_terminal

REACH = """\
schema: migrate-mail/checklist/v1
name: One look
defaults: {owner: mail-admin, severity: blocker, timeout: 2s}
stages:
  - id: reach
    phase: preflight
    steps:
      - {id: smtp-reach, title: Reach, check: smtp.reach, with: {system: new}}
"""


def test_the_count_stays_when_a_title_is_long(office):
    """On 80 columns each live line shows how many steps have ended and what is under way, and fits."""
    office.migration.with_name("site.yaml").write_text(
        REACH.replace("title: Reach", f"title: {'A long sentence ' * 8}")
    )
    office.edit('["builtin:core"]', '["site.yaml"]')
    office.lab.new.smtp.faults.greeting = "hang"

    lines = seen_at_terminal(office.admin, "preflight")

    live = [line for line in lines if "0/1" in line]
    assert any("A long sentence" in line for line in live)
    assert all(len(line) <= 80 for line in live)


def test_brackets_are_no_markup(office):
    """What is in brackets is shown while a step is under way; it is not taken for a colour."""
    site = REACH.replace("title: Reach", 'title: "Reach [red]"')
    office.migration.with_name("site.yaml").write_text(site)
    office.edit('["builtin:core"]', '["site.yaml"]')
    office.lab.new.smtp.faults.greeting = "hang"

    lines = seen_at_terminal(office.admin, "preflight", columns=120)

    wanted = "Reach [red]: connecting to mx1.newhost.example [127.0.0.1]"
    assert any("0/1" in line and wanted in line for line in lines)


def test_a_sync_shows_where_it_is(office):
    """The bar of a sync leaves room for the accounts; the lines of each account stay on the screen."""
    lines = seen_at_terminal(office.admin, "sync")

    assert any("%" in line and "/4 accounts" in line for line in lines)
    assert "anna@lindenhof.example: done, 28 messages copied" in [s.strip() for s in lines]
    assert "4 of 4 accounts complete, 61 messages copied (81.5 kB)" in lines


def test_the_question_before_dns_is_changed(office):
    """At a terminal the switch is asked for; here the gate says no before any question."""
    lines = seen_at_terminal(office.admin, "cutover")

    assert not any("Type `" in line for line in lines)
    assert any(line.startswith("error: ") for line in lines)
