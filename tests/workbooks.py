"""Workbooks made cell by cell of raw XML, so that a test says exactly what is stored."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = {"day": 1, "instant": 2, "duration": 3, "clock": 4, "amount": 5}
FORMATS = ("General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "[h]:mm:ss", "hh:mm", "#,##0.00")


def text(value: str) -> str:
    """The inside of a cell that holds text."""
    return f't="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is>'


def number(value: str, style: str = "") -> str:
    """The inside of a cell that stores a number: a date where it is styled as one."""
    return f's="{STYLES.get(style, 0)}"><v>{value}</v>'


def sheet(cells: Mapping[str, str], after: str = "") -> str:
    """A sheet of cells, by their references: plain text, or what `text` and `number` give."""
    rows: dict[int, list[str]] = {}
    for place, inside in cells.items():
        row = int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        shown = inside if "><" in inside else text(inside)
        rows.setdefault(row, []).append(f'<c r="{place}" {shown}</c>')
    body = "".join(f'<row r="{row}">{"".join(inside)}</row>' for row, inside in sorted(rows.items()))
    return f"<worksheet {MAIN}><sheetData>{body}</sheetData>{after}</worksheet>"


def workbook(settings: str = "", /, **sheets: str) -> bytes:
    """A workbook of sheets by name, in this order; `settings` are the attributes of its properties."""
    names = list(sheets)
    book = "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    formats = "".join(f'<numFmt numFmtId="{164 + i}" formatCode="{code}"/>' for i, code in enumerate(FORMATS))
    styles = "".join(f'<xf numFmtId="{164 + i if i else 0}" applyNumberFormat="1"/>' for i in range(len(FORMATS)))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}"><workbookPr {settings}/>'
        f"<sheets>{book}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}'
        f'<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {MAIN}><numFmts count="{len(FORMATS)}">{formats}</numFmts>'
        f'<cellXfs count="{len(FORMATS)}">{styles}</cellXfs></styleSheet>',
    }
    parts |= {f"xl/worksheets/sheet{i}.xml": sheets[name] for i, name in enumerate(names, 1)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()
