"""Who handed a message over: read as the large receivers and the usual servers write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.checks.ip.trace import witness

BELOW = """\
Received: from laptop.example.org (dsl.isp.example [198.51.100.99])
\tby mail.new.example with ESMTPSA id x; Mon, 23 Nov 2026 09:00:00 +0100
From: anna@example.org

Hello
"""
GMAIL = """\
Delivered-To: karl@gmail.com
Received: by 2002:a05:6a10:1234:b0:1 with SMTP id ab12csp1; Mon, 23 Nov 2026 00:00:02 -0800 (PST)
X-Received: by 2002:a17:906:1 with SMTP id c; Mon, 23 Nov 2026 00:00:02 -0800 (PST)
Return-Path: <anna@example.org>
Received: from mail.new.example (mail.new.example. [203.0.113.5])
        by mx.google.com with ESMTPS id a1 for <karl@gmail.com>; Mon, 23 Nov 2026 00:00:01 -0800 (PST)
Received-SPF: pass (google.com: domain designates 203.0.113.6 as permitted sender) client-ip=203.0.113.6;
"""
OUTLOOK = """\
Received: from AM0PR01MB1.eurprd01.prod.exchangelabs.com (2603:10a6:208::1) by
 VI1PR01MB2.eurprd01.prod.exchangelabs.com with HTTPS; Mon, 23 Nov 2026 08:00:02 +0000
Authentication-Results: spf=pass (sender IP is 203.0.113.5)
Received-SPF: Pass (protection.outlook.com: domain of example.org designates
 203.0.113.5 as permitted sender) receiver=protection.outlook.com;
 client-ip=203.0.113.5; helo=mail.new.example; pr=C
Received: from mail.new.example (203.0.113.5) by
 AM0EUR02FT.mail.protection.outlook.com (10.13.54.1) with Microsoft SMTP Server
"""
POSTFIX = """\
Received: from localhost (localhost [127.0.0.1]) by mx.holz.example (Postfix) with ESMTP id 2
Received: from mx.holz.example ([127.0.0.1]) by localhost (amavis, port 10024) with ESMTP id 3
Received: from mail.new.example (mail.new.example [203.0.113.5]) by mx.holz.example (Postfix) with ESMTPS id 4
"""
EXIM = "Received: from [203.0.113.5] (port=4321 helo=mail.new.example) by mx.holz.example with esmtps\n"  # fmt: skip
EXIM_NAMED = "Received: from mail.new.example ([203.0.113.5] helo=[10.0.0.7]) by mx.holz.example with esmtps\n"  # fmt: skip
QMAIL = "Received: from unknown (HELO mail.new.example) (203.0.113.5) by mx.holz.example with SMTP; 23 Nov\n"  # fmt: skip
SIX = "Received: from mail.new.example (m.new.example [IPv6:2001:DB8::0005]) by mx.holz.example with ESMTP\n"  # fmt: skip
HOPS = """\
Received: from front.holz.example (front.holz.example [198.51.100.20]) by store.holz.example with LMTP id 1
Received: from mail.new.example (m.new.example [203.0.113.5]) by front.holz.example with ESMTP id 1
"""


@pytest.mark.parametrize(
    "top", [GMAIL, OUTLOOK, POSTFIX, EXIM, EXIM_NAMED, QMAIL, HOPS], ids=range(7)
)
def test_the_line_of_the_receiver_is_found(top):
    """Lines from inside the receiver are passed over; what stands below could be forged."""
    seen = witness((top + BELOW).replace("\n", "\r\n").encode())
    assert seen is not None
    assert seen.ip == "203.0.113.5"
    assert seen.line.startswith("Received")


def test_an_ipv6_address_is_told_in_its_one_spelling():
    """As migration.yaml has it."""
    assert witness((SIX + BELOW).encode()).ip == "2001:db8::5"


def test_a_relay_is_who_connected_whoever_gave_it_the_message():
    """The line below it names our server, and proves nothing."""
    relay = "Received: from out.relay.example (out.relay.example [198.51.100.7]) by mx.holz.example with ESMTP\n"  # fmt: skip
    assert witness((relay + EXIM + BELOW).encode(), ["203.0.113.5"]).ip == "198.51.100.7"


def test_an_address_of_ours_counts_inside_a_network_too():
    """A lab, or a receiver beside us."""
    line = b"Received: from a.new.example (a.new.example [10.0.0.5]) by mx.holz.example with ESMTP\n\n"  # fmt: skip
    assert witness(line) is None
    assert witness(line, ["10.0.0.5"]).ip == "10.0.0.5"


def test_a_line_without_an_address_tells_nothing():
    """It is told apart from no line at all."""
    assert (
        witness(b"Received: from mail.new.example by mx.holz.example with ESMTP\n\nx").ip
        is None
    )
    assert witness(b"From: anna@example.org\n\nReceived: from a ([192.0.2.1]) by b\n") is None


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw):
    """A message is whatever somebody saved."""
    witness(raw)
    witness(b"Received: from " + raw + b" by x")
