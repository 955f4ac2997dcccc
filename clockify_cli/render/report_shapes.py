"""A report in one of its shapes, for every medium: terminal, Markdown, page and picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clockify_cli.render.names import Names
from clockify_cli.render.style import Look
from clockify_cli.times.pieces import Days, Piece


@dataclass(frozen=True)
class ReportShape:
    """What is shown of a report.

    Attributes:
        kind: Empty for the table, or ``week``, ``timeline``, ``heatmap``.
        view: The report, as ``Report.view`` gives it.
        days: Its days.
        by_day: Seconds by the day's number, for the heat map.
        pieces: The pieces of time, for the timeline.
        names: Knows the projects.
        week_start: The first day of a week, Monday 0.
        decimal: Decimal hours too.
    """

    kind: str
    view: Mapping[str, Any]
    days: Days
    by_day: Mapping[int, int]
    pieces: Sequence[Piece]
    names: Names
    week_start: int
    decimal: bool

    def text(self, look: Look) -> str:
        """Return it for a terminal."""
        if self.kind == "timeline":
            from clockify_cli.render.calendars import timeline

            return "\n\n".join(
                timeline(held, edges, day, self.names, look, counted=self.view["counted"])
                for day, edges, held in self._timelines(look)
            )
        if self.kind == "heatmap":
            from clockify_cli.render.calendars import heatmap

            return heatmap(self._seconds(), look, self.week_start)
        if self.kind == "week":
            from clockify_cli.render.week_grid import week_view

            return week_view(self.view, look, self._weeks(), decimal=self.decimal)
        from clockify_cli.render.reports import report_view

        return report_view(self.view, look, decimal=self.decimal)

    def markdown(self) -> str:
        """Return it as Markdown tables."""
        from clockify_cli.render.formats import report_markdown, week_markdown

        if self.kind == "week":
            return week_markdown(self.view, self._weeks(), decimal=self.decimal)
        return report_markdown(self.view)

    def html(self, look: Look) -> str:
        """Return it as a page."""
        from clockify_cli.render.documents import page
        from clockify_cli.render.reports import period_text, report_notes
        from clockify_cli.render.sheets import report_sheet, week_sheets

        sheets = [report_sheet(self.view)]
        notes = report_notes(self.view)
        if self.kind == "week":
            sheets = week_sheets(self.view, self._weeks(), decimal=self.decimal)
            notes = [*self._aside(), *notes]
        period = f"{period_text(self.view)}, {self.view['zone']}"
        return page("Time report", period, self._charts(look), sheets, notes)

    def svg(self, look: Look) -> str:
        """Return it as a picture."""
        from clockify_cli.render.charts import standing_alone
        from clockify_cli.render.durations import hours_minutes
        from clockify_cli.render.reports import period_text, report_notes

        total = f"Total: {hours_minutes(int(self.view['seconds']))}"
        below = [total, *self._aside(), *report_notes(self.view)]
        title = f"{period_text(self.view)}, {self.view['zone']}"
        return standing_alone(self._charts(look), title, below)

    def _charts(self, look: Look) -> list[str]:
        from clockify_cli.render import charts

        if self.kind == "timeline":
            from clockify_cli.render.calendars import day_chart

            return [
                day_chart(held, edges, day, self.names, look, counted=self.view["counted"])
                for day, edges, held in self._timelines(look)
                if held
            ]
        if self.kind == "heatmap":
            return [charts.heat_map(self._seconds(), self.week_start)]
        if self.kind == "week":
            from clockify_cli.render.week_grid import week_rows

            weeks = [(week_rows(self.view, days), days) for days in self._weeks()]
            return [charts.week_columns(rows, days) for rows, days in weeks if rows]
        if not self.view["groups"]:
            return []
        return [charts.bars(self.view["groups"], int(self.view["seconds"]))]

    def _aside(self) -> list[str]:
        from clockify_cli.render.durations import hours_minutes
        from clockify_cli.render.reports import aside_rows

        return [f"{label}: {hours_minutes(seconds)}" for label, seconds in aside_rows(self.view)]

    def _seconds(self) -> dict[date, int]:
        return {day: self.by_day.get(number, 0) for number, day in enumerate(self.days.dates)}

    def _timelines(self, look: Look) -> list[tuple[date, tuple[int, int], list[Piece]]]:
        found = []
        for number, day in enumerate(self.days.dates):
            if day <= look.today or len(self.days) == 1:
                held = [piece for piece in self.pieces if piece.day == number]
                edges = self.days.edge(number), self.days.edge(number + 1)
                found.append((day, edges, held))
        return found

    def _weeks(self) -> list[list[date]]:
        weeks: list[list[date]] = []
        for day in self.days.dates:
            if not weeks or day.weekday() == self.week_start:
                weeks.append([])
            weeks[-1].append(day)
        return weeks
