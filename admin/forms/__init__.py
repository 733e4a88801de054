"""Form fields made from what a policy says: facts, records of a stage, the household worksheet.

A form here only carries text between the page and casework. What is wrong with the text is found
below (engine, casework) and comes back as faults, so that a rule stands in one place only.
"""
