"""A report as a page: real tables, charts drawn into it, light and dark, fit to print."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from clockify_cli.render.charts import style
from clockify_cli.render.safe import safe
from clockify_cli.render.sheets import Row, Sheet

_STYLE = """\
:root{color-scheme:light dark;--ink:#1f2328;--dim:#59636e;--line:#d1d9e0;--paper:#ffffff;\
--shade:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;\
--paper:#0d1117;--shade:#151b23}}
body{margin:0;background:var(--paper);color:var(--ink);\
font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
main{max-width:900px;margin:0 auto;padding:24px 20px}
h1{font-size:22px;margin:0}
.period{color:var(--dim);margin:0 0 24px}
figure{margin:0 0 24px}
figure svg{display:block;max-width:100%;height:auto}
.wide{overflow-x:auto;margin:0 0 24px}
table{border-collapse:collapse;width:100%}
th,td{padding:6px 8px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:400}
thead th{font-weight:600;white-space:nowrap;border-bottom-width:2px}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.outer th,.outer td{font-weight:600;background:var(--shade)}
.total th,.total td{font-weight:600;border-top:2px solid var(--ink);border-bottom:0}
.aside th,.aside td,.note{color:var(--dim)}
.note{margin:0 0 6px;font-size:14px}
@media print{@page{margin:15mm}:root{--ink:#000;--dim:#444;--line:#bbb;--paper:#fff;--shade:#f2f2f2}
main{max-width:none;padding:0}.wide{overflow:visible}thead{display:table-header-group}\
tfoot{display:table-row-group}
tr,figure{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def page(
    title: str, period: str, charts: Sequence[str], sheets: Sequence[Sheet], notes: Sequence[str]
) -> str:
    """Return an HTML page that loads nothing and runs nothing.

    Args:
        title: Its heading.
        period: The days and the zone, below the heading.
        charts: As SVG.
        sheets: The tables below them.
        notes: What has to be known about the figures.
    """
    body = [f"<h1>{_text(title)}</h1>", f'<p class="period">{_text(period)}</p>']
    body += [f"<figure>{chart}</figure>" for chart in charts]
    body += [f'<div class="wide">{_table(sheet)}</div>' for sheet in sheets]
    body += [f'<p class="note">{_text(note)}</p>' for note in notes]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{_text(title)}, {_text(period)}</title>\n<style>\n{_STYLE}{style()}</style>\n"
        "</head>\n<body>\n<main>\n" + "\n".join(body) + "\n</main>\n</body>\n</html>\n"
    )


def _table(sheet: Sheet) -> str:
    head = "".join(
        f'<th scope="col"{_side(i, sheet)}>{_text(title)}</th>'
        for i, title in enumerate(sheet.header)
    )
    groups = [_row(row, sheet) for row in sheet.rows if row.kind == "group"]
    sums = [_row(row, sheet) for row in sheet.rows if row.kind != "group"]
    return (
        f"<table>\n<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n"
        + "\n".join(groups)
        + "\n</tbody>\n<tfoot>\n"
        + "\n".join(sums)
        + "\n</tfoot>\n</table>"
    )


def _row(row: Row, sheet: Sheet) -> str:
    outer = row.kind == "group" and row.depth == 0 and sheet.words > 1
    kind = "outer" if outer else "" if row.kind == "group" else row.kind
    cells = []
    for i, cell in enumerate(row.cells):
        tag = "th" if i == row.depth else "td"
        scope = ' scope="row"' if tag == "th" else ""
        cells.append(f"<{tag}{scope}{_side(i, sheet)}>{_text(cell)}</{tag}>")
    return f"<tr{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{''.join(cells)}</tr>"


def _side(column: int, sheet: Sheet) -> str:
    return ' class="number"' if column >= sheet.words else ""


def _text(text: str) -> str:
    return escape(safe(text))
