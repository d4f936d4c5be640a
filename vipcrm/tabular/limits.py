"""What a table may hold at most. Far above what a shop's file needs, far below what would hurt the server."""

MEBI = 1 << 20

MAX_COLUMNS = 200
MAX_CELL = 10_000  # characters

MAX_LINES = 5_000_000  # of a CSV
MAX_LINE_BYTES = MEBI
MAX_TEXT_BYTES = 2048 * MEBI  # of a CSV, unpacked
MAX_RECORD = 65_536  # characters of a record that spans lines: beyond, its quote was never closed
MAX_UNREADABLE = 10_000  # records with wrong quotes: beyond, the file as a whole is wrong

# A packed file is a bomb when what comes out is large AND a large multiple of what went in.
GZIP_FREE_BYTES = 64 * MEBI  # streamed: costs time only
MAX_GZIP_RATIO = 250
XML_FREE_BYTES = 8 * MEBI  # parsed as a whole
MAX_XML_RATIO = 40  # real workbooks: 5 to 17

MAX_MEMBERS = 1_000  # of a workbook's zip directory
MAX_DIRECTORY_BYTES = MEBI
MAX_XML_BYTES = 192 * MEBI  # of a workbook, unpacked: about 300,000 rows of 14 columns
