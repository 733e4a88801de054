"""Who is asking and what he may open: signing in, permissions of routes, headers, throttling.

Scope, the part of the organisation a person sees, is casework's; here a route is open or closed.
"""
