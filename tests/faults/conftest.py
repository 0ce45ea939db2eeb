from tests.clock import no_real_waits, virtual, virtual_io

__all__ = ["no_real_waits", "virtual", "virtual_io"]
