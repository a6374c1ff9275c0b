"""What the worked cases of a ruleset try of it, and what no case tries.

`conditions` takes a condition apart and says when an atom decides alone, `points` lists what there is to try,
`watching` prepares a ruleset that tells what its conditions saw, `measuring` evaluates cases and marks what they tried.
`text`, `data` and `page` lay it out.
"""
