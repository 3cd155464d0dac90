"""Expert panels over HTTP: calls, plans with proof, changes, releases, opinions and the reserve list."""
