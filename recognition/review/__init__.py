"""Reviewing predictions: labels, and everything that helps people to set them."""
