"""How the best panels are found: relaxation, exact search, and what blocks a call that has none."""
