"""Bulk: a whole population assessed by SQL, and two editions compared over one population.

The checked trees of a policy are rendered once as SQL (sqlglot); rows that SQL cannot answer with
certainty go to `assess`. Submodules are imported where they are needed: a single decision never
loads DuckDB.
"""
