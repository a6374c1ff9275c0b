"""The expression grammar (Lark): text -> syntax tree. Knows no names, no types and no rules.

Between `model`, whose values are texts with places, and `ir`, whose expressions have names and types resolved. `tokens`
splits the text, `parser` runs the LALR automaton of `grammar.lark`, `builder` makes the nodes, `printer` writes them as
text. Each parse gives a tree, or None after adding one diagnostic with the exact place.

Invariants: a tree has at most 200 levels, so later passes may recurse; a Number is never negative; And and Or
have two items or more; parsing what was printed gives an equal tree.
"""
