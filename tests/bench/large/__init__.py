"""Portfolios: as many claims as wanted, the engine, and what it is measured by. See ../README.md."""
