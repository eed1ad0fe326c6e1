"""Plans of future spend: the request, the curves, the solver and the words."""
