"""The command line over the public functions of matcher."""
