"""Statements as tables, CSV or Excel: a person says once which column is what, and that is kept for the next file.

What can be told from the table itself is guessed and shown; what could be read in two ways is asked.
"""

from payments.bank_files.tables.grid import Grid, open_table
from payments.bank_files.tables.guessing import guess_mapping
from payments.bank_files.tables.mapping import COLUMN_ROLES, Role, TableMapping
from payments.bank_files.tables.reading import read_table

__all__ = ["COLUMN_ROLES", "Grid", "Role", "TableMapping", "guess_mapping", "open_table", "read_table"]
