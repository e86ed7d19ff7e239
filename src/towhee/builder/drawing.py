"""A pipe as a drawing: SVG, in notebooks and files, with no other program."""

from __future__ import annotations

import html
from dataclasses import dataclass

from towhee.builder.debugging import node_names
from towhee.builder.graph import Column, Graph, Node

_LETTER = 7.2  # pixels of a letter's width, in the typeface below
_HIGH, _BETWEEN, _BELOW, _EDGE = 34, 26, 46, 14
_STYLE = (
    "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b2024;text-anchor:middle}"
    "rect{fill:#f2f6f7;stroke:#1f6f8b}.many{fill:#dcebef}.end{fill:#fff;stroke:#68727b}"
    "path{fill:none;stroke:#68727b}.name{fill:#68727b;font-size:11px}"
)


@dataclass(frozen=True, slots=True)
class _Box:
    """What is drawn of a node, or of the input or output."""

    text: str
    kind: str
    above: tuple[tuple[int, str], ...]
    depth: int


class Drawing:
    """The graph of a pipe, to look at: in a notebook it shows itself.

    Nodes whose columns have many rows are darker; on the lines stand the columns.

    Example:
        >>> from towhee import pipe
        >>> drawing = pipe.input("n").map("n", "m", abs).output("m").dag_repr
        >>> print(drawing)
        input -> n
        map(abs): n -> m
        output: m
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @property
    def svg(self) -> str:
        """The drawing as SVG."""
        return _drawn(_boxes(self._graph))

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        graph = self._graph
        lines = [f"input -> {_listed(graph.arguments)}"]
        for node, name in zip(graph.nodes, node_names(graph), strict=True):
            lines.append(f"{name}: {_listed(node.reads)} -> {', '.join(node.outputs) or 'nothing'}")
        return "\n".join([*lines, f"output: {_listed(graph.outputs) or 'nothing'}"])


def _listed(columns: tuple[Column, ...]) -> str:
    return ", ".join(dict.fromkeys(column.name for column in columns))


def _boxes(graph: Graph) -> list[_Box]:
    """The input, the nodes and the output, each with those that it reads of."""
    boxes = [_Box("input", "end", (), 0)]
    numbers: dict[Node | None, int] = {None: 0}
    for node, name in zip(graph.nodes, node_names(graph), strict=True):
        columns = node.columns
        kind = "many" if columns and not columns[0].rows.single else "one"
        boxes.append(_box(name, kind, node.reads, numbers, boxes))
        numbers[node] = len(boxes) - 1
    boxes.append(_box("output", "end", graph.outputs, numbers, boxes))
    lowest = max(box.depth for box in boxes[:-1]) + 1
    last = boxes[-1]
    boxes[-1] = _Box(last.text, last.kind, last.above, lowest)
    return boxes


def _box(
    text: str,
    kind: str,
    reads: tuple[Column, ...],
    numbers: dict[Node | None, int],
    boxes: list[_Box],
) -> _Box:
    names: dict[int, list[str]] = {}
    for column in reads:
        known = names.setdefault(numbers[column.made_by], [])
        if column.name not in known:
            known.append(column.name)
    above = tuple((number, ", ".join(known)) for number, known in names.items())
    return _Box(text, kind, above, 1 + max((boxes[n].depth for n in names), default=0))


def _drawn(boxes: list[_Box]) -> str:
    levels: dict[int, list[int]] = {}
    for number, box in enumerate(boxes):
        levels.setdefault(box.depth, []).append(number)
    widths = [max(60.0, _LETTER * len(box.text) + 20) for box in boxes]
    spans = {
        depth: sum(widths[number] for number in level) + _BETWEEN * (len(level) - 1)
        for depth, level in levels.items()
    }
    whole = max(spans.values()) + 2 * _EDGE
    middles: dict[int, tuple[float, float]] = {}
    for depth, level in levels.items():
        x = (whole - spans[depth]) / 2
        for number in level:
            middles[number] = (x + widths[number] / 2, _EDGE + depth * (_HIGH + _BELOW))
            x += widths[number] + _BETWEEN
    lines, shapes = [], []
    for number, box in enumerate(boxes):
        x, y = middles[number]
        for above, name in box.above:
            from_x, from_y = middles[above][0], middles[above][1] + _HIGH
            half = (from_y + y) / 2
            lines.append(
                f'<path d="M{from_x:.1f} {from_y} C{from_x:.1f} {half} '
                f'{x:.1f} {half} {x:.1f} {y}"/>'
                f'<text class="name" x="{(from_x + x) / 2:.1f}" y="{half + 4:.1f}">'
                f"{html.escape(name)}</text>"
            )
        shapes.append(
            f'<rect class="{box.kind}" x="{x - widths[number] / 2:.1f}" y="{y}" '
            f'width="{widths[number]:.1f}" height="{_HIGH}" rx="5"/>'
            f'<text x="{x:.1f}" y="{y + _HIGH / 2 + 4}">{html.escape(box.text)}</text>'
        )
    high = 2 * _EDGE + (max(levels) + 1) * _HIGH + max(levels) * _BELOW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:.0f}" height="{high}" '
        f'viewBox="0 0 {whole:.0f} {high}"><style>{_STYLE}</style>'
        f"{''.join(lines)}{''.join(shapes)}</svg>"
    )
