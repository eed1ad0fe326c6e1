"""Newer periods on an existing model, and what moved between two models."""
