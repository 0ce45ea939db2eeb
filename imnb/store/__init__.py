"""One DuckDB file per user and device, and the only package that knows DuckDB."""
