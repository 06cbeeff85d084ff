"""What came of it: one Markdown table, and a plot of how far each target was reached."""

import html
import statistics

LABEL, BAR, END, LINE, TOP = 380, 420, 330, 22, 46
REACHED, MISSED, NEUTRAL = "#2a7f62", "#b4542d", "#7a8791"
# Bars of more than this are cut.
MOST = 2.0


def median(figures):
    return statistics.median(figures)


def short(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


class Line:
    """One line of the table: a figure of Doorward's beside that of a peer."""

    def __init__(self, workload, peer, own, ratio, wanted="-", verdict="for comparison", part=None):
        self.cells = [workload, peer, own, ratio, wanted, verdict]
        self.part = part


def lines_of(row, samples):
    """The lines of a row, from the samples of each server in the order of rounds."""
    found = []
    own = samples["Doorward"]
    for target in row.targets:
        unit = row.rate_unit if target.figure == "rate" else row.cost_unit
        of = lambda label: [getattr(sample, target.figure) for sample in samples[label]]  # noqa: E731
        figure, name = median(of("Doorward")), f"{row.title}: {'rate' if target.figure == 'rate' else unit}"
        value = f"{short(figure)} {row.rate_unit}" if target.figure == "rate" else short(figure)
        measured = [label for label in target.against if label in samples]
        if target.against and not measured:
            found.append(Line(name, "not measured", value, "-", target.wanted, "not measured"))
            continue
        # In each round both met the same machine.
        ratios = {label: median([a / b for a, b in zip(of("Doorward"), of(label))]) for label in measured}
        if ratios:
            best = (min if target.figure == "rate" else max)(ratios, key=ratios.get)
            ratio, peer = ratios[best], f"{best} {short(median(of(best)))}"
            shown = f"{ratio:.2f}x"
        else:
            ratio, peer, shown = figure, others(row, target.figure, samples), "-"
        part = ratio / target.limit if target.figure == "rate" else target.limit / ratio
        found.append(Line(name, peer, value, shown, target.wanted, "reached" if target.reached(ratio) else "missed", part))
    for label in samples:
        if label.startswith("Doorward,"):
            rates = median([a.rate / b.rate for a, b in zip(samples[label], own)])
            figure = f"{short(median([s.rate for s in samples[label]]))} {row.rate_unit}, {short(median([s.cost for s in samples[label]]))} {row.cost_unit}"
            found.append(Line(f"{row.title}: {label}", f"Doorward {short(median([s.rate for s in own]))} {row.rate_unit}", figure, f"{rates:.2f}x"))
    return found


def others(row, figure, samples):
    named = [f"{label} {short(median([getattr(s, figure) for s in of]))}" for label, of in samples.items() if not label.startswith("Doorward")]
    return ", ".join(named) or "-"


def all_figures(row, samples):
    """Every server's figures, for a list below the table."""
    parts = [
        f"{label} {short(median([s.rate for s in of]))} {row.rate_unit}, {short(median([s.cost for s in of]))} {row.cost_unit}"
        if row.rate_unit else f"{label} {short(median([s.cost for s in of]))} {row.cost_unit}"
        for label, of in samples.items()
    ]
    return f"- {row.title}: " + "; ".join(parts) + "."


def markdown(head, lines, figures, missing):
    table = ["| workload | peer | Doorward | ratio | target | verdict |", "|---|---|---|---|---|---|"]
    table += ["| " + " | ".join(line.cells) + " |" for line in lines]
    text = [head, "", *table, "", "Medians of all servers:", "", *figures]
    if missing:
        text += ["", "Not measured:", "", *[f"- {reason}" for reason in missing]]
    return "\n".join(text) + "\n"


def svg(head, lines):
    """Bars that end at 1 where a target is just reached; further right is better."""
    shown = [line for line in lines if line.part is not None]
    width, height = LABEL + BAR + END, TOP + LINE * len(shown) + 16
    at_one = LABEL + BAR / MOST
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="20" font-size="12" fill="{NEUTRAL}">{html.escape(head)}</text>',
        f'<text x="{at_one + 5}" y="{TOP - 8}" font-size="11" fill="{NEUTRAL}">target: right of this line is reached</text>',
    ]
    for n, line in enumerate(shown):
        y = TOP + n * LINE
        reached = line.cells[5] == "reached"
        bar = BAR * min(line.part, MOST) / MOST
        out += [
            f'<text x="{LABEL - 10}" y="{y + 14}" text-anchor="end" fill="#222222">{html.escape(line.cells[0])}</text>',
            f'<rect x="{LABEL}" y="{y + 3}" width="{bar:.1f}" height="{LINE - 7}" rx="2" fill="{REACHED if reached else MISSED}"/>',
            f'<text x="{LABEL + BAR + 10}" y="{y + 14}" fill="#222222">{html.escape(said(line))}</text>',
        ]
    out.append(f'<line x1="{at_one}" y1="{TOP - 4}" x2="{at_one}" y2="{height - 10}" stroke="#222222" stroke-width="1.5"/>')
    return "\n".join([*out, "</svg>"]) + "\n"


def said(line):
    _, _, own, ratio, wanted, verdict = line.cells
    return f"{own if ratio == '-' else ratio} (wanted {wanted}), {verdict}"
