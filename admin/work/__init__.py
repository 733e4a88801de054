"""The first page: what of a person's work is shown, and in which words."""
