"""Candidates: catalogues of one kind and level, and the similarity that is comparable between models."""
