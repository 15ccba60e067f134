"""All of the office as documented CSV and files: for whoever leaves, wants to look, or begins elsewhere."""
