"""DMARC: the record, the policy that holds, and whether anybody gets its reports."""
