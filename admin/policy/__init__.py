"""What the pages of policy settings show: words for the keys of rule files, values made ready for
templates. Knows the form of rule files, never the content of a policy."""
