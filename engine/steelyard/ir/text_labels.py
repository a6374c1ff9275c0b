"""What readers see for texts of a ruleset: the values of inputs and fields, the levels and kinds of feeds."""

from __future__ import annotations

import re

from steelyard.ir.declared import Label
from steelyard.ir.ruleset import Ruleset

CHINESE = re.compile(r"[\u4e00-\u9fff]")
_USUAL = {
    "blue": "蓝色",
    "yellow": "黄色",
    "orange": "橙色",
    "red": "红色",
    "typhoon": "台风",
    "rainstorm": "暴雨",
    "snow": "暴雪",
    "gale": "大风",
    "flood": "洪水",
    "earthquake": "地震",
    "hail": "冰雹",
    "thunderstorm": "雷电",
    "fog": "大雾",
    "cold wave": "寒潮",
    "high temperature": "高温",
    "drought": "干旱",
    "frost": "霜冻",
    "road icing": "道路结冰",
    "sandstorm": "沙尘暴",
    "tornado": "龙卷风",
}
"""Levels and kinds of events that rulesets name in English, in Chinese."""


def text_labels(ruleset: Ruleset) -> dict[str, Label]:
    """The label of each text: that of `labels`, else the Chinese name in `kinds`, else the usual Chinese word."""
    feeds = [one for one in ruleset.relations if one.feed is not None]
    found = {value: Label(word, value) for value, word in _USUAL.items()} if feeds else {}
    for relation in feeds:
        for name, kind in reversed(relation.kinds):
            if CHINESE.search(name):
                found[kind] = Label(name, kind)
    for relation in feeds:
        found.update(relation.labels)
    return {**found, **dict(ruleset.labels)}
