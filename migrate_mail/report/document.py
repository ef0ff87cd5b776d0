"""A report as one document: which sections it has and in which order, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.report import deeds_page, steps_page, summary
from migrate_mail.report import first_page as page_one
from migrate_mail.report.blocks import Document, Section
from migrate_mail.report.model import Report
from migrate_mail.report.words import moment

DOMAIN = "domain"
"""The key of the sections of single domains, which begin on a page of their own."""


def document(report: Report) -> Document:
    """Return everything that a report says, in its order: what matters most comes first."""
    return _document(report, (*_first_page(report), *_pages(report)))


def first_page(report: Report) -> Document:
    """Return what a stakeholder decides from: the verdict, why, and the way back."""
    return _document(report, tuple(_first_page(report)))


def _document(report: Report, sections: tuple[Section, ...]) -> Document:
    return Document(
        word=report.verdict,
        why=report.why,
        facts=tuple(page_one.facts(report)),
        sections=tuple(s for s in sections if s.items),
    )


def _first_page(report: Report) -> Iterator[Section]:
    yield Section("OVERRIDDEN", tuple(page_one.overrides(report)), "overrides")
    yield Section("Reasons", tuple(page_one.whys(report.reasons)), "reasons")
    yield Section("Conditions", tuple(page_one.whys(report.conditions)), "conditions")
    waived = (*page_one.waivers(report), *page_one.certificates(report))
    yield Section("Waivers", waived, "waivers")
    yield Section("Domains", tuple(page_one.domains(report)), "domains")
    yield Section(_since_title(report), tuple(page_one.since(report)), "since")
    yield Section("What has been proved", tuple(summary.proved(report)), "proved")
    yield Section("Overdue", tuple(summary.overdue(report)), "overdue")
    yield Section("Who has open work", tuple(summary.open_work(report)), "owners")
    yield Section("Next dates", tuple(summary.next_dates(report)), "dates")
    yield Section("Names that are dialled elsewhere (connect)", tuple(page_one.connect(report)))
    yield Section("Steps that are not as shipped", tuple(page_one.departures(report)))
    yield Section("Tally by stage", tuple(page_one.tallies(report)))
    yield Section("The way back", tuple(page_one.way_back(report)))


def _since_title(report: Report) -> str:
    then = report.since
    return f"Since run {then.run} ({then.command}, {moment(then.at)})" if then else ""


def _pages(report: Report) -> Iterator[Section]:
    for stage in report.stages:
        later = "" if stage.decides else ", not part of this verdict"
        yield Section(
            f"Steps: {stage.title} ({stage.phase}{later})",
            tuple(map(steps_page.step, stage.steps)),
        )
    for page in report.domains:
        yield Section(f"Domain {page.domain}", tuple(steps_page.of_domain(page)), DOMAIN)
    yield Section("DNS changes", tuple(map(deeds_page.dns_change, report.dns_changes)))
    yield Section("Test deliveries", tuple(deeds_page.deliveries(report)))
    yield Section("Mailboxes copied", tuple(deeds_page.mailboxes(report)), "mailboxes")
    yield Section("Not copied", tuple(deeds_page.not_copied(report)))
    yield Section("Incidents", tuple(deeds_page.incidents(report)))
    yield Section("Runs", tuple(deeds_page.runs(report)))
    yield Section("Where this comes from", tuple(deeds_page.foot(report)))
