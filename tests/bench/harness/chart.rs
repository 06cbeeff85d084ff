//! Plots as SVG: lines over one axis, each axis plain or logarithmic.

use std::fmt::Write;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 170.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 46.0;
const COLOURS: [&str; 6] = ["#2a7f62", "#b4542d", "#33658a", "#8a5a9e", "#a68a1d", "#5c6670"];
const TICKS: usize = 5;

/// One line of a plot.
pub struct Series {
    /// What it is.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// How far apart values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// By their difference; begins at zero.
    Plain,
    /// By their ratio; zero counts as one.
    Log,
}

/// An axis.
pub struct Axis {
    /// What stands at it.
    pub title: String,
    /// How values are spread along it.
    pub scale: Scale,
}

struct Spread {
    scale: Scale,
    from: f64,
    to: f64,
}

impl Spread {
    fn over(scale: Scale, values: impl Iterator<Item = f64> + Clone) -> Self {
        let most = values.clone().fold(f64::MIN, f64::max);
        let least = values.fold(f64::MAX, f64::min);
        match scale {
            Scale::Plain => Self { scale, from: 0.0, to: if most > 0.0 { most * 1.08 } else { 1.0 } },
            Scale::Log => {
                let (from, to) = (least.max(1.0).log10().floor(), most.max(1.0).log10().ceil());
                Self { scale, from, to: if to > from { to } else { from + 1.0 } }
            }
        }
    }

    /// Where a value lies, from 0 to 1.
    fn part(&self, value: f64) -> f64 {
        let value = if self.scale == Scale::Log { value.max(1.0).log10() } else { value };
        (value - self.from) / (self.to - self.from)
    }

    /// Values to be written at the axis.
    fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Plain => (0..=TICKS).map(|n| self.from + (self.to - self.from) * n as f64 / TICKS as f64).collect(),
            Scale::Log => (self.from as i32..=self.to as i32).map(|power| 10f64.powi(power)).collect(),
        }
    }
}

/// Draws lines.
pub fn lines(title: &str, across: &Axis, up: &Axis, series: &[Series]) -> String {
    let points = series.iter().flat_map(|one| &one.points);
    let (x, y) = (Spread::over(across.scale, points.clone().map(|p| p.0)), Spread::over(up.scale, points.map(|p| p.1)));
    let at = |(a, b): (f64, f64)| (LEFT + x.part(a) * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y.part(b) * (HEIGHT - TOP - BOTTOM));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#222222\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    text(&mut out, (LEFT, 20.0), "start", title);
    text(&mut out, (LEFT, HEIGHT - 8.0), "start", &across.title);
    text(&mut out, (LEFT - 58.0, TOP - 8.0), "start", &up.title);
    for tick in y.ticks() {
        let (_, height) = at((x.from, tick));
        let end = WIDTH - RIGHT;
        let _ = writeln!(out, "<line x1=\"{LEFT}\" y1=\"{height:.1}\" x2=\"{end}\" y2=\"{height:.1}\" stroke=\"#dddddd\"/>");
        text(&mut out, (LEFT - 6.0, height + 4.0), "end", &short(tick));
    }
    for tick in x.ticks() {
        let (width, _) = at((tick, 0.0));
        text(&mut out, (width, HEIGHT - BOTTOM + 16.0), "middle", &short(tick));
    }
    for (n, one) in series.iter().enumerate() {
        let colour = COLOURS[n % COLOURS.len()];
        let path: Vec<String> = one.points.iter().map(|point| at(*point)).map(|(a, b)| format!("{a:.1},{b:.1}")).collect();
        let _ = writeln!(out, "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>", path.join(" "));
        let height = TOP + 16.0 * n as f64 + 8.0;
        let _ = writeln!(out, "<rect x=\"{}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{colour}\"/>", WIDTH - RIGHT + 14.0, height - 9.0);
        text(&mut out, (WIDTH - RIGHT + 30.0, height), "start", &one.name);
    }
    out + "</svg>\n"
}

fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>");
}

/// A number in few signs.
pub fn short(value: f64) -> String {
    match value.abs() {
        n if n >= 1e6 => format!("{} M", trimmed(value / 1e6)),
        n if n >= 1e3 => format!("{} k", trimmed(value / 1e3)),
        _ => trimmed(value),
    }
}

fn trimmed(value: f64) -> String {
    let digits = match value.abs() {
        n if n >= 100.0 => 0,
        n if n >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
