"""Background work: a Huey queue, the relay of the outbox, and the flagging of what is overdue.

The queue only wakes; what must not be lost is in the outbox table.
"""
