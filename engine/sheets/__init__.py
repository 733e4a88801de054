"""Decision tables of a policy as Excel sheets and DMN 1.3 files, and back.

`Sheet` is a table as it is written; excel and dmn turn it into bytes and back, policyfile puts it
into a rule file. Nothing here decides anything: what a table means is the loader's business.
"""

from engine.sheets.shape import Line, Sheet, entry_text, sheet_of, tables_in

__all__ = ["Line", "Sheet", "entry_text", "sheet_of", "tables_in"]
