"""What the pages of an application show: values computed from records and the edition, no HTML.

Everything here reads; nothing decides, nothing writes.
"""
