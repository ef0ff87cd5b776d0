"""The zones of the scene: the domain that moves, the two providers, and the admin's own."""

from __future__ import annotations

from migrate_mail.lab.signing import NEW_SELECTOR, OLD_SELECTOR, key_record, strings

DOMAIN = "lindenhof.example"
OLD, NEW = "oldhost.example", "newhost.example"
ADMIN = "it-service.example"
OLD_IP, NEW_IP = "192.0.2.25", "192.0.2.26"
"""Where the two mail servers are for the world (RFC 5737); the table `connect` knows the way."""
POLICY_HOST = f"mta-sts.{DOMAIN}"
POLICY_PATH = "/.well-known/mta-sts.txt"
POLICY = f"""\
version: STSv1
mode: enforce
mx: mx1.{OLD}
mx: mx1.{NEW}
max_age: 604800
"""
"""The policy of a domain that moves well: both sides are listed until the way back is closed."""

RDAP_LIST = "https://data.iana.org/rdap/dns.json"
RDAP_SERVICE = "https://rdap.nic.example/"
"""Where IANA tells which registry speaks for a name, and where that of our domain answers."""

_HEAD = """\
$TTL 3600
@ IN SOA ns1.{provider}. hostmaster.{provider}. 2026112301 7200 900 1209600 300
@ IN NS ns1.{provider}.
@ IN NS ns2.{provider}.
"""
_NAME_SERVERS = "ns1 IN A 127.0.0.1\nns2 IN A 127.0.0.1\n"


def zones(ttl: int) -> dict[str, str]:
    """Return zone texts by origin; `ttl` is that of the MX RRset that will change."""
    ours = _HEAD.format(provider=OLD)
    provider = "mx1 IN A {ip}\nimap IN A {ip}\n" + _NAME_SERVERS
    return {
        "example": ours,
        DOMAIN: ours
        + f"@ {ttl} IN MX 10 mx1.{OLD}.\n"
        + f'@ IN TXT "v=spf1 mx include:{OLD} -all"\n'
        + "www IN A 127.0.0.1\n"
        + '_mta-sts IN TXT "v=STSv1; id=20261123T1"\n'
        + "mta-sts IN A 192.0.2.80\n"  # neither of the two servers
        + "".join(
            f"{s}._domainkey IN TXT {strings(key_record(s))}\n"
            for s in (OLD_SELECTOR, NEW_SELECTOR)
        )
        + f'_dmarc IN TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@{DOMAIN}"\n'
        + f'_smtp._tls IN TXT "v=TLSRPTv1; rua=mailto:postmaster@{DOMAIN}"\n',
        OLD: ours + provider.format(ip=OLD_IP) + f'@ IN TXT "v=spf1 a:mx1.{OLD} -all"\n',
        NEW: _HEAD.format(provider=NEW)
        + provider.format(ip=NEW_IP)
        + f"gateway IN A {NEW_IP}\n",
        ADMIN: ours
        + 'probe IN A 127.0.0.1\n@ IN TXT "v=spf1 a:probe.it-service.example -all"\n'
        + '_dmarc IN TXT "v=DMARC1; p=reject"\n',
        "gmail.com": ours + "@ IN MX 10 mx.elsewhere.example.\n",
        "outlook.com": ours + "@ IN MX 10 mx.elsewhere.example.\n",
        "yahoo.com": ours + "@ IN MX 10 mx.elsewhere.example.\n",
        "iana.org": ours + "data IN A 192.0.2.80\n",
        "nic.example": ours + "rdap IN A 192.0.2.80\n",
        "elsewhere.example": ours + "mx IN A 192.0.2.99\n",
        "zen.spamhaus.org": ours + "2.0.0.127 IN A 127.0.0.2\n",
        "dbl.spamhaus.org": ours + "test IN A 127.0.1.2\n",
        "2.0.192.in-addr.arpa": ours + f"25 IN PTR mx1.{OLD}.\n26 IN PTR mx1.{NEW}.\n",
    }
