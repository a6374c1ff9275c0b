"""YAML text -> nodes with places. Knows YAML and nothing of rules.

Every scalar stays the text that was written; duplicate keys, anchors, aliases and tags are refused.
"""

from steelyard.source.files import read_text
from steelyard.source.nodes import Keys, Map, Node, Seq, Text
from steelyard.source.reader import load_file, read_yaml

__all__ = ["Keys", "Map", "Node", "Seq", "Text", "load_file", "read_text", "read_yaml"]
