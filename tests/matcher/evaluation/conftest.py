import pytest

from matcher.evaluation import load_golden
from matcher.evaluation.run import Setting, evaluate
from tests.matcher.toy import ToyEncoder


@pytest.fixture(scope="session")
def golden():
    return load_golden()


@pytest.fixture(scope="session")
def report(golden):
    """The standard evaluation with an encoder that knows characters only."""
    return evaluate(golden, ToyEncoder(), Setting(seed=3, samples=300))
