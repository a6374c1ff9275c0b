"""What would have changed the score, in sentences: the next grade, regained points, exemptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from steelyard.diagnostics import msg
from steelyard.explain.records import Change, ChangeMethod, Counterfactual, Explanation, LeftOut, NextGrade, Regain
from steelyard.explain.terms import Name, Text, together
from steelyard.ir.ruleset import Better
from steelyard.report.tells import Tells, grade_code, signed, signed_amount
from steelyard.report.views import ChangesView, NearView, RegainView, Term, WithoutView
from steelyard.semantics.outcome import Fixed


def changes_view(explanation: Explanation, told: Tells) -> ChangesView | None:
    """Put what would have changed the score into words; None where there is nothing to say."""
    several = len(explanation.scores) > 1
    near = explanation.near_miss
    found = ChangesView(
        sentences=(
            *(_grade_sentence(one, several, told) for one in explanation.next_grades),
            *(_if_counted(one, final, score, told) for score, one, final in _counting(explanation)),
        ),
        regains=tuple(_regain(one, several, told) for one in explanation.regains),
        without=_without(explanation, told),
        near=None
        if near is None
        else NearView(told.term(near.exemption), told.clause(near.clause), tuple(told(text) for text in near.why_not)),
    )
    return found if found.sentences or found.regains or found.without or found.near is not None else None


def _grade_sentence(one: NextGrade, several: bool, told: Tells) -> str:
    shown = {"points": one.points, "grade": _grade(one.grade, told), "bound": signed(str(one.bound), "none")}
    text = (
        msg("{points} points more reach {grade}, which begins at {bound}", **shown)
        if one.better is Better.HIGHER
        else msg("{points} points less reach {grade}, which begins at {bound}", **shown)
    )
    return told(msg("{name}: {row}", name=one.score, row=text) if several else text)


def _counting(explanation: Explanation) -> Iterator[tuple[Name, LeftOut, Fixed]]:
    """The scores that would be others if an indicator counted in them."""
    for score in explanation.scores:
        for one in score.left_out:
            if one.if_counted is not None:
                yield score.name, one, one.if_counted


def _if_counted(one: LeftOut, final: Fixed, score: Name, told: Tells) -> str:
    return told(
        msg(
            "{score} would be {final} if {name} counted in it: {why}",
            score=score,
            final=final,
            name=one.name,
            why=together(one.why),
        )
    )


def _grade(grade: Name, told: Tells) -> str:
    """A grade with its code, where it has one."""
    return " ".join(filter(None, (grade_code(grade, told), told(grade))))


def _regain(one: Regain, several: bool, told: Tells) -> RegainView:
    cause = told.term(one.cause)
    text = cause.text if one.row is None else f"{cause.text} {one.row}"
    note = "" if one.changes else told(_nothing_found(one))
    return RegainView(
        name=Term(f"{text} – {told(one.score)}" if several else text, cause.id),
        points=signed_amount(one.lost),
        changes=tuple((told(_change(change, told)), told(_method(change.method))) for change in one.changes),
        note=note,
    )


def _nothing_found(one: Regain) -> Text:
    if not one.reads_values:
        return msg("it depends on no value of the case or of its rows")
    if one.complete:
        return msg("no change of one value of the case regains it")
    if one.rows_tried < one.rows:
        return msg(
            "no change of one value was found in the runs allowed; {count} of {rows} {rows:row|rows} tried",
            count=one.rows_tried,
            rows=one.rows,
        )
    return msg("no change of one value of the case was found in the runs allowed")


def _change(one: Change, told: Tells) -> Text:
    name: Text = one.field
    if one.row is not None:
        row = msg("{relation} {row}", relation=one.row.relation, row=one.row.id)
        name = msg("{row}, {field}", row=row, field=one.field)
    shown: dict[str, Text | Fixed] = {"input": name, "after": one.after}
    if one.difference is not None and one.moment:
        what = (
            msg("{input} {difference} later, {after}", difference=one.difference, **shown)
            if one.up
            else msg("{input} {difference} earlier, {after}", difference=one.difference, **shown)
        )
    elif one.difference is not None:
        what = (
            msg("{input} {difference} more, {after}", difference=one.difference, **shown)
            if one.up
            else msg("{input} {difference} less, {after}", difference=one.difference, **shown)
        )
    elif one.before is None:
        what = msg("{input} {after}, where nothing is given", **shown)
    else:
        what = msg("{input} {after} instead of {before}", before=one.before, **shown)
    if one.still_lost is not None:
        return _partly(what, one.still_lost, one, told)
    if one.grade is None:
        return msg("{change}: nothing is lost here, and the score is {final}", change=what, final=one.final)
    return msg(
        "{change}: nothing is lost here, and the score is {final} ({grade})",
        change=what,
        final=one.final,
        grade=_grade(one.grade, told),
    )


def _partly(what: Text, lost: Fixed, one: Change, told: Tells) -> Text:
    shown = {"change": what, "lost": signed(str(Fixed(abs(lost.value), lost.scale)), "none"), "final": one.final}
    if one.grade is None:
        return msg("{change}: {lost} is still lost here, and the score is {final}", **shown)
    grade = _grade(one.grade, told)
    return msg("{change}: {lost} is still lost here, and the score is {final} ({grade})", grade=grade, **shown)


def _method(method: ChangeMethod) -> Text:
    match method:
        case ChangeMethod.CLOSED_FORM:
            return msg("computed, then run again")
        case ChangeMethod.SEARCH:
            return msg("searched by running again")
        case ChangeMethod.ENUMERATION:
            return msg("tried by running again")
        case _:
            assert_never(method)


def _without(explanation: Explanation, told: Tells) -> tuple[WithoutView, ...]:
    several = len(explanation.scores) > 1
    return tuple(_without_one(one, several, told) for one in explanation.counterfactuals)


def _without_one(one: Counterfactual, several: bool, told: Tells) -> WithoutView:
    result = _result(one.without_it, one.grade_without, told)
    if one.exemption is None:
        text = msg("without all these exemptions: {result}", result=result)
    else:
        text = msg("without the exemption “{exemption}”: {result}", exemption=one.exemption, result=result)
    return WithoutView(
        exemption=told(msg("all of them")) if one.exemption is None else told(one.exemption),
        score=told(one.score),
        with_it=_result(one.with_it, one.grade_with, told),
        without_it=result,
        differs=one.with_it != one.without_it,
        sentence=told(msg("{name}: {row}", name=one.score, row=text) if several else text),
    )


def _result(final: Fixed | None, grade: Name | None, told: Tells) -> str:
    """A score with its grade."""
    if final is None:
        return told(msg("no score"))
    number = signed(str(final), "none")
    return number if grade is None else told(msg("{score} ({grade})", score=number, grade=_grade(grade, told)))
