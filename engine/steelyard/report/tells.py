"""What puts parts of an explanation into one language, and numbers with their signs."""

from __future__ import annotations

from typing import Protocol

from steelyard.explain.records import Clause
from steelyard.explain.terms import Name, Text
from steelyard.report.views import Term
from steelyard.semantics.outcome import Fixed


class Tells(Protocol):
    """What says parts of an explanation in one language (see view.Teller)."""

    def __call__(self, text: Text) -> str:
        """Say a text."""
        ...

    def maybe(self, text: Text | None) -> str:
        """Say a text, or nothing."""
        ...

    def term(self, name: Name, text: Text | None = None) -> Term:
        """Say a name, with its id."""
        ...

    def other_id(self, name: Name | None) -> str:
        """Give the id of what has another name."""
        ...

    def clause(self, clause: Clause | None) -> str:
        """Say where a rule comes from."""
        ...


def grade_code(grade: Name | None, told: Tells) -> str:
    """The id of a grade where it is a code such as `A` or `BBB`; "" where it is a word, or what the grade is called."""
    code = told.other_id(grade)
    return "" if any(sign.islower() for sign in code) else code


def signed(amount: str, sign: str) -> str:
    """Write a summand with its sign, a true minus for the eye."""
    return f"+{amount}" if sign == "plus" else amount.replace("-", "−")


def signed_amount(amount: Fixed) -> str:
    """Write an amount with its sign."""
    return signed(str(amount), "plus" if amount.value > 0 else "minus")
