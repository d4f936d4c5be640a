"""Tables in and out of the product: CSV, CSV.GZ and XLSX. Knows no model; decision record 0005."""

from .reading import open_table
from .refusal import OnFault, RowFault, TableRefused
from .table import Record, Table, normalise_header

__all__ = ["OnFault", "Record", "RowFault", "Table", "TableRefused", "normalise_header", "open_table"]
