"""Formats of a case's report: peers behind `render`; each takes the same view and computes nothing."""

from steelyard.report.formats.render import FORMATS, SUFFIXES, render

__all__ = ["FORMATS", "SUFFIXES", "render"]
