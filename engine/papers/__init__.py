"""Papers that a policy prints: which there are, for whom, from which data, and their templates.

`papers.yaml` declares them, `papers/*.docx` are their templates, edited in Word or WPS. Here they
are read and checked; filling them in is casework's.
"""

from engine.papers.declared import ABOUT, Paper, Papers, Part, read_papers

__all__ = ["ABOUT", "Paper", "Papers", "Part", "read_papers"]
