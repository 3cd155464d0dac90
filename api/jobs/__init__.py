"""Work that outlives a request: durable, with progress, done once."""
