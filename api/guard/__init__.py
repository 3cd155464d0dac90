"""Who may do what, and how far they see. Only this package makes `Sight` and `VisibleIds`."""
