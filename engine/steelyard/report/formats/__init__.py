"""Formats of a case's report: peers behind `render`; each takes the same view and computes nothing."""
