"""What a client can do, one topic a module; `Client` offers it as methods."""
