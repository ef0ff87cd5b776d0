"""What Outlook asks to set itself up, and what the answer says. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree as Xml
from defusedxml.common import DefusedXmlException

from migrate_mail.net.https import Request
from migrate_mail.net.https_facts import HttpsFacts

PATH = "/autodiscover/autodiscover.xml"
_SCHEMA = "http://schemas.microsoft.com/exchange/autodiscover/outlook"
_BODY = f"""\
<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="{_SCHEMA}/requestschema/2006"><Request><EMailAddress>%s</EMailAddress>\
<AcceptableResponseSchema>{_SCHEMA}/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>
"""
_MOVED = {301, 302, 303, 307, 308}
_NOT_THERE = {404, 405, 410, 501}

Kind = Literal["settings", "login", "moved", "nothing", "other", "unseen"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one question.

    kind: settings came, a login is asked for, it is elsewhere, nothing is there, something else is,
    or it could not be seen. hosts: those that it names. text: what it said, in words.
    """

    kind: Kind
    text: str
    hosts: tuple[str, ...] = ()


def question(domain: str) -> Request:
    """Return what Outlook sends for a domain's postmaster before any login; there is no password in it."""
    body = (_BODY % f"postmaster@{domain}").encode()
    return Request(PATH, "POST", body, {"Content-Type": "text/xml; charset=utf-8"})


def reading(facts: HttpsFacts) -> Reading:
    """Say what an answer means."""
    if facts.failure is not None:
        refused = facts.failure.kind == "refused" and facts.failure.phase == "connect"
        return Reading("nothing" if refused else "unseen", facts.failure.text)
    text = f"HTTP status {facts.status}"
    if facts.status == 401:
        return Reading("login", text)
    if facts.status in _MOVED:
        target = facts.header("location") or ""
        host = _host_of(target)
        return Reading("moved", f"{text}, Location: {target}", (host,) if host else ())
    if facts.status in _NOT_THERE:
        return Reading("nothing", text)
    return _settings(facts.body) if facts.status == 200 else Reading("unseen", text)


def _settings(body: bytes) -> Reading:
    try:
        root: Element = Xml.fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as exc:
        return Reading("other", f"it is no XML: {exc}")
    if _local(root) != "Autodiscover":
        return Reading("other", f"it is <{_local(root)}>, not <Autodiscover>")
    hosts = tuple(dict.fromkeys(host for e in root.iter() for host in _named(e)))
    errors = [e.text or "" for e in root.iter() if _local(e) == "Message"]
    return Reading("settings", f"an error: {errors[0]}" if errors else "settings", hosts)


def _named(element: Element) -> Iterator[str]:
    """Give the host in an element: in a URL, a server name, or an address to ask for instead."""
    text = (element.text or "").strip().lower()
    if text.startswith(("http://", "https://")):
        host = _host_of(text)
        yield from (host,) if host else ()
    elif text and _local(element) in {"Server", "RedirectAddr"}:
        yield text.rpartition("@")[2].rstrip(".")


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
