"""What a finding says in a sentence: one template for each tag, filled from its arguments. PURE."""

from __future__ import annotations

from typing import Any

from migrate_mail.finding import Finding

WORDING: dict[str, str] = {
    "CATCH_ALL_MISSING": "the {side} system refuses {address}, so {subject} has no catch-all there: {code} {text}",
    "CHECK_BROKEN": "the check {subject} broke ({error} in {place}); this is a bug of migrate-mail",
    "COMMAND_EXIT": "{subject} ended with exit status {code}",
    "COMMAND_NOT_RUN": "{subject} could not be run: {text}",
    "COMMAND_TIMEOUT": "{subject} did not end within {seconds} s",
    "COULD_NOT_LOOK": "{subject} could not be looked at: {phase}: {text}",
    "FOLDERS_NOT_COMPARED": "{uncompared} of {folders} folders of {subject} could not be compared",
    "LEFT_AT_OLD": "{left} of {arrived} messages that came to {subject} at old since {since} are not at new",
    "LOGIN_REFUSED": "the {side} system refuses the login of user {user}: {text}",
    "LOGIN_WORKS": "user {user} can log in at the {side} system and sees {folders} folders",
    "MADE_UP_ACCEPTED": "the {side} system accepts {address}, which nobody has: that it accepts the others proves nothing",
    "MADE_UP_DEFERRED": "the {side} system puts off a made-up address of {subject} ({code} {text}), so nothing is proved yet",
    "MAIL_ARRIVED": "a test message to {recipient} by {subject} was in {folder} on the {side} system after {seconds} s",
    "MAIL_BOUNCED": "{host} refused a test message to {subject}: {reply}",
    "MAIL_LANDED": "a test message sent as the world sends it went to {host} and was on the {side} system, and only there, after {seconds} s",
    "MAIL_LOST": "{host} took a test message, but after {seconds} s it was on neither system",
    "MAIL_NOT_FOUND": "a test message to {recipient} was taken ({reply}), but after {seconds} s it was not on the {side} system; looked through {looked}",
    "MAIL_NOT_LOOKED_FOR": "a test message to {recipient} was taken ({reply}), but its mailbox on the {side} system could not be looked through: {text}",
    "MAIL_NOT_TAKEN": "a test message to {recipient} was not taken: {reply}",
    "MAIL_NO_ROUTE": "the resolver gives no way to deliver to {recipient}; {faults}",
    "MAIL_ON_BOTH": "a test message that {host} took is on the {side} system and on the {other} system too",
    "MAIL_ON_WRONG_SIDE": "a test message that {host} took is on the {other} system, not on the {side} system",
    "MAIL_QUEUED": "no MX host took a test message to {subject} ({tried} tried), the last said: {reply}",
    "MAIL_REFUSED": "a test message to {recipient} was refused: {reply}",
    "MAIL_SIDES_NOT_SEEN": "{host} took a test message, but not both systems could be looked through: {text}",
    "MESSAGES_DIFFER": "new has every message of {subject}, but {dates} with another date and {flags} with other flags",
    "MESSAGES_MISSING": "{missing} of {old} messages of {subject} are not at new",
    "MX_ABSENT": "all {answered} name servers agree: there is no {subject} record",
    "MX_ADDRESS_NOT_SEEN": "not every name server told the address of {host}: {servers}",
    "MX_AGREE": "all {answered} name servers that answered (of {asked}) show the same {subject} records",
    "MX_DISAGREE": "the name servers show {versions} different versions of {subject}: mail goes to different places",
    "MX_IS_CNAME": "{host} is an alias of {target}; an MX record must name a host with addresses of its own",
    "MX_NAME_DOUBLED": "{host} repeats its end; {meant} was meant",
    "MX_NOT_AUTHORITATIVE": "the name server shows {shown}, but not as an authority",
    "MX_NOT_PUBLISHED": "the name server shows {shown}; missing: {missing}; too much: {extra}",
    "MX_NOT_SEEN": "no answer for {subject}: {status}: {text}",
    "MX_NO_ADDRESS": "{host} has neither an A nor an AAAA record: nobody can deliver to it",
    "MX_NO_HOST_NAME": "{host} cannot be an MX host: it is no host name",
    "MX_PUBLISHED": "the name server shows the MX records of the {side} system: {shown}",
    "MX_RESOLVES": "{host} is at {addresses}",
    "NOTHING_LEFT": "nothing is left: each of the {arrived} messages that came to {subject} at old since {since} is at new",
    "NOTHING_TO_LOOK_AT": "there are no {subject} to look at",
    "NOT_SWITCHED": "the MX of {domain} was not switched, or was switched back: nothing can be left at old",
    "NO_CANARY": "{domain} has no account that could get test mail",
    "NS_ANSWERS": "the name server answers for {subject}",
    "NS_LAME": "the name server is no authority for its own zone ({status})",
    "NS_MX_SILENT": "the name server answers for its zone, but not for {subject}: {status}: {text}",
    "NS_NO_ADDRESS": "{host} is a name server of {zone} and its address was not found ({reason})",
    "NS_SERIALS_DIFFER": "the serial numbers of {subject} differ; the MX records do not",
    "NS_SILENT": "the name server gives no answer for {subject}: {status}: {text}",
    "PARITY": "new has all {old} messages of {subject}, in {folders} folders",
    "RECIPIENTS_ACCEPTED": "{count} addresses are accepted, and made-up ones are answered as they should be",
    "RECIPIENTS_NOT_ASKED": "{count} addresses could not be asked for: {text}",
    "RECIPIENT_DEFERRED": "the {side} system puts {subject} off: {code} {text}",
    "RECIPIENT_REFUSED": "the {side} system refuses {subject} ({kind}): {code} {text}",
    "RESOLVER_BEHIND": "the resolver still shows {shown}, for {ttl} s more at most",
    "RESOLVER_SHOWS": "the resolver shows the MX records of the {side} system",
    "SMTP_CERTIFICATE_DISTRUSTED": "STARTTLS works, but {problem}: senders that insist on a good certificate do not deliver",
    "SMTP_DENIED": "the server turns us away: {phase}: {text}",
    "SMTP_NOT_SEEN": "no conversation with the server came about: {phase}: {text}",
    "SMTP_NO_STARTTLS": "the server answers ({banner}), but does not offer STARTTLS",
    "SMTP_READY": "the server answers ({banner}), with {tls}",
    "SMTP_REFUSED": "nothing listens there: {text}",
    "SMTP_TLS_BROKEN": "STARTTLS is offered and does not work: {phase}: {text}",
    "STEP_TIMEOUT": "the step did not end within {seconds} s and was left behind",
    "TTL_HIGH": "the TTL is {ttl} s, at most {max} s are wanted; an answer fetched now can live until {until}",
    "TTL_LOW": "the TTL is {ttl} s, at most {max} s are wanted",
    "TTL_LOWERED": "the TTL is {ttl} s now; answers that were fetched before it was lowered may live on in caches until {until}",
    "TTL_NOT_SEEN": "the TTL was not seen: {status}: {text}",
    "TTL_NO_RECORD": "there is no {subject} record, so none can live on in caches",
}


class _Words(dict[str, str]):
    """What is filled in; what is not there is shown as `?`, so that a sentence never fails."""

    def __missing__(self, key: str) -> str:
        return "?"


def sentence(finding: Finding) -> str:
    """Return what was found as one sentence without full stop; unknown tags stay readable."""
    template = WORDING.get(finding.tag)
    if template is None:
        return _fallback(finding)
    values = {**finding.args, "subject": finding.subject, "vantage": finding.vantage}
    return _tidy(template.format_map(_Words({k: _plain(v) for k, v in values.items()})))


def told(finding: Finding) -> str:
    """Return the sentence of a finding so that it stands alone: it says what it is about."""
    words = sentence(finding)
    return words if finding.subject in words else f"{finding.subject}: {words}"


def _fallback(finding: Finding) -> str:
    words = finding.tag.replace("_", " ").lower()
    told = ", ".join(f"{name} {_plain(value)}" for name, value in finding.args.items())
    return f"{finding.subject}: {words}" + (f" ({told})" if told else "")


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return "?" if value is None else str(value)


def _tidy(text: str) -> str:
    """Drop what an empty argument leaves behind."""
    return text.replace(": : ", ": ").removesuffix(": ").removesuffix("; none")
