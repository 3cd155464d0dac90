"""Projects, funds, loans, insurance, experts and centers over HTTP: one implementation for every kind."""
