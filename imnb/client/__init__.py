"""An account on an imnb server, used from a notebook or a script."""
