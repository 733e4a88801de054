"""The figures as cards: each its words, its chart, and the same numbers as a table."""
