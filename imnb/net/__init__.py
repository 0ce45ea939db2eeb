"""Bytes in and out: real TCP, and the same interface within the process."""
