"""The table of functions with their arguments and results (LANGUAGE.md section 4).

A new function is an entry here and one in each of: its meaning (`semantics.functions`, or `semantics.working` where it
asks a calendar), its SQL (`engines.sql.functions`), its range (`ranges`) and its words (`explain.functions`). The type
checker finds each of those that is left out; tests/conformance/test_functions.py compares them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.ir.operators import Function
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

MOST_ARGUMENTS = 99
"""The most arguments of a function that takes any number of them."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The types of a function's arguments and of its result.

    A type also stands for others of its kind: Text for any text, DateTime for open and closed ones, Region for any
    scheme; `Number(0)` is an integer.
    """

    parameters: tuple[Type, ...]
    result: Type


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function. All are strict: a missing argument makes the result missing, with the reasons of all missing ones.

    Attributes:
        signatures: the accepted types of arguments; messages name the first where none matches.
        most: the largest number of arguments, not counting a calendar's name.
        alike: whether arguments and result have one common type and scale; `Number(0)` then stands for numbers of any
            scale.
        day_of_instant: whether it takes dates, and instants by their day in the ruleset's zone.
        open_ends: whether a missing open datetime counts as later than every instant.
        calendar: whether it uses a calendar, which may be named as the last argument.
        total: whether it is missing only where an argument is; a function of windows has no value where none ends.
        partial: whether it is missing for some values of its arguments, such as those of 30 February.
    """

    signatures: tuple[Signature, ...]
    most: int
    alike: bool = False
    day_of_instant: bool = False
    open_ends: bool = False
    calendar: bool = False
    total: bool = True
    partial: bool = False

    @property
    def arity(self) -> tuple[int, int]:
        """Return the least and the largest number of arguments as written."""
        return len(self.signatures[0].parameters), self.most + self.calendar

    def signature(self, arguments: Sequence[Type]) -> Signature | None:
        """Return the signature that matches these argument types; None where there is none."""
        return next((one for one in self.fitting(arguments) if self._counts(len(arguments))), None)

    def fitting(self, arguments: Sequence[Type]) -> tuple[Signature, ...]:
        """Return the signatures that match these first arguments."""
        return tuple(
            one
            for one in self.signatures
            if all(self._fits(kind, self._parameter(one, place)) for place, kind in enumerate(arguments))
        )

    def wanted(self, arguments: Sequence[Type]) -> tuple[int, Type] | None:
        """Return the position of the first argument that matches no signature, and the required type; else None."""
        for place in range(len(arguments)):
            if not self.fitting(arguments[: place + 1]):
                return place, self._parameter(self.fitting(arguments[:place])[0], place)
        return None

    def _counts(self, arguments: int) -> bool:
        return len(self.signatures[0].parameters) <= arguments <= self.most

    @staticmethod
    def _parameter(signature: Signature, place: int) -> Type:
        return signature.parameters[min(place, len(signature.parameters) - 1)]

    def _fits(self, kind: Type, wanted: Type) -> bool:
        match kind, wanted:
            case (Text(), Text()) | (DateTime(), DateTime()) | (Region(), Region()) | (Regions(), Regions()):
                return True
            case Number(), Number():
                return self.alike or kind == wanted
            case _:  # types without parameters, or of different kinds
                return kind == wanted


def _equal_types(least: int, most: int, *kinds: Type) -> FunctionEntry:
    return FunctionEntry(tuple(Signature((kind,) * least, kind) for kind in kinds), most, alike=True)


def _typed(*signatures: tuple[tuple[Type, ...], Type]) -> FunctionEntry:
    return FunctionEntry(tuple(Signature(*one) for one in signatures), len(signatures[0][0]))


def _of_day(result: Type) -> FunctionEntry:
    return FunctionEntry((Signature((Date(),), result),), 1, day_of_instant=True)


def _windows(of_instants: Type, of_dates: Type, *, total: bool) -> FunctionEntry:
    signatures = Signature((DateTime(),) * 4, of_instants), Signature((Date(),) * 4, of_dates)
    return FunctionEntry(signatures, 4, open_ends=True, total=total)


def _counted(one: Type, other: Type, result: Type) -> FunctionEntry:
    return FunctionEntry((Signature((one, other), result),), 2, calendar=True)


_AMOUNTS: tuple[Type, ...] = (Number(0), Duration(), Days())
_ORDERED: tuple[Type, ...] = (*_AMOUNTS, Date(), DateTime())

FUNCTIONS: dict[Function, FunctionEntry] = {
    Function.MIN: _equal_types(2, MOST_ARGUMENTS, *_ORDERED),
    Function.MAX: _equal_types(2, MOST_ARGUMENTS, *_ORDERED),
    Function.ABS: _equal_types(1, 1, *_AMOUNTS),
    Function.CLAMP: _equal_types(3, 3, *_ORDERED),
    Function.DATE: _typed(((DateTime(),), Date())),
    Function.DATE_OF: FunctionEntry((Signature((Number(0),) * 3, Date()),), 3, partial=True),
    Function.YEAR: _of_day(Number(0)),
    Function.MONTH: _of_day(Number(0)),
    Function.YEAR_MONTH: _of_day(Text()),
    Function.ADD_MONTHS: FunctionEntry((Signature((Date(), Number(0)), Date()),), 2, day_of_instant=True),
    Function.MONTHS_BETWEEN: FunctionEntry((Signature((Date(), Date()), Number(0)),), 2, day_of_instant=True),
    Function.END_OF_MONTH: _of_day(Date()),
    Function.STARTS_WITH: _typed(((Text(), Text()), Boolean())),
    Function.ENDS_WITH: _typed(((Text(), Text()), Boolean())),
    Function.CONTAINS: _typed(((Text(), Text()), Boolean())),
    Function.LENGTH: _typed(((Text(),), Number(0))),
    Function.TRIM: _typed(((Text(),), Text())),
    Function.CONCAT: FunctionEntry((Signature((Text(), Text()), Text()),), MOST_ARGUMENTS),
    Function.COVERS: _typed(
        ((Regions("name"), Region("name")), Boolean()), ((Region("name"), Region("name")), Boolean())
    ),
    Function.OVERLAPS: _windows(Boolean(), Boolean(), total=True),
    Function.OVERLAP_TIME: _windows(Duration(), Days(), total=False),
    Function.DAYS: _typed(((Number(0),), Days()), ((Days(),), Number(0))),
    Function.WORKING_TIME: _counted(DateTime(), DateTime(), Duration()),
    Function.ADD_BUSINESS_DAYS: _counted(Date(), Number(0), Date()),
    Function.BUSINESS_DAYS_BETWEEN: _counted(Date(), Date(), Number(0)),
}
