"""YAML text -> nodes with places. Knows YAML and nothing of rules.

Every scalar stays the text that was written; duplicate keys, anchors, aliases and tags are refused.
"""

from steelyard.source.nodes import Map, Node, Seq, Text

__all__ = ["Map", "Node", "Seq", "Text"]
