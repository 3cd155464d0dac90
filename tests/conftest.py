"""How the property tests draw: the same examples each time, so that a change is judged by itself and not by luck.

`make test-slow` draws new ones (`--hypothesis-profile=searching`); what it finds becomes a test of its own.
"""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("searching", derandomize=False)
settings.load_profile("repeatable")
