"""Between the server and the store: events in, drafts out, nothing lost or doubled."""
