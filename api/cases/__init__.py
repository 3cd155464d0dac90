"""What calls for panels and events share over HTTP: whose they are, and which version a change was made from."""
