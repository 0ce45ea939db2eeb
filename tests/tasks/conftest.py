from tests.clock import virtual

__all__ = ["virtual"]
