"""The document of a policy for people, part by part: what its procedure and its papers say.

Each module yields parts of `engine.pages`; `engine.document` puts them in order. Titles come from
the policy, the sentences around them from the catalogue.
"""
