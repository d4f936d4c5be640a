"""Bar charts as SVG, drawn on the server: percent x-coordinates and theme classes on a page, plain lengths and light
colours on paper (look.md, Charts)."""

from dataclasses import dataclass
from math import ceil

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.sections.values import Bar, Bars
from vipcrm.formats import number

LABELS_END, SCALE_START, SCALE_END = 26.0, 28.0, 86.0
TOP = 8
LIGHT = {
    "t0": "#edeae8", "t1": "#968e8a", "t2": "#14606d", "t3": "#a86f0c", "t4": "#45102f", "f1": "#7d2159",
    "grid": "#e4dfdd", "base": "#6b6064", "ink": "#241d20", "axis": "#6b6064",
}  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """Where the chart goes: a page (percent of its width) or paper (`width` in px, light colours); heights in px."""

    width: int | None = None
    row: int = 34
    bar: int = 20

    def x(self, percent: float) -> str:
        return f"{percent:g}%" if self.width is None else f"{percent * self.width / 100:.2f}"

    def style(self, css: str, **attributes: str) -> SafeString:
        """A class on a page; on paper what it stands for."""
        if self.width is None:
            return format_html('class="{}"', css)
        pairs = ((name.replace("_", "-"), value) for name, value in attributes.items())
        return format_html_join(" ", '{}="{}"', pairs)

    def text(self, css: str) -> SafeString:
        ink = css == "lab"
        colour = LIGHT["ink" if ink else "axis"]
        weight = "600" if ink else "400"
        return self.style(css, fill=colour, font_size="11", font_weight=weight, font_family="Pdf Sans")


def nice_top(most: float) -> tuple[float, float]:
    """End of the scale and distance of its ticks: 1, 2 or 5 times a power of ten, two to five ticks."""
    if most <= 0:
        return 1.0, 1.0
    power = 10.0 ** (len(str(int(most))) - 1) if most >= 1 else 1.0
    for step in (power * f for f in (0.2, 0.5, 1, 2, 5)):
        if step >= 1 and most / step <= 4.0001:
            break
    return ceil(round(most / step, 6)) * step, step


def draw(chart: Bars, paper: Paper, name: str) -> SafeString:
    """The SVG of a bar chart. `name`: unique on the page, ties the title to the picture."""
    top, step = nice_top(max([bar.value for bar in chart.bars] + [bar.mark or 0 for bar in chart.bars], default=0))
    bottom = TOP + paper.row * len(chart.bars)
    parts = [
        format_html('<title id="{}">{}</title>', name, chart.title),
        *_scale(paper, top, step, bottom, chart.unit),
        *(
            part
            for place, bar in enumerate(chart.bars)
            for part in _bar(paper, bar, TOP + paper.row * place, top, chart)
        ),
    ]
    size = format_html('width="{}" ', paper.width) if paper.width else SafeString("")
    return format_html(
        '<svg class="v-chart" {}height="{}" role="img" aria-labelledby="{}">{}</svg>',
        size,
        bottom + 24,
        name,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _place(value: float, top: float) -> float:
    return round(SCALE_START + (SCALE_END - SCALE_START) * value / top, 2)


def _scale(paper: Paper, top: float, step: float, bottom: int, unit: str) -> list[SafeString]:
    """Vertical hairlines, the unit only on the last tick."""
    parts, value = [], 0.0
    while value <= top + step / 1000:
        x = paper.x(_place(value, top))
        kind = "base" if value == 0 else "grid"
        text = number(value, 0) + (unit if value + step > top + step / 1000 else "")
        line = paper.style(kind, stroke=LIGHT[kind], stroke_width="1")
        parts.append(format_html('<line {} x1="{}" x2="{}" y1="2" y2="{}"/>', line, x, x, bottom))
        label = '<text {} x="{}" y="{}" text-anchor="middle">{}</text>'
        parts.append(format_html(label, paper.text("tick"), x, bottom + 18, text))
        value += step
    return parts


def _bar(paper: Paper, bar: Bar, y: int, top: float, chart: Bars) -> list[SafeString]:
    end, line_at = _place(bar.value, top), y + paper.bar // 2 + 5
    width = paper.x(round(end - SCALE_START, 2))
    fill = {"fill": LIGHT[bar.css]} | ({"stroke": "#877c7f"} if bar.css == "t0" else {})
    parts = [
        format_html(
            '<text {} x="{}" y="{}" text-anchor="end">{}</text>',
            paper.text("name"), paper.x(LABELS_END), line_at, _short(bar.label),
        ),
        format_html(
            '<rect {} x="{}" y="{}" width="{}" height="{}" rx="2"/>',
            paper.style(bar.css, **fill), paper.x(SCALE_START), y, width, paper.bar,
        ),
    ]  # fmt: skip
    if bar.mark is not None:
        x, line = paper.x(_place(bar.mark, top)), paper.style("today-mark", stroke=LIGHT["ink"], stroke_width="2")
        parts.append(format_html('<line {} x1="{}" x2="{}" y1="{}" y2="{}"/>', line, x, x, y - 4, y + paper.bar + 4))
    label_at = paper.x(max(end, _place(bar.mark, top) if bar.mark is not None else 0))
    value = number(bar.value, chart.places)
    label = '<text {} x="{}" dx="8" y="{}">{}</text>'
    parts.append(format_html(label, paper.text("lab"), label_at, line_at, value))
    return parts


def _short(label: str, most: int = 12) -> str:
    """As much of a label as the margin holds; a Chinese character takes two."""
    wide, kept = 0, ""
    for char in label:
        wide += 2 if ord(char) > 0x2E7F else 1
        if wide > most:
            return kept + "…"
        kept += char
    return kept
