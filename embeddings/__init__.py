"""Text to vectors to nearest neighbours. This package has never heard of a fund."""

from embeddings.encoder import Encoder
from embeddings.loading import load_encoder

__all__ = ["Encoder", "load_encoder"]
