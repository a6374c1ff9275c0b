"""Cells that are taken out of a sheet before it is parsed leave the same facts as cells that are parsed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.source.xlsx_cells import taken_out
from steelyard.source.xlsx_sheet import SheetFacts, read_facts
from workbooks import STYLES, number, sheet, text, workbook

PLAIN = [
    *(number(value, style) for value in ("1", "45413.5", "-3", "1E-7") for style in ("", *STYLES)),
    *(text("a"), text("<c r='A1'/>"), 't="b"><v>1</v>', 't="s"><v>0</v>', 't="str"><v>x</v>'),
]
PARSED = [
    't="e"><v>#N/A</v>',
    "><f>1+1</f>",
    "><f>1+1</f><v>2</v>",
    's="2"><f>A1</f><v>45413</v>',
    't="n" s="1"><v>2</v>',
]
PLACES = [f"{column}{row}" for row in (1, 2, 3, 7) for column in ("A", "B", "Z", "AB")]


def facts(xml: str) -> SheetFacts:
    with zipfile.ZipFile(io.BytesIO(workbook(S=xml))) as archive:
        return read_facts(archive, "S")


@given(st.dictionaries(st.sampled_from(PLACES), st.sampled_from(PLAIN + PARSED)))
def test_the_facts_are_those_of_a_parser(cells) -> None:
    xml = sheet({place: cells[place] for place in PLACES if place in cells})

    assert asdict(facts(xml)) == asdict(facts(xml.replace("<sheetData>", "<!-- no cell --><sheetData>")))


@pytest.mark.parametrize("inside", PLAIN)
def test_a_cell_without_a_formula_is_taken_out(inside) -> None:
    rest, names = taken_out(f'<row><c r="B7" {inside}</c></row>'.encode(), frozenset(), lambda *_: None)

    assert (b"<row></row>", {"B1", "A7"}) == (rest, names)


@pytest.mark.parametrize("inside", PARSED)
def test_any_other_cell_stays(inside) -> None:
    xml = f'<row><c r="B7" {inside}</c></row>'.encode()

    assert xml == taken_out(xml, frozenset(), lambda *_: None)[0]
