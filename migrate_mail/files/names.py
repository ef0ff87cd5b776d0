"""Names as admins write them: domains, hosts, mail addresses, host:port; each wrong one says why."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

# RFC 1123 section 2.1 (letters, digits, hyphen), RFC 1035 section 2.3.4 (63 and 255 octets).
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_NAME = 253
# RFC 5322 section 3.2.3: dot-atom.
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATEXT}(\.{_ATEXT})*")
# The four characters that IDNA2003 and IDNA2008 encode differently (RFC 5894 section 7.2).
_DEVIATING = re.compile("[\u00df\u03c2\u200c\u200d]")


def wrong(code: str, message: str, hint: str | None = None) -> PydanticCustomError:
    """Return an error that a model's validator raises: stable code, message, next step."""
    return PydanticCustomError(
        "named", "{message}", {"code": code, "message": message, "hint": hint}
    )


def is_ip(text: str) -> bool:
    """Tell whether a text is an IP address, in brackets or not."""
    try:
        ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def host_name(text: str) -> str:
    """Return a host name in lower case and in A-labels (RFC 5890); one label is enough."""
    _refuse_decoration(text)
    name = ".".join(_a_label(label, text) for label in text.split("."))
    if len(name) > _LONGEST_NAME:
        raise wrong("bad-name", f"a name of {len(name)} octets; DNS allows {_LONGEST_NAME}")
    return name


def dotted_name(text: str) -> str:
    """Return the name of a host or domain as the world sees it: never an IP address, at least one dot."""
    if is_ip(text):
        hint = "DNS wants a name here; give the address a name with an A or AAAA record"
        raise wrong("ip-not-name", f"`{text}` is an IP address, and this must be a name", hint)
    name = host_name(text)
    if "." not in name:
        raise wrong(
            "bad-name", f"`{text}` has no dot", "write the whole name, such as mail.example.org"
        )
    if name.rpartition(".")[2].isdigit():
        raise wrong("bad-name", f"`{text}` ends in a number; no domain does")
    return name


def server_name(text: str) -> str:
    """Return where to connect to: a host name or an IP address."""
    return text.strip("[]") if is_ip(text) else host_name(text)


def helo_name(text: str) -> str:
    """Return an EHLO argument: a host name or an address literal (RFC 5321 section 4.1.3)."""
    if text.startswith("[") and text.endswith("]") and is_ip(text.replace("IPv6:", "")):
        return text
    if is_ip(text):
        raise wrong(
            "bad-name", f"an EHLO name that is an IP address stands in brackets: [{text}]"
        )
    return host_name(text)


def mail_address(text: str) -> str:
    """Return a mail address, its domain in lower case and A-labels; the local part as it is."""
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise wrong(
            "bad-address",
            f"`{_short(text)}` is no mail address",
            "write it as name@example.org",
        )
    if not local.isascii():
        message = f"`{_short(text)}` has non-ASCII characters before the @ (RFC 6531), which is not supported"
        raise wrong("bad-address", message)
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        message = (
            f"`{_short(local)}`, the part before the @, holds what needs quoting or is too long"
        )
        raise wrong(
            "bad-address",
            message,
            "blanks, commas, brackets, two dots in a row do not belong there",
        )
    return f"{local}@{dotted_name(domain)}"


def host_port(text: str) -> str:
    """Return host:port, host in lower case; both are wanted."""
    host, port = _split(text)
    return f"{_bracket(server_name(host))}:{port}"


def address_port(text: str) -> str:
    """Return address:port, where address is an IP address; both are wanted."""
    host, port = _split(text)
    if not is_ip(host):
        raise wrong(
            "not-an-ip",
            f"`{_short(host)}` is no IP address",
            "write 192.0.2.1:25 or [2001:db8::1]:25",
        )
    return f"{_bracket(host.strip('[]'))}:{port}"


def resolver(text: str) -> str:
    """Return a resolver's IP address, with its port when it has one."""
    if is_ip(text):
        return _bracket(text.strip("[]"))
    if ":" not in text:
        raise wrong(
            "not-an-ip",
            f"`{_short(text)}` is no IP address",
            "a resolver is named by address, or by address:port",
        )
    return address_port(text)


def server_maybe_port(text: str) -> str:
    """Return a host name or an IP address, with its port when it has one."""
    if is_ip(text):
        return _bracket(text.strip("[]"))
    return host_port(text) if ":" in text else host_name(text)


def _refuse_decoration(text: str) -> None:
    """Refuse what people paste around a name, each with what to do."""
    if text.endswith("."):
        raise wrong(
            "trailing-dot",
            f"`{_short(text)}` ends in a dot",
            f"write {_short(text.rstrip('.')) or 'a name'}",
        )
    if "@" in text:
        raise wrong(
            "bad-name",
            f"`{_short(text)}` is a mail address",
            "write only what stands after the @",
        )
    if "/" in text:
        raise wrong("bad-name", f"`{_short(text)}` is a URL or a path", "write only the name")
    if ":" in text:
        raise wrong(
            "bad-name",
            f"`{_short(text)}` holds a colon",
            "a port has a key of its own: `port:`",
        )
    if "_" in text:
        message = f"`{_short(text)}` holds an underscore; a host name has letters, digits and hyphens (RFC 1123 section 2.1)"
        raise wrong("bad-name", message)
    if "*" in text:
        raise wrong("bad-name", f"`{_short(text)}` is a pattern; one name is wanted")
    if _DEVIATING.search(text) or len(text) > 1000:
        raise wrong(
            "bad-name",
            f"`{_short(text)}` can be read in two ways (IDNA 2003 and 2008)",
            "write it as xn--…",
        )


def _a_label(label: str, whole: str) -> str:
    if not label:
        raise wrong(
            "bad-name",
            f"`{_short(whole)}` has nothing between two dots" if whole else "an empty name",
        )
    try:
        encoded = label.lower().encode("idna").decode()
    except UnicodeError:
        encoded = ""
    if not _LABEL.fullmatch(encoded):
        message = f"`{_short(label)}` cannot be a part of a host name"
        raise wrong(
            "bad-name", message, "1 to 63 letters, digits and hyphens; no hyphen at either end"
        )
    return encoded


def _split(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise wrong(
            "bad-port",
            f"`{_short(text)}` does not end in a port",
            "write it as host:port, the port from 1 to 65535",
        )
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise wrong(
            "bad-name",
            f"`{_short(text)}` has too many colons",
            "an IPv6 address stands in brackets: [2001:db8::1]:25",
        )
    return host, int(port)


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


Domain = Annotated[str, AfterValidator(dotted_name)]
"""A domain, lower-case, in A-labels."""
MxName = Annotated[str, AfterValidator(dotted_name)]
"""The name of an MX host, lower-case; an address is refused (RFC 5321 section 5.1)."""
ServerName = Annotated[str, AfterValidator(server_name)]
"""Where to connect to: a host name or an IP address."""
ServerMaybePort = Annotated[str, AfterValidator(server_maybe_port)]
"""A host name or an IP address, with a port or without."""
HeloName = Annotated[str, AfterValidator(helo_name)]
"""What we call ourselves in EHLO."""
MailAddress = Annotated[str, AfterValidator(mail_address)]
"""A mail address; its domain is lower-case."""
HostPort = Annotated[str, AfterValidator(host_port)]
"""host:port."""
AddressPort = Annotated[str, AfterValidator(address_port)]
"""An IP address and a port."""
Resolver = Annotated[str, AfterValidator(resolver)]
"""The IP address of a resolver, with a port or without."""
