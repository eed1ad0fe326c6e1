"""Specifications as documents: YAML and mappings, presets and the defaults of every kind of channel."""
