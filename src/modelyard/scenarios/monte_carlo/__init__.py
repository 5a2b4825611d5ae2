"""Drawing parameters by chance, and what that does to the outputs."""

from modelyard.scenarios.monte_carlo.distributions import parse_distribution
from modelyard.scenarios.monte_carlo.processes import Effort
from modelyard.scenarios.monte_carlo.simulation import Experiment, Simulation, simulate

__all__ = ["Effort", "Experiment", "Simulation", "parse_distribution", "simulate"]
