"""Files as offices write them: each is read right in both intakes, or refused in words that say where and what to do."""
# ruff: noqa: E501 - rows of files, and sentences, are as long as they are

# pyright: basic

from __future__ import annotations

import io
import zipfile
from gzip import compress

import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.facts import read_portfolio
from steelyard.ir.versions import versions_of
from workbooks import number, sheet, text, workbook

HEAD = "key,day,tenths,rate,word\n"
ROW = "a,2024-05-01,1.5,50%,Norte\n"
A = {"key": "a", "day": 19844, "tenths": 15, "rate": 5000, "word": "Norte"}
CELLS = {"A1": "key", "B1": "day", "C1": "tenths", "D1": "rate", "E1": "word", "A2": "a", "B2": number("45413", "day"),
         "C2": number("1.5"), "D2": number("0.5"), "E2": "Norte"}  # fmt: skip
YEAR = "write the year first; or declare "


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as one:
        one.writestr("cases.csv", HEAD + ROW)
    return stream.getvalue()


@pytest.fixture
def rules(shapes):
    """A day that must be there; the rest may be missing."""
    day = shapes.field("day", shapes.types["day"])
    return shapes.ruleset(shapes.key(), day, *shapes.optional("tenths", "rate", "word"))


@pytest.fixture
def related(shapes):
    """The same columns as rows of a relation."""
    day = shapes.field("day", shapes.types["day"])
    log = shapes.relation("log", shapes.key(), day, *shapes.optional("tenths", "rate", "word"), of_case="key")
    return shapes.ruleset(shapes.key(), relations=[log])


def workbook_of(**more) -> bytes:
    return workbook(Datos=sheet(CELLS | more))


READ = {
    "byte order mark": ("c.csv", "\ufeff" + HEAD + ROW),
    "CR alone": ("c.csv", (HEAD + ROW).replace("\n", "\r")),
    "delimiter at the end of all rows": ("c.csv", (HEAD + ROW).replace("\n", ",\n")),
    "title and dates of a workbook": ("c.xlsx", workbook_of()),
    "sep= and commas": ("c.csv", "sep=,\r\n" + HEAD + ROW),
    "rows without a value": ("c.csv", HEAD + ",,,,\n" + ROW + "\n,,,,\n"),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read(agree, rules, related, tmp_path, name) -> None:
    file, content = READ[name]
    path = tmp_path / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert [A] == [dict(case.values) for case in agree(rules, path).cases]
    assert [A] == [dict(row.values) for row in agree(related, path, {"log": path}).cases[0].rows["log"]]


REJECTED = {
    "row of a total": ("c.csv", "Total,,1.5,,\n", "a value (it is required)", None),
    "note below": ("c.csv", "Fuente: SAP\n", "5 fields, but the row has 1", None),
    "delimiter at the end of rows": ("c.csv", "b,2024-05-01,1.5,50%,Norte,\n", "5 fields, but the row has 6",
                                     "the row ends with a delimiter too many: take it away, or end the row of names with it too"),
    "fields too many": ("c.csv", "b,2024-05-01,1.5,50%,Norte, Sur\n", "5 fields, but the row has 6",
                        "a field that contains the delimiter needs quotes"),
    "joined files": ("c.csv", "\ufeffb,2024-05-01,1.5,50%,Norte\n", "text that does not begin with a byte order mark (U+FEFF)",
                     "files were joined here: take away the mark, and the names of columns if they stand below it"),
    "Latin 1": ("c.csv", b"b,2024-05-01,1.5,50%,M\xe1laga\n", "text in the encoding of the file",
                "what is shown as `\\x` is a byte that is no text: mend it, or state its encoding, as `--encoding cp1252` or `--encoding gb18030`"),
    "quotes inside": ("c.csv", 'b,2024-05-01,1.5,50%,Bar "El Sol"\n', "quotes around a whole field, and doubled inside it",
                      'write `"a ""word"" in quotes"`'),
    "formula of text": ("c.csv", '="b",2024-05-01,1.5,50%,x\n', "quotes around a whole field, and doubled inside it",
                        'write `"a ""word"" in quotes"`'),
    "day first": ("c.csv", "b,13/05/2024,1.5,50%,x\n", "a date such as `2024-05-01`",
                  YEAR + 'how it is written: `format: "%d/%m/%Y"`'),
    "decimal comma": ("c.csv", 'b,2024-05-01,"1,5",50%,x\n', "a number with at most 1 digit after the point",
                      "declare the sign before the fraction: `decimal: ','`"),
    "signs of Spain": ("c.csv", 'b,2024-05-01,"1.234,5",50%,x\n', "a number with at most 1 digit after the point",
                       "declare the signs between digits: `decimal: ','` and `grouping: '.'`"),
    "thousands": ("c.csv", 'b,2024-05-01,"1,234",50%,x\n', "a number with at most 1 digit after the point",
                  "write `1234`, or declare the sign between digits: `grouping: ','`"),
    "parentheses": ("c.csv", "b,2024-05-01,(1.5),50%,x\n", "a number with at most 1 digit after the point", None),
    "names again": ("c.csv", HEAD, "a date such as `2024-05-01`", None),
    "text of a date in a workbook": ("c.xlsx", {"A3": "b", "B3": "02/05/2024"}, "a date such as `2024-05-01`",
                                     YEAR + 'what comes first, the day or the month: `format: "%d/%m/%Y"` or `format: "%m/%d/%Y"`'),
    "note below a workbook": ("c.xlsx", {"A4": "Nota: importes en euros"}, "a value (it is required)", None),
    "number as text in a workbook": ("c.xlsx", {"A3": "b", "B3": number("45413", "day"), "C3": text("1,5 €")},
                                     "a number with at most 1 digit after the point", None),
    "array of JSON": ("c.jsonl", '[{"key": "b", "day": "2024-05-01"}]\n', "a JSON object on each line", None),
}  # fmt: skip


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_rejected_row_by_row(agree, rules, related, tmp_path, name) -> None:
    file, more, expected, hint = REJECTED[name]
    path = tmp_path / file
    if isinstance(more, dict):
        path.write_bytes(workbook_of(**more))
    elif file == "c.jsonl":
        path.write_text('{"key": "a", "day": "2024-05-01", "tenths": 1.5, "rate": "50%", "word": "Norte"}\n' + more)
    else:
        path.write_bytes((HEAD + ROW).encode() + (more if isinstance(more, bytes) else more.encode()))

    found = agree(rules, path)

    assert [A] == [dict(case.values) for case in found.cases]
    assert [(expected, hint)] == [(str(one.expected), one.hint and str(one.hint)) for one in found.rejects]
    agree(related, path, {"log": path})


REFUSED = {
    "semicolons": ("c.csv", HEAD.replace(",", ";") + ROW, "E116", "say what separates the columns: `--delimiter ';'`"),
    "tabs": ("c.csv", HEAD.replace(",", "\t"), "E116", "say what separates the columns: `--delimiter tab`"),
    "sep=; alone": ("c.csv", "sep=;\n" + HEAD.replace(",", ";"), "E116", "say what separates the columns: `--delimiter ';'`"),
    "UTF-16": ("c.csv", (HEAD + ROW).encode("utf-16"), "E112", "the file begins as UTF-16 does: try `--encoding utf-16`"),
    "UTF-16 without its mark": ("c.csv", (HEAD + ROW).encode("utf-16-le"), "E118",
                                "the file may be no CSV, or of another encoding: see `--encoding`"),
    "quote that is never closed": ("c.csv", HEAD + 'a,2024-05-01,1.5,50%,"Norte\nb,2024-05-01,1,1%,Sur\n', "E117",
                                   "a field in quotes ends at the delimiter or the line; a quote inside is written twice"),
    "blanks around names": ("c.csv", " key , day\n", "E116", "the file has the columns ` key `, ` day`"),
    "blank after a name": ("c.csv", "key,day,word \n", "E124", "did you mean `word `?"),
    "break in a name": ("c.xlsx", workbook_of(E1=text("wo\nrd")), "E124", "did you mean `wo\nrd`?"),
    "empty": ("c.csv", "", "E114", "the first row names the columns; a relation without rows is `none`"),
    "empty workbook": ("c.xlsx", workbook(Datos=sheet({})), "E114", "the first row names the columns; a relation without rows is `none`"),
    "cover sheet": ("c.xlsx", workbook(Portada=sheet({"A1": "Mayo"}), Datos=sheet(CELLS)), "E116", "the file has the columns `Mayo`"),
    "two tables side by side": ("c.xlsx", workbook_of(G1="word"), "E115", "rename or remove all but one of each"),
    "old workbook": ("c.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "E111", "open it in a spreadsheet and save it as `.xlsx`"),
    "old workbook under a new name": ("c.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "E118",
                                      "open it in a spreadsheet and save it as `.xlsx`, without a password"),
    "old workbook as CSV": ("c.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "E118",
                            "open it in a spreadsheet and save it as `.xlsx`, without a password"),
    "HTML as a workbook": ("c.xlsx", b"<html><table></table></html>", "E118", "open it in a spreadsheet and save it as `.xlsx`"),
    "HTML as an old workbook": ("c.xls", b"\xef\xbb\xbf\n<TABLE><tr></table>", "E118", "open it in a spreadsheet and save it as `.xlsx`"),
    "workbook as an old one": ("c.xls", workbook(Datos=sheet(CELLS)), "E118", "rename it so that it ends in `.xlsx`"),
    "archive as a workbook": ("c.xlsx", archive(), "E118", "unpack it, and give the file that is in it"),
    "archive as CSV": ("c.csv", archive(), "E118", "unpack it, and give the file that is in it"),
    "archive as JSON lines": ("c.jsonl", archive(), "E118", "unpack it, and give the file that is in it"),
    "workbook as CSV": ("c.csv", workbook(Datos=sheet(CELLS)), "E118", "rename it so that it ends in `.xlsx`"),
    "workbook as Parquet": ("c.parquet", workbook(Datos=sheet(CELLS)), "E118", "rename it so that it ends in `.xlsx`"),
    "CSV as a workbook": ("c.xlsx", HEAD + ROW, "E118", "rename it so that it ends in `.csv`"),
    "tabs as an old workbook": ("c.XLS", (HEAD + ROW).replace(",", "\t").encode("utf-16"), "E118", "rename it so that it ends in `.tsv`"),
    "gzip as CSV": ("c.csv", compress((HEAD + ROW).encode()), "E118", "unpack it, and give the file that is in it"),
    "Parquet as CSV": ("c.csv", b"PAR1" + bytes(80) + b"PAR1", "E118", "rename it so that it ends in `.parquet`"),
    "PDF as CSV": ("c.csv", b"%PDF-1.7\n" + bytes(80), "E118", "ask for the table as a workbook or as CSV"),
    "web page as CSV": ("c.csv", "<!DOCTYPE html>\n<html>", "E118", "open it in a spreadsheet and save it as `.xlsx`"),
    "column called PAR1": ("c.csv", "PAR1,PK\n1,2\n", "E116", "the file has the columns `PAR1`, `PK`"),
    "column called PDF": ("c.csv", "PDF,<b>\n1,2\n", "E116", "the file has the columns `PDF`, `<b>`"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_as_a_whole(agree, rules, related, tmp_path, name) -> None:
    file, content, code, help_ = REFUSED[name]
    path = tmp_path / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    diagnostics = Diagnostics()

    assert agree(rules, path) is None
    read_portfolio(versions_of(rules), [path], {}, diagnostics)
    assert [(code, help_)] == [(one.code, str(one.help)) for one in diagnostics.sorted()]
    (tmp_path / "keys.csv").write_text("key\na\n")
    assert agree(related, tmp_path / "keys.csv", {"log": path}) is None


def test_name_with_a_blank_is_quoted_where_it_is_to_be_written(agree, rules, tmp_path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("key,day,word \n", "utf-8")
    diagnostics = Diagnostics()
    read_portfolio(versions_of(rules), [path], {}, diagnostics)

    assert 'rename it in the file, or write `column: "word "` in the ruleset' == str(diagnostics.sorted()[0].notes[0])


@pytest.mark.parametrize("mark", ["", '"'])
def test_keys_that_are_probably_none_are_named(agree, rules, tmp_path, mark) -> None:
    """A row of totals that has all that is needed, and a number of twelve digits that went through a spreadsheet."""
    path = tmp_path / "c.csv"
    keys = ("a", "合计", " TOTAL", "1.23457E+11", "1E+05", "1E5")
    path.write_text(HEAD + "".join(f"{mark}{key}{mark},2024-05-01,1.5,50%,x\n" for key in keys), "utf-8")

    found = agree(rules, path)

    assert list(keys) == [case.key for case in found.cases]
    assert [
        "cases: ` TOTAL`, `合计` may be rows of totals, but count as cases",
        "cases: `1.23457E+11`, `1E+05` may be numbers whose last digits a spreadsheet left out",
    ] == list(map(str, found.warnings))
