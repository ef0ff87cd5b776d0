"""Time as data: from what name servers were seen to serve, to the moment when it is safe to switch. PURE."""
