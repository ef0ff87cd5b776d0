"""The days after the switch: old must go on taking mail."""
