"""Who may send mail in the name of a domain: Sender Policy Framework, RFC 7208."""
