"""Connections that stay up, calls that are answered, pushes that are routed."""
