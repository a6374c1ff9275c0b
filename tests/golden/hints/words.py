"""Codes and hints that no slip follows, each with the reason: closed lists."""

from __future__ import annotations

import re

SUGGESTS = re.compile(
    r"did you mean {|"
    r"(?:did you mean|write|write e\.g\.|write one of|try|say|give|declare|round it:|give it:|add|take its day:|"
    r"choose another name, e\.g\.|begin on|compare it with something, e\.g\.|divide it by a unit, e\.g\.|"
    r"what comes first, the day or the month:|declare it of the input:|or declare it:|column:) `|`--"
)
"""What a hint looks like that says what to write, or which option to give."""

_SYNTAX = "where the text should end, only its author knows"
_AUTHOR = "which of the things named is wrong, only the author knows"
_POLICY = "what the policy shall say there, only its author knows"
_NOTHING = "it has no hint"
_FILE = "the file itself must be mended or replaced"
_WARNING = "it says what may be wrong with data, and the texts to compare it with"

ADVICE = {
    "H206": "how many indicators must count is for the author to say",
    "Y101": _SYNTAX,
    "Y102": _AUTHOR,
    "Y103": "the text that the anchor stands for is written elsewhere in the file",
    "Y104": _SYNTAX,
    "Y105": "the file is to be parted",
    "Y106": _SYNTAX,
    "Y107": "as many spaces as the author wants",
    "Y108": _SYNTAX,
    "Y109": _SYNTAX,
    "Y110": _NOTHING,
    "Y111": "the character cannot be seen",
    "Y202": "the names of the parts are the author's",
    "Y203": _NOTHING,
    "Y204": "how exact a duration shall be, only the author knows",
    "M103": _NOTHING,
    "M104": _NOTHING,
    "M105": _SYNTAX,
    "M107": "the number meant is the author's",
    "M111": _NOTHING,
    "M131": _AUTHOR,
    "M132": _AUTHOR,
    "M134": "the name of a version is the author's",
    "N103": _AUTHOR,
    "N105": "it tells of the order; what to read instead is a question of policy",
    "N106": _AUTHOR,
    "N132": _NOTHING,
    "N133": "which of the versions is amended, only the author knows",
    "E151": "what shall come out, only the author knows",
    "E152": "the names of cases are the author's",
    "T120": "which cases count is a question of policy",
    "T115": "how a list becomes one value is a question of policy",
    "T118": _AUTHOR,
    "T121": _AUTHOR,
    "H101": _AUTHOR,
    "H102": _AUTHOR,
    "H104": "the order of the values is the author's",
    "H107": _AUTHOR,
    "H112": _AUTHOR,
    "H113": _AUTHOR,
    "H121": _AUTHOR,
    "H133": _AUTHOR,
    "H141": _AUTHOR,
    "H122": _POLICY,
    "H123": _POLICY,
    "H201": _POLICY,
    "H202": _POLICY,
    "H204": _POLICY,
    "H205": _POLICY,
    "L101": _AUTHOR,
    "L111": _AUTHOR,
    "L122": _POLICY,
    "L123": _POLICY,
    "L124": "what is to be left out is underlined",
    "L125": _AUTHOR,
    "L126": "the range is the author's",
    "L130": _AUTHOR,
    "L134": _AUTHOR,
    "L135": "a comment is to be removed",
    "L136": "why a warning is ignored, only the author knows",
    "L139": _AUTHOR,
    "B201": "the range is the author's",
    "E101": _FILE,
    "E102": _FILE,
    "E103": _FILE,
    "E110": _FILE,
    "E111": _FILE,
    "E114": _FILE,
    "E115": _FILE,
    "E117": _FILE,
    "E118": _FILE,
    "E119": _FILE,
    "E122": _FILE,
    "E123": _FILE,
    "E125": _WARNING,
    "E126": _WARNING,
    "E127": _WARNING,
    "E141": _FILE,
    "E142": _FILE,
    "E143": _FILE,
    "E144": _FILE,
    "E145": _FILE,
}
"""Codes whose hints only advise. Their pages show a mended example, which test_pages.py and test_file_pages.py run."""

_RESULT = "it tells of an option beside a result that is right"
_MACHINE = "it depends on the memory and the disk of a machine"
_CELL = "it concerns the format of a cell of a workbook"

UNFOLLOWED = {
    "write `# steelyard: ignore CODE REASON`": "why a warning is ignored, only the author knows",
    "`weekend: [{days}]` makes the others working days too; where only these are meant, write `weekend`": (
        "which days are worked, only the author knows"
    ),
    "compute it from the case: leave `for_each` out and write `when: any(…)`": "the rule becomes another one",
    "write `2024-05-01`, or a local time like `2024-05-01T08:30`": "the time of the first window is the author's",
    "write `label: := …`, one text for all languages, for an indicator or a rule that moves the score": (
        "which label is meant, only the author knows"
    ),
    "write `otherwise: NAME` beside `of`, or list the values of the input under `values`": (
        "NAME stands for a calendar of the author's"
    ),
    'write `{day}: "09:00-17:30"`, `{day}: none` or `otherwise`': "the hours are the author's",
    "write e.g. `{rule}`": "when windows recur, only the author knows",
    "write `missing` alone, for no value": "what else the cell shall say, only its author knows",
    "a number here may need more than 128 bits: `--engine sql` and `--engine spark` refuse it": "it is no hint",
    "version {version}, the newest: another one with `--version`": _RESULT,
    "CSV files begin with a byte order mark, for spreadsheets: `--no-csv-bom` leaves it out": _RESULT,
    "and {count} more {count:reject|rejects}: `--rejects FILE` keeps all": _RESULT,
    "and {count} more {count:reason|reasons} to reject `{key}`: `--rejects FILE` keeps all": _RESULT,
    "the file may be no CSV, or of another encoding: see `--encoding`": "the file may be anything",
    "only the first sheet is read, not {names}: move the right one to the front, or name it in a file of `--intake`": (
        "which sheet is right, only the user knows"
    ),
    "{role}: no row has both `{column}` and `{near}`, which nobody reads; did you mean `{near}`?": (
        "rows name the value in two ways: the file must be mended"
    ),
    "`--engine sql` scores it on one machine": "it needs Spark",
    "the engine {engine} cannot run this ruleset: `--engine reference` can": (
        "it is the text of an exception; commands show its diagnostics instead"
    ),
    "cannot write `{file}`: {reason}": "it is no hint",
    "several relations are derived: write `--derived NAME=FILE`": "which of them is meant, only the user knows",
    "write `one_row: true`, and in `joins` that each key equals what it is of the case": _POLICY,
    "write e.g. `by: {{branch: branch}}`": _POLICY,
    "write e.g. `count(cases where {name} = …)` or `sum(cases.{name})`": _POLICY,
    "write e.g. `value: count(cases)`": _POLICY,
    "write e.g. `{name}: text`": _POLICY,
    "take fewer cases at a time, or allow more memory; `--engine sql` spills to disk what exceeds `--memory-limit`": (
        _MACHINE
    ),
    "allow it more with `--memory-limit`, free some space, or write to another folder": _MACHINE,
    "DuckDB needs more memory: allow it more with `--memory-limit`, or take fewer cases at a time": _MACHINE,
    "a result has more digits than Parquet keeps exactly here: declare narrower ranges, or take "
    "`--engine reference` and write CSV or JSON lines": "the range is the author's",
    "write one document a file, without `---`": "the file is to be parted",
    "for a duration give the cell the format `{form}`, or write `1h30min`": _CELL,
    "round it, or write e.g. `1h30min`": _CELL,
    "if each row is a case of its own, let its number be the key: write `{line}` under `cases` in a file of "
    "`--intake`": "the key of the slips is a text; tests/unit/facts/bulk/test_keys.py follows it",
}
"""Hints that look as if something in them could be applied and that no slip follows."""
