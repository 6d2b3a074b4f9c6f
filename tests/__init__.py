"""A package, so that pytest does not put this folder on sys.path.

There tests/dispatcher would hide the package dispatcher.
"""
