"""The truth: records, their history, and one sequence of changes, in SQLite or PostgreSQL."""
