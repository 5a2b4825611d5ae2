"""What-if models: their parameters, scenarios and outputs."""
