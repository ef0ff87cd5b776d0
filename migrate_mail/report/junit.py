"""The report as JUnit XML, for CI: a suite for each stage, a case for each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from migrate_mail.report.model import Report, StageSection, StepLine
from migrate_mail.report.tags import literal, said
from migrate_mail.report.text import text
from migrate_mail.report.words import moment

_RESULTS = {
    "pass": "", "skip": "skipped", "waived": "skipped", "fail": "failure", "stale": "failure",
    "unknown": "error", "missing": "error", "blocked": "error", "pending": "error",
}  # fmt: skip
_VERDICTS = {"GO": "", "CONDITIONAL": "", "NO-GO": "failure", "CANNOT TELL": "error"}


def junit(report: Report) -> str:
    """Return a report as JUnit XML. Only stages that decide can fail: others are skipped."""
    results = [_VERDICTS.get(report.verdict, "error")]
    results += [_result(stage, s) for stage in report.stages for s in stage.steps]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="{said(report.scope.name)}" {_sums(results)}>')
    lines += _verdict(report, results[0])
    for stage in report.stages:
        lines += _stage(stage, report)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _sums(results: list[str]) -> str:
    sums = Counter(results)
    failed = f'failures="{sums["failure"]}" errors="{sums["error"]}"'
    return f'tests="{len(results)}" {failed}'


def _verdict(report: Report, result: str) -> Iterator[str]:
    """Give the verdict as a case of its own, with the whole report as it is printed."""
    skipped = 'skipped="0"'
    yield f'<testsuite name="Verdict" {_sums([result])} {skipped} {_at(report)}>'
    yield f'<testcase classname="Verdict" name="{said(report.question)}">'
    if result:
        yield f'<{result} type="{said(report.verdict)}" message="{said(report.why)}"/>'
    yield "</testcase>"
    yield f"<system-out>{literal(text(report).splitlines())}</system-out></testsuite>"


def _at(report: Report) -> str:
    return f'timestamp="{report.at:%Y-%m-%dT%H:%M:%S}"'


def _stage(stage: StageSection, report: Report) -> Iterator[str]:
    results = [_result(stage, s) for s in stage.steps]
    skipped = f'skipped="{results.count("skipped")}"'
    yield f'<testsuite name="{said(stage.title)}" {_sums(results)} {skipped} {_at(report)}>'
    for step, result in zip(stage.steps, results, strict=True):
        yield from _case(stage, step, result)
    yield "</testsuite>"


def _result(stage: StageSection, step: StepLine) -> str:
    """Return the element for a step; what has its time later is not an error now."""
    result = _RESULTS[step.standing]
    return "skipped" if result == "error" and not stage.decides else result


def _case(stage: StageSection, step: StepLine, result: str) -> Iterator[str]:
    name = f"{stage.phase}.{stage.title}"
    yield f'<testcase classname="{said(name)}" name="{said(f"{step.title} [{step.key}]")}">'
    if result == "skipped":
        yield f'<skipped message="{said(_message(step))}"/>'
    elif result:
        yield f'<{result} type="{said(step.severity)}" message="{said(_message(step))}">'
        yield f"{literal(list(_details(step)))}</{result}>"
    yield "</testcase>"


def _message(step: StepLine) -> str:
    return f"{step.said}: {step.reason}" if step.reason else step.said


def _details(step: StepLine) -> Iterator[str]:
    yield f"owner: {step.owner or 'nobody'}"
    yield f"looked at: {moment(step.at) if step.at else 'never'}"
    for finding in step.findings:
        yield f"{finding.outcome}: {finding.sentence} (seen from {finding.vantage})"
        yield from (f"  | {line}" for line in finding.evidence)
        if finding.outcome in {"fail", "unknown"}:
            yield from (f"  -> {line}" for line in (finding.fix or "").splitlines())
