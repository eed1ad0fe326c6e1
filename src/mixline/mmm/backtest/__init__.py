"""Forecasts made from what came before them, held against what came."""
