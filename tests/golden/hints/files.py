"""Slips in files of facts, their declarations and the options of a run, whose hints suggest a text or an option."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from golden.hints.slips import SLOT, Slip

SEPARATOR = "\x1f"
"""Stands between the parts of a run."""


@dataclass(frozen=True, slots=True)
class FileSlip:
    """A run with one mistake. A slot, as in a `Slip`, says in which of its parts the suggestion belongs.

    Attributes:
        code: of the diagnostic; empty where a row is rejected, where the run warns or its command line is refused.
        hint: the hint that is followed, as its template stands in the source.
        inputs: the inputs beside `id`, as the entries of a flow mapping.
        cases: the text of the file of cases.
        options: what the command line says beside `--cases`.
        more: further sections of the ruleset.
        intake: the text of the file `intake.yaml`.
        relation: the text of the file `rows.csv`.
        encoding: how the files are written.
        stays: the template of what is still said when the hint was followed, and rightly.
        fills, omit: as of a `Slip`.
    """

    code: str
    hint: str
    inputs: str
    cases: str
    options: str = ""
    more: str = ""
    intake: str = ""
    relation: str = ""
    encoding: str = "utf-8"
    stays: str = ""
    fills: Mapping[str, str] = field(default_factory=dict[str, str])
    omit: tuple[str, ...] = ()

    @property
    def parts(self) -> str:
        """All parts as one text, in which the slot is."""
        parts = (self.inputs, self.cases, self.options, self.more, self.intake, self.relation)
        return SEPARATOR.join(parts)

    @property
    def slip(self) -> Slip:
        """What is wrong and where the suggestion belongs."""
        return Slip("", self.parts, self.fills, self.omit)

    @property
    def name(self) -> str:
        """A name for people."""
        slot = SLOT.search(self.parts)
        return re.sub(r"\s+", " ", f"{self.hint[:40]} {slot[0] if slot else ''}")


FILES = (
    # cells
    FileSlip("", "write `{percent}` or `{fraction}`", "n: {type: decimal(4), range: '[0..1]'}", "id,n\n1,«98→•»\n"),
    FileSlip("", "write `{text}`", "t: duration", "id,t\n1,«P1DT2H→•»\n"),
    FileSlip(
        "",
        "write `{text}`, or declare the sign between digits: `grouping: ','`",
        "n: decimal(2)",
        'id,n\n1,"«1,234.50→•»"\n',
        omit=("grouping: ','",),
    ),
    FileSlip(
        "",
        "write `{text}`, or declare the sign between digits: `grouping: ','`",
        "n: {type: decimal(2)«→, •»}",
        'id,n\n1,"1,234.50"\n',
        omit=("1234.5",),
    ),
    FileSlip(
        "",
        "write the year first; or declare what comes first, the day or the month: `{first}` or `{second}`",
        "d: {type: date«→, •»}",
        "id,d\n1,01/02/2024\n",
    ),
    FileSlip(
        "",
        "write the unit: `{hours}` or `{minutes}`; or declare it: `unit: hours` or `unit: minutes`",
        "t: duration",
        "id,t\n1,«5→•»\n",
        omit=("unit: hours", "unit: minutes"),
    ),
    FileSlip(
        "",
        "write the unit: `{hours}` or `{minutes}`; or declare it: `unit: hours` or `unit: minutes`",
        "t: {type: duration«→, •»}",
        "id,t\n1,5\n",
        omit=("5h", "5min"),
    ),
    FileSlip("", "add the time of day: `{text}`", "t: datetime", "id,t\n1,«2024-05-01→•»\n"),
    FileSlip(
        "",
        "write the year first: {readings}",
        "d: {type: date, format: ['%d/%m/%Y', '%m/%d/%Y']}",
        "id,d\n1,«01/02/2024→•»\n",
    ),
    FileSlip(
        "",
        "12 o'clock in the morning has two readings: write `00:05` or `12:05`",
        "t: datetime",
        "id,t\n1,2024-05-01 «上午12:05→•»\n",
    ),
    FileSlip(
        "",
        "leave the field empty where the value is missing, or declare what means that: `missing: [{mark}]`",
        "n: {type: integer, optional: true«→, •»}",
        "id,n\n1,N/A\n",
    ),
    FileSlip("", "did you mean `{near}`?", "k: {type: text, values: [motor, property]}", "id,k\n1,«moto→•»\n"),
    FileSlip("", "digits may have been lost: write `{text}`", "a: region(fips)", "id,a\n1,«1001→•»\n"),
    FileSlip(
        "",
        "the clocks of `{zone}` showed this time twice: write `{first}` or `{second}`",
        "t: datetime",
        "id,t\n1,«2024-10-27 02:30→•»\n",
        omit=("Europe/Madrid", "ambiguous: first", "ambiguous: second"),
    ),
    FileSlip(
        "",
        "{hint}, or declare it of the input: `ambiguous: first` or `ambiguous: second`",
        "t: {type: datetime«→, •»}",
        "id,t\n1,2024-10-27 02:30\n",
        omit=("Europe/Madrid", "2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00"),
    ),
    FileSlip("", "write `00:00` of the next day", "t: datetime", "id,t\n1,2024-05-«01 24:00→02 •»\n"),
    FileSlip("", 'write `"a ""word"" in quotes"`', "k: text", 'id,k\n1,«"a "word" in quotes"→•»\n'),
    FileSlip(
        "",
        "what is shown as `\\x` is a byte that is no text: mend it, or state its encoding, as `--encoding cp1252` or "
        "`--encoding gb18030`",
        "k: text",
        "id,k\n1,上海\n",
        "«→•»",
        encoding="gb18030",
        omit=("\\x", "--encoding cp1252"),
    ),
    FileSlip(
        "",
        "what is shown as `\\x` is a byte that is no text: mend it, or state its encoding, as `--encoding cp1252` or "
        "`--encoding gb18030`",
        "k: text",
        "id,k\n1,Málaga\n",
        "«→•»",
        encoding="cp1252",
        omit=("\\x", "--encoding gb18030"),
    ),
    FileSlip(
        "",
        "{role}: {count} {count:value|values} of `{column}` {count:is|are} read as text, though people write "
        "{count:it|them} where a value is missing: declare `missing: [{marks}]` for it, or `missing: []` if "
        "{count:it is a value|they are values}",
        "k: {type: text, optional: true«→, •»}",
        "id,k\n1,N/A\n2,x\n",
        omit=("k",),
    ),
    # files
    FileSlip(
        "E112",
        "say how the file is encoded: `--encoding cp1252` for files of Western spreadsheets, `gb18030` of Chinese "
        "ones; where files differ, `--intake` says it of each",
        "上海: text",
        "id,上海\n1,x\n",
        "--encoding «utf-8→•»",
        encoding="gb18030",
        omit=("--encoding cp1252", "--intake"),
    ),
    FileSlip(
        "E112",
        "say how the file is encoded: `--encoding cp1252` for files of Western spreadsheets, `gb18030` of Chinese "
        "ones; where files differ, `--intake` says it of each",
        "Málaga: text",
        "id,Málaga\n1,x\n",
        "«→•»",
        encoding="cp1252",
        omit=("gb18030", "--intake"),
    ),
    FileSlip(
        "E112",
        "try `--encoding utf-8`; where files differ, `--intake` says it of each",
        "k: text",
        "id,k\n1,上海一\n",
        "«--encoding utf-16→•»",
        omit=("--intake",),
    ),
    FileSlip(
        "E112",
        "the file begins as UTF-16 does: try `--encoding utf-16`",
        "k: text",
        "id,k\n1,x\n",
        "«→•»",
        encoding="utf-16",
    ),
    FileSlip("E113", "try `utf-8` or `gb18030`", "k: text", "id,k\n1,x\n", "--encoding «nonsense→•»"),
    FileSlip("E116", "say what separates the columns: `--delimiter {delimiter}`", "k: text", "id;k\n1;x\n", "«→•»"),
    FileSlip("E116", "say what separates the columns: `--delimiter {delimiter}`", "k: text", "id\tk\n1\tx\n", "«→•»"),
    FileSlip("E116", "say what separates the columns: `--delimiter {delimiter}`", "k: text", "id|k\n1|x\n", "«→•»"),
    FileSlip(
        "E116",
        "for `{column}`: did you mean `{near}`?",
        "kind: {type: text«→, column: •»}",
        "id,kinds\n1,x\n",
        omit=("kind",),
    ),
    FileSlip(
        "E124",
        "rename it in the file, or write `{line}` in the ruleset",
        "status: {type: text, optional: true«→, •»}",
        "id,statuss\n1,x\n",
    ),
    FileSlip(
        "E124",
        "did you mean `{near}`?",
        "status: {type: text, optional: true«→, column: •»}",
        "id,statuss\n1,x\n",
    ),
    FileSlip(
        "",
        "{role}: no column `{column}`, it is missing in every row; did you mean `{near}`?",
        "kind: {type: text, optional: true«→, column: •»}",
        "id,kinds\n1,x\n",
        omit=("kind",),
    ),
    FileSlip(
        "",
        "{relation}: the area `{area}` matches no case: did you mean `{near}`?",
        "place: region(name)",
        "id,place\n1,Madrid\n",
        "--relation floods=rows.csv",
        "relations: {floods: {feed: declarations, regions: name, joins: 'covers(floods.areas, place)'}}",
        relation="declaration_id,kind,areas,starts,ends,authority,reference\n1,flood,«Madird→•»,2024-05-01 00:00,,,\n",
        omit=("Madird",),
    ),
    FileSlip(
        "E124",
        "if `{column}` is really not there: `{option}`",
        "status: {type: text, optional: true}",
        "id,statuss\n1,x\n",
        "«→•»",
        omit=("status",),
    ),
    FileSlip(
        "E116",
        "row {line} is taken for the names of the columns: delete a title above them, or say `header` in a file of "
        "`--intake`",
        "k: text",
        "Claims of May\nid,kk\n1,x\n",
        intake="«→intake: 1\ncases: {•: 2, columns: {k: kk}}\n»",
        omit=("--intake",),
    ),
    FileSlip(
        "E120",
        "add `{option}`, or `{none}` where it has no rows",
        "k: text",
        "id,k\n1,x\n",
        "«→•»",
        "relations: {rows: {of_case: of, fields: {of: text}}}",
        relation="of\n1\n",
        fills={"FILE": "rows.csv"},
    ),
    FileSlip(
        "E121",
        "did you mean `{near}`?",
        "k: text",
        "id,k\n1,x\n",
        "--relation «row→•»=rows.csv",
        "relations: {rows: {of_case: of, fields: {of: text}}}",
        relation="of\n1\n",
    ),
    FileSlip(
        "",
        "did you mean `{near}`?",
        "kind: {type: text, optional: true}",
        "id,kind\n1,x\n",
        "--missing-column «kid→•»=accept",
    ),
    FileSlip(
        "E130",
        "give it: `--set {name}=VALUE`",
        "k: text",
        "id,k\n1,x\n",
        "«→•»",
        "parameters: {most: integer}",
        fills={"VALUE": "3"},
    ),
    FileSlip(
        "T107",
        "write `file_and_row`, for a key of text",
        "k: text",
        "k\nx\n",
        "--cases rows.csv",
        intake="intake: 1\ncases: {key: «row_number→•»}\n",
        relation="k\nx\n",
    ),
    # keys that stand twice
    FileSlip(
        "",
        "the rows agree in every input: if they are one case, write `{line}` under `cases` in a file of `--intake`",
        "n: integer",
        "id,n,m\n1,2,3\n1,2,4\n",
        intake="«→intake: 1\ncases: {•}\n»",
        stays="{rows} {rows:row|rows} of the files of cases gave {cases} {cases:case|cases}: {repeated} "
        "{repeated:repeats|repeat} an earlier row in every input",
        omit=("cases", "--intake"),
    ),
    FileSlip(
        "",
        "if each row is a case of its own, let several columns be the key: write `{line}` under `cases` in a file "
        "of `--intake`",
        "n: integer",
        "id,n\n1,2\n1,3\n",
        intake="«→intake: 1\ncases: {•}\n»",
        fills={"A": "id", "B": "n"},
        omit=("cases", "--intake"),
    ),
)
