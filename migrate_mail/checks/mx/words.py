"""What the findings of the family `mx` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "MX_ADDRESS_NOT_SEEN": "not every name server told the address of {host}: {servers}",
    "MX_IS_CNAME": "{host} is an alias of {target}; an MX record must name a host with addresses of its own",
    "MX_NAME_DOUBLED": "{host} repeats its end; {meant} was meant",
    "MX_NO_ADDRESS": "{host} has neither an A nor an AAAA record: nobody can deliver to it",
    "MX_NO_HOST_NAME": "{host} cannot be an MX host: it is no host name",
    "MX_RESOLVES": "{host} is at {addresses}",
}
