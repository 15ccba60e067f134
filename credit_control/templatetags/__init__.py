"""How credit control writes things on screens."""
