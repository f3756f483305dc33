"""What is raised when published weights cannot be had. Torch-free."""

from __future__ import annotations


class WeightsUnavailable(Exception):
    """There are no such weights, or they are not at hand. Says what to do."""
