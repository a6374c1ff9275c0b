"""From an explanation to a view in one language."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.diagnostics import msg
from steelyard.diagnostics.plain import one_line
from steelyard.explain.records import (
    Clause,
    Explanation,
    Fact,
    GrantStory,
    IndicatorStory,
    Judgement,
    Node,
    RowReference,
    RuleKind,
    RuleStory,
)
from steelyard.explain.terms import Name, Text, show
from steelyard.report.changes_view import changes_view
from steelyard.report.digest_lines import digest_lines
from steelyard.report.score_view import score_view
from steelyard.report.timeline import timeline
from steelyard.report.views import (
    FactView,
    GrantLine,
    GrantView,
    IndicatorView,
    JudgementView,
    NodeView,
    RowView,
    RuleView,
    ShareView,
    Term,
    View,
    WorkingView,
)

_DEEPEST = 9
_LONG = 12
"""A tree of more lines is folded."""
_SIGNS = {"true": "✓", "false": "✗", "unknown": "?", "value": "·", "missing": "?"}


def view(explanation: Explanation, lang: str) -> View:
    """Put an explanation into a language; every string of the result is finished."""
    told = Teller(lang)
    rules = [told.rule(rule, number) for number, rule in enumerate(explanation.rules, 1)]
    provenance = explanation.provenance
    return View(
        lang=lang,
        ruleset=told.term(explanation.ruleset),
        version=explanation.version,
        source=told.clause(explanation.source),
        timezone=explanation.timezone,
        key=explanation.key,
        head=tuple(told.fact(one.fact) for one in explanation.head),
        status=explanation.outcome.status.value,
        headline=told(explanation.headline),
        rejection=told.maybe(explanation.rejection),
        scores=tuple(score_view(score, explanation, told) for score in explanation.scores),
        outputs=tuple(told.fact(Fact(one.name, one.value)) for one in explanation.outputs),
        indicators=tuple(told.indicator(one, number) for number, one in enumerate(explanation.indicators, 1)),
        fired=tuple(rule for rule in rules if rule.fired),
        not_fired=tuple(rule for rule in rules if not rule.fired),
        changes=changes_view(explanation, told),
        timeline=timeline(explanation, told),
        facts=tuple(told.fact(fact) for fact in explanation.facts),
        parameters=tuple(told.fact(fact) for fact in explanation.parameters),
        rows=tuple(told.row(row) for row in explanation.rows),
        rows_left_out=explanation.rows_left_out,
        conditions=any(rule.judgements for rule in explanation.rules)
        or any(one.only_if is not None for one in explanation.indicators),
        workings=tuple(told.workings(explanation)),
        missing=tuple(told(text) for text in explanation.missing),
        digests=digest_lines((provenance.digests,), lang),
        engine=provenance.engine,
        engine_version=provenance.engine_version,
        evaluated_on=provenance.evaluated_on,
        files=tuple(one_line(name) for name in provenance.files),
        empty=provenance.empty,
        left_out=tuple(told(text) for text in provenance.left_out),
        warnings=tuple(told(text) for text in provenance.warnings),
    )


class Teller:
    """Says parts of an explanation in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, text: Text) -> str:
        """Say a text, on one line and with nothing hidden in it."""
        return one_line(show(text, self.lang))

    def maybe(self, text: Text | None) -> str:
        """The text, or nothing."""
        return "" if text is None else self(text)

    def term(self, name: Name, text: Text | None = None) -> Term:
        """A name with its id; with another text in the place of its label where one is given."""
        return Term(self(name if text is None else text), self.other_id(name))

    def other_id(self, name: Name | None) -> str:
        """The id of what has another name for the reader; "" where the id is the name, or nothing has one."""
        return "" if name is None or self(name) == name.id else name.id

    def clause(self, clause: Clause | None) -> str:
        """Where a rule comes from; the clause alone where it has one, else the title."""
        if clause is None:
            return ""
        return self.maybe(clause.clause or clause.title)

    def fact(self, fact: Fact) -> FactView:
        """A value."""
        text = msg("missing") if fact.value is None else fact.value
        value = self(text if fact.made is None else msg("{value} ({made})", value=text, made=fact.made))
        return FactView(self.term(fact.name), value, fact.value is None)

    def row(self, row: RowReference) -> RowView:
        """A row of a relation."""
        facts = tuple(self.fact(fact) for fact in row.facts)
        return RowView(self(row.relation), row.id, self.maybe(row.title), facts)

    def row_name(self, row: RowReference | None) -> str:
        """A row in a few words."""
        if row is None:
            return ""
        if row.title is None:
            return self(msg("{relation} {row}", relation=row.relation, row=row.id))
        return self(msg("{relation} {row} ({title})", relation=row.relation, row=row.id, title=row.title))

    def tree(self, node: Node, depth: int = 0) -> tuple[NodeView, ...]:
        """A condition's tree as lines, parents first."""
        value = "" if node.value is None else self(node.value)
        if node.condition:
            mark = "unknown" if node.truth is None else "true" if node.truth else "false"
        else:
            mark = "missing" if node.value is None else "value"
        if node.missing:
            itself = node.missing == (node.text,)
            value = self(msg("missing") if itself else msg("missing: {missing}", missing=node.missing))
        elif mark == "missing":
            value = self(msg("nothing"))
        text = self(node.text) if node.row is None else self(msg("{row}: {reason}", row=node.row, reason=node.text))
        below = tuple(line for child in node.children for line in self.tree(child, depth + 1))
        below = () if [f"{line.text} = {line.value}" for line in below] == [text] else below  # said by the condition
        line = NodeView(min(depth, _DEEPEST), mark, _SIGNS[mark], "  " * depth, text, value, self.maybe(node.formula))
        return (line, *below)

    def workings(self, explanation: Explanation) -> Iterator[WorkingView]:
        """What was computed on the way to the outcome, in the order in which it was computed."""
        for one in explanation.indicators:
            name = self.term(one.name)
            yield from self._working(
                name if one.row_id is None else Term(f"{name.text} {one.row_id}", name.id), one.working
            )
        for score in explanation.scores:
            yield from self._working(self.term(score.name), score.working)
        for rule in explanation.rules:
            for judgement in rule.judgements:
                name, row = self.term(rule.name), self.row_name(judgement.row)
                yield from self._working(Term(f"{name.text} – {row}", name.id) if row else name, judgement.working)
        for output in explanation.outputs:
            yield from self._working(self.term(output.name), output.working)

    def _working(self, name: Term, nodes: tuple[Node, ...]) -> Iterator[WorkingView]:
        tree = tuple(line for node in nodes for line in self.tree(node))
        if tree:
            yield WorkingView(name, tree, len(tree) > _LONG)

    def rule(self, rule: RuleStory, number: int) -> RuleView:
        """A rule."""
        fired_rows = tuple(
            self(msg("because of {row}", row=self._judged(one)))
            for one in rule.judgements
            if one.fired and one.effective and one.row is not None
        )
        return RuleView(
            anchor=f"rule-{number}",
            name=self.term(rule.name),
            kind=rule.kind.value,
            kind_text=self(kind_text(rule.kind)),
            clause=self.clause(rule.clause),
            url="" if rule.clause is None or rule.clause.url is None else rule.clause.url,
            fired=rule.fired,
            lifted_by=self.maybe(rule.lifted_by),
            reason=rule.reason or "",
            does=tuple(self(text) for text in rule.does),
            why_not=tuple(self(text) for text in rule.why_not),
            rows=fired_rows,
            judgements=tuple(self.judgement(one) for one in rule.judgements),
            more=rule.more,
        )

    def judgement(self, one: Judgement) -> JudgementView:
        """A condition in one row."""
        mark = "unknown" if one.truth is None else "true" if one.truth else "false"
        return JudgementView(self._judged(one), mark, self.maybe(one.amount), self.tree(one.tree))

    def _judged(self, one: Judgement) -> str:
        """The row that was judged, by its computed name first where it has one."""
        row = self.row_name(one.row)
        return row if one.name is None or not row else self(msg("{name}: {row}", name=one.name, row=row))

    def grants(self, given: tuple[GrantStory, ...]) -> tuple[GrantView, ...]:
        """The grants to an indicator, those of one exemption together under its name."""
        found: dict[str, list[GrantStory]] = {}
        for one in given:
            found.setdefault(one.exemption.id, []).append(one)
        return tuple(
            GrantView(self.term(of_one[0].exemption), tuple(self.grant(one) for one in of_one))
            for of_one in found.values()
        )

    def grant(self, grant: GrantStory) -> GrantLine:
        """A grant."""
        text = self(grant.text)
        if grant.row is not None:
            text = self(msg("because of {row}, {text}", row=self.row_name(grant.row), text=text))
        return GrantLine(text, grant.counted)

    def indicator(self, one: IndicatorStory, number: int) -> IndicatorView:
        """An indicator."""
        base, target = self.maybe(one.base_target), self.maybe(one.target)
        return IndicatorView(
            anchor=f"indicator-{number}",
            name=self.term(one.name),
            row=one.row_id or "",
            group=self.maybe(one.group),
            clause=self.clause(one.clause),
            measured_by=self(one.measured_by),
            measure=self.maybe(one.measure),
            base_target=base,
            target=target,
            relaxed=base != target,
            clock=self._clock(one),
            grants=self.grants(one.grants),
            how=tuple(self(text) for text in one.how),
            score="" if one.score is None else str(one.score),
            waived=self.maybe(one.waived),
            only_if=() if one.only_if is None else self.tree(one.only_if),
            shares=tuple(
                ShareView(self(share.score), f"{share.share}/{share.denominator}", str(share.lost))
                for share in one.shares
            ),
            reason=one.reason or "",
        )

    def _clock(self, one: IndicatorStory) -> tuple[str, ...]:
        clock = one.clock
        if clock is None or clock.start is None or clock.end is None:
            return ()
        shown = {"start": clock.start, "end": clock.end}
        running = (
            msg("from {start} to {end}, still running then", **shown)
            if clock.still_running
            else msg("from {start} to {end}", **shown)
        )
        paused = () if clock.paused is None else (self(msg("less pauses of {time}", time=clock.paused)),)
        return (self(running), *(self(text) for text in clock.hours), *paused)


def kind_text(kind: RuleKind) -> Text:
    """What a kind of rule is called."""
    match kind:
        case RuleKind.EXEMPTION:
            return msg("exemption")
        case RuleKind.ADJUSTMENT:
            return msg("adjustment of weights")
        case RuleKind.UNSCORED:
            return msg("no score")
        case RuleKind.DEDUCTION:
            return msg("deduction")
        case RuleKind.BONUS:
            return msg("bonus")
        case RuleKind.CORRECTION:
            return msg("correction")
        case RuleKind.GATE:
            return msg("gate")
