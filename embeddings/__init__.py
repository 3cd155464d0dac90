"""Text to vectors to nearest neighbours. This package has never heard of a fund."""
