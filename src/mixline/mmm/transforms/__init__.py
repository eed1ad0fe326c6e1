"""The mathematics of one candidate: adstock, saturation, ridge and the losses, on arrays."""
