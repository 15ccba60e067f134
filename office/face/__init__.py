"""A company's face before its customers: its own words, its colour, and what of that can be read."""
