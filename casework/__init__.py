"""What the office does with an application: verbs on a session and a person, never a request.

A verb checks permission, scope, separation of duties, the version and the stage, writes state,
event and audit record in one transaction and flushes; the edge commits. It raises
`engine.faults.Refused` with every fault at once and then has changed nothing.
"""

# whoever shows a fault of casework has its texts
import casework.messages
import casework.messages_care
import casework.messages_checks
import casework.messages_entry
import casework.messages_money  # noqa: F401 - imported for the texts alone
