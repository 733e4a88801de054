"""What a rule file means: load, check, decide, explain. Knows no database, no request, no clock."""

from engine.faults import Fault, Refused

__all__ = ["Fault", "Refused"]
