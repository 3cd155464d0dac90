"""Text to vectors to nearest neighbours. This package has never heard of a fund."""

from embeddings.encoder import Encoder, load_encoder

__all__ = ["Encoder", "load_encoder"]
