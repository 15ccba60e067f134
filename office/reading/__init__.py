"""Reading tables that other programs wrote, CSV or Excel, packed or not: what every import begins with."""

from office.reading.fields import Field, FieldKind
from office.reading.mapping import Mapping
from office.reading.rows import ReadRow, TableReader
from office.reading.troubles import RowsToMend, Trouble, TroubleFile

__all__ = ["Field", "FieldKind", "Mapping", "ReadRow", "RowsToMend", "TableReader", "Trouble", "TroubleFile"]
