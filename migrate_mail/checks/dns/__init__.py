"""Zones, delegation, TTLs and resolvers."""
