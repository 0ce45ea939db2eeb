"""Ready-made set-ups: a server with users in this process."""
