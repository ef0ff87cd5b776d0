"""A checklist file: stages of steps, as the admin wrote them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from migrate_mail.files.scalars import Duration, Offset
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Phase, Severity

SCHEMA = "migrate-mail/checklist/v1"
ForEach = Literal["domains", "accounts", "addresses", "mx_hosts"]
STEP_ID = r"^[a-z0-9][a-z0-9-]*$"
BODIES = ("check", "manual", "run")
_ONE_BODY: dict[str, Any] = {"oneOf": [{"required": [body]} for body in BODIES]}


class CheckUse(StrictModel):
    """A check of the registry with its parameters."""

    check: str = Field(description="id of a check, such as dns.ttl")
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")


class Manual(StrictModel):
    """Something that a person does and signs with `migrate-mail confirm`."""

    do: str = Field(description="what to do, in words that a tired person understands")
    evidence: str | None = Field(default=None, description="what to note when confirming")


class Rollback(StrictModel):
    """The way back from a step: what to do and how long it takes, or why there is none."""

    do: str | None = None
    takes: Duration | None = None
    none: bool = False
    because: str | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Rollback:
        if self.none == (self.do is not None):
            raise ValueError(
                "write either `do:` (the way back) or `none: true` with `because:`"
            )
        if self.none and not self.because:
            raise ValueError(
                "`none: true` wants `because:`, the reason why there is no way back"
            )
        return self


class Defaults(StrictModel):
    """What steps of this file inherit."""

    severity: Severity = Severity.MAJOR
    valid_for: Duration = Field(default="24h", validate_default=True)
    timeout: Duration = Field(default="2m", validate_default=True)
    owner: str | None = None


class StepFields(StrictModel):
    """What can be said of a step."""

    id: str = Field(pattern=STEP_ID)
    title: str | None = None
    why: str | None = Field(default=None, description="why it matters at a cutover")
    check: str | None = Field(default=None, description="id of a check, such as dns.ttl")
    with_: dict[str, Any] = Field(
        default_factory=dict, alias="with", description="parameters of the check"
    )
    manual: Manual | None = None
    run: list[str] | None = Field(
        default=None, min_length=1, description="a command of yours, as a list; exit 0 passes"
    )
    then: CheckUse | None = Field(
        default=None, description="a check that proves a manual or run step"
    )
    if_fails: str | None = Field(
        default=None, description="what to do when it does not pass, beside what is found"
    )
    source: str | None = Field(
        default=None, description="who says so and when, for facts that change with a provider"
    )
    for_each: ForEach | None = None
    at: Offset | None = Field(
        default=None, description="when it is due, relative to the planned cutover"
    )
    valid_for: Duration | None = Field(default=None, description="how long a result counts")
    timeout: Duration | None = None
    severity: Severity | None = None
    waivable: bool = True
    owner: str | None = Field(default=None, description="a key of people in migration.yaml")
    needs: list[str] = Field(
        default_factory=list, description="ids of steps that must have passed before"
    )
    rollback: Rollback | None = None


class Step(StepFields):
    """One step: exactly one of `check`, `manual`, `run`."""

    model_config = ConfigDict(json_schema_extra=_ONE_BODY)

    @model_validator(mode="after")
    def _one_body(self) -> Step:
        bodies = [name for name in BODIES if getattr(self, name) is not None]
        if len(bodies) != 1:
            seen = " and ".join(bodies) if bodies else "none of them"
            raise ValueError(
                f"a step has exactly one of check, manual, run; this one has {seen}"
            )
        if self.check is None and self.with_:
            raise ValueError(
                "`with:` holds the parameters of `check:`, and this step has no check"
            )
        if self.check is not None and self.then is not None:
            raise ValueError("`then:` proves a manual or run step; a check proves itself")
        return self


class StepChange(StepFields):
    """What is different in a step of the extended checklist, by its id. A new body replaces the old one."""

    because: str = Field(description="why; it is printed in the report")


class Removal(StrictModel):
    """A step of the checklist that is extended, and does not apply here."""

    id: str = Field(pattern=STEP_ID, description="a step of the checklist that is extended")
    because: str = Field(description="why; it is printed in the report")


class Stage(StrictModel):
    """Steps that are done together, in one phase. In a file that extends another: more steps for its stage."""

    id: str = Field(pattern=STEP_ID)
    title: str | None = None
    phase: Phase
    at: Offset | None = None
    owner: str | None = None
    steps: list[Step] = Field(min_length=1)


class ChecklistFile(StrictModel):
    """The whole of a checklist file."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["stages"]}, {"required": ["extends"]}]}
    )

    schema_: Literal["migrate-mail/checklist/v1"] = Field(alias="schema")
    name: str | None = None
    about: str | None = None
    extends: str | None = Field(
        default=None, description="another checklist, builtin:NAME or a path from this file"
    )
    remove: list[Removal] = Field(default_factory=list)
    change: list[StepChange] = Field(default_factory=list)
    defaults: Defaults = Defaults()
    stages: list[Stage] = Field(default_factory=list)

    @model_validator(mode="after")
    def _something(self) -> ChecklistFile:
        if self.extends is None and (self.remove or self.change):
            raise ValueError(
                "`remove:` and `change:` are about the checklist that `extends:` names"
            )
        if self.extends is None and not self.stages:
            raise ValueError(
                "`stages:` is missing or empty: a checklist without steps proves nothing"
            )
        return self
