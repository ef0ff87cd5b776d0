"""What mail programs and phones ask for: host names, SRV records, autoconfig, autodiscover."""
