"""Leaves when it is imported."""

import sys

sys.exit("configuration is missing")
