"""Printed papers: the policy's Word templates filled from the records, as Word, page or PDF.

Which papers there are and their words stand in the policy (`papers.yaml`, `papers/*.docx`); here is
only where each value is found and how a file is made of it. Changes nothing but the audit log.
"""
