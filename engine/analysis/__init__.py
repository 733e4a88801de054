"""What is wrong with a policy as a whole: rules that cannot fire, gaps, contradictions, cliffs."""

from engine.analysis.analyse import Analysis, analyse
from engine.analysis.finding import Finding

__all__ = ["Analysis", "Finding", "analyse"]
