"""The table of functions: what each takes and what it gives (LANGUAGE.md section 4).

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
"""So many arguments a function of any number of them takes."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The types of a function's arguments and of its result.

    A type stands for all of its kind where the kind alone matters: any text, open and closed datetimes, regions of any
    scheme; a `Number(0)` is an integer.
    """

    parameters: tuple[Type, ...]
    result: Type


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """One function. All are strict: a missing argument makes the result missing, for the reasons of all that are.

    Attributes:
        signatures: the kinds of arguments that it takes; the first is named where none fits.
        most: the largest number of arguments, a calendar's name aside.
        alike: its arguments are brought to one type and scale, which is the result's too; `Number(0)` then stands for
            numbers of any scale.
        day_of_instant: it takes dates, and the day of an instant in the ruleset's zone where one is given.
        open_ends: an open datetime that is missing counts as later than every instant.
        calendar: it counts by a calendar, which may be named as the last argument.
        total: it is missing only where an argument is; one that is not takes windows, and has no value where none ends.
    """

    signatures: tuple[Signature, ...]
    most: int
    alike: bool = False
    day_of_instant: bool = False
    open_ends: bool = False
    calendar: bool = False
    total: bool = True

    @property
    def arity(self) -> tuple[int, int]:
        """The least and the largest number of arguments as written."""
        return len(self.signatures[0].parameters), self.most + self.calendar

    def signature(self, arguments: Sequence[Type]) -> Signature | None:
        """The signature that arguments of these types fit; None where there is none."""
        return next((one for one in self.fitting(arguments) if self._counts(len(arguments))), None)

    def fitting(self, arguments: Sequence[Type]) -> tuple[Signature, ...]:
        """The signatures that the first arguments fit; they may be fewer than it takes."""
        return tuple(
            one
            for one in self.signatures
            if all(self._fits(kind, self._parameter(one, place)) for place, kind in enumerate(arguments))
        )

    def wanted(self, arguments: Sequence[Type]) -> tuple[int, Type] | None:
        """The position of the first argument that fits no signature, and the type wanted there; None where all fit."""
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
    Function.YEAR: _of_day(Number(0)),
    Function.MONTH: _of_day(Number(0)),
    Function.YEAR_MONTH: _of_day(Text()),
    Function.STARTS_WITH: _typed(((Text(), Text()), Boolean())),
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
