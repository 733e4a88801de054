"""Reference and demonstration data, and their loader. Nothing here runs in a working office."""
