"""What this client calls itself."""

import importlib.metadata

try:
    VERSION = importlib.metadata.version("imnb")
except importlib.metadata.PackageNotFoundError:  # a checkout that is not installed
    VERSION = "0"
