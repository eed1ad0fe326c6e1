"""Lift studies: what they say, beside the data and beside a model."""
