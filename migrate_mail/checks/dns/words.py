"""What the findings of the family `dns` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "MX_ABSENT": "all {answered} name servers agree: there is no {subject} record",
    "MX_AGREE": "all {answered} name servers that answered (of {asked}) show the same {subject} records",
    "MX_DISAGREE": "the name servers show {versions} different versions of {subject}: mail goes to different places",
    "MX_NOT_AUTHORITATIVE": "the name server shows {shown}, but not as an authority",
    "MX_NOT_PUBLISHED": "the name server shows {shown}; missing: {missing}; too much: {extra}",
    "MX_NOT_SEEN": "no answer for {subject}: {status}: {text}",
    "MX_PUBLISHED": "the name server shows the MX records of the {side} system: {shown}",
    "NS_ANSWERS": "the name server answers for {subject}",
    "NS_LAME": "the name server is no authority for its own zone ({status})",
    "NS_MX_SILENT": "the name server answers for its zone, but not for {subject}: {status}: {text}",
    "NS_NO_ADDRESS": "{host} is a name server of {zone} and its address was not found ({reason})",
    "NS_SERIALS_DIFFER": "the serial numbers of {subject} differ; the MX records do not",
    "NS_SILENT": "the name server gives no answer for {subject}: {status}: {text}",
    "RESOLVER_BEHIND": "the resolver still shows {shown}, for {ttl} s more at most",
    "RESOLVER_SHOWS": "the resolver shows the MX records of the {side} system",
    "TTL_HIGH": "the TTL is {ttl} s, at most {max} s are wanted; an answer fetched now can live until {until}",
    "TTL_LOW": "the TTL is {ttl} s, at most {max} s are wanted",
    "TTL_LOWERED": "the TTL is {ttl} s now; answers that were fetched before it was lowered may live on in caches until {until}",
    "TTL_NOT_SEEN": "the TTL was not seen: {status}: {text}",
    "TTL_NO_RECORD": "there is no {subject} record, so none can live on in caches",
}
