"""What the findings of the family `mx` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "MX_ADDRESS_INSIDE": "{host} has an address that the internet cannot reach: {addresses}",
    "MX_ADDRESS_NOT_SEEN": "not every name server told the address of {host}: {servers}",
    "MX_ADDRESS_PUBLIC": "{host} has public addresses: {addresses}",
    "MX_IS_CNAME": "{host} is an alias of {target}; an MX record must name a host with addresses of its own",
    "MX_NAME_DOUBLED": "{host} repeats its end; {meant} was meant",
    "MX_NONE": "{subject}: there is no record, so mail goes to the address of the domain itself",
    "MX_NO_ADDRESS": "{host} has neither an A nor an AAAA record: nobody can deliver to it",
    "MX_NO_ADDRESS_SEEN": "{subject}: {text}",
    "MX_NO_HOST_NAME": "{host} cannot be an MX host: it is no host name",
    "MX_NULL": "{subject} is a null MX: the domain refuses all mail",
    "MX_NULL_MIXED": "{subject} has a null MX beside other hosts: what senders do then is not defined",
    "MX_ONLY": "{subject} names hosts of the {side} system only: {hosts}",
    "MX_OTHER_SYSTEM": "{subject} still names hosts of the other system: {hosts}",
    "MX_RECORDS_GOOD": "{subject} names {hosts}",
    "MX_RESOLVES": "{host} is at {addresses}",
    "MX_STRANGER": "{subject} names hosts that migration.yaml does not know: {hosts}",
    "SUBDOMAINS_LOOKED_AT": "subdomains of {subject} with MX records: {names}",
    "SUBDOMAIN_AT_OLD": "{subject} gets its mail at old: {records}",
}
