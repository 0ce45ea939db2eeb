"""What is read from and written to each table; each takes a reader or transaction."""
