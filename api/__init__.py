"""HTTP, storage, identity and jobs around the matcher."""
