"""``python -m imnb`` is the ``imnb`` command."""

import sys

from imnb.cli import main

if __name__ == "__main__":
    sys.exit(main())
