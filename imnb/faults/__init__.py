"""A network that does what networks do at their worst, the same way each time."""
