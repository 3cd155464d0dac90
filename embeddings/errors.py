"""What can go wrong between a text and its neighbours.

EmbeddingsError
├── EncoderError          a model cannot be loaded, or a text cannot become a vector
│   ├── EncoderMissingError    no such model here, or not built yet; the message says what works instead
│   └── EncoderBrokenError     a file of the model is missing, cut short, changed, or does not fit its manifest
├── RowError              rows, vectors or texts that an index cannot take or does not hold
├── FingerprintError      vectors of two models would meet
└── SnapshotError         a stored index is missing, cut short or changed; rebuild it from the store
"""


class EmbeddingsError(Exception):
    """Base of every error this package raises on purpose."""


class EncoderError(EmbeddingsError):
    """A model cannot be loaded, or a text cannot become a vector."""


class EncoderMissingError(EncoderError):
    """There is no such model here, or it is not built yet; the message says what works instead."""


class EncoderBrokenError(EncoderError):
    """A file of the model is missing, cut short, changed, or does not fit its manifest."""


class RowError(EmbeddingsError):
    """Rows, vectors or texts that an index cannot take or does not hold."""


class FingerprintError(EmbeddingsError):
    """Vectors of two models would meet."""


class SnapshotError(EmbeddingsError):
    """A stored index is missing, cut short or changed; rebuild it from the store."""
