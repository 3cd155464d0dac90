"""How the property tests draw, and which models are there.

Property tests draw the same examples each time, so that a change is judged by itself and not by luck. `make test-slow`
draws new ones (`--hypothesis-profile=searching`); what it finds becomes a test of its own. No test sees the models that
the user of this machine built or chose.
"""

from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("searching", derandomize=False)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def no_models_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty models folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATCHER_MODELS", str(tmp_path_factory.mktemp("models")))
        yield
