"""Generated from ``proto/`` by ``python -m tests.regenerate``; do not edit."""
