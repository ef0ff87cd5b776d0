"""Judgements on what was observed; one small module for each family."""
