"""The thin half of the drip engine: claims due messages, sends, records."""

__version__ = "0.1.0"
