"""How a customer pays without typing: references that banks check, and codes that banking apps scan."""
