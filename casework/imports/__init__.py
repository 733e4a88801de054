"""Workbooks taken in: opened safely, their columns matched by name, every row checked first.

`workbook` opens and reads a file, `headers` finds its columns, `cells` reads one cell, `kinds`
says what may be taken in, `runs` keeps a run, `passage` goes through the rows. Nothing is written before a dry run.
"""

from casework.imports import messages as _texts  # noqa: F401 - registers the texts of the faults
