"""Imports: a file becomes rows in a temporary table, checked and written in sets (docs/decisions/0010).

`run.import_file` is the one way in. Inside: `columns` what a file may hold, `staging` how it comes into the database,
one module per kind what is checked and written, `faults` what is said of a bad row.
"""
