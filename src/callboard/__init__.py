"""Callboard: call analytics and task status that you can trust."""

__version__ = "0.1.0"
