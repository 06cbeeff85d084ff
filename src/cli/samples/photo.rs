//! The sample photo: a lighthouse at dusk, painted point by point.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const WIDTH: u16 = 1600;
const HEIGHT: u16 = 1067;
const HORIZON: f32 = 690.0;
const SUN: (f32, f32) = (560.0, 640.0);
const LAMP: (f32, f32) = (1248.0, 318.0);

type Color = [f32; 3];

/// The picture as JPEG.
pub(super) fn dusk() -> Vec<u8> {
    let scene = Scene::new();
    let mut points = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    let mut grain = Grain(0x9E37_79B9);
    for y in 0..HEIGHT {
        let row = scene.row(f32::from(y));
        for x in 0..WIDTH {
            let color = scene.point(f32::from(x), f32::from(y), &row);
            let noise = grain.next();
            points.extend(color.map(|part| (part + noise) as u8));
        }
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 86);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(&points, WIDTH, HEIGHT, ColorType::Rgb)
        .expect("memory takes every byte, and the sizes agree");
    file
}

/// Film grain: a xorshift generator, the same picture each time.
struct Grain(u32);

impl Grain {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 & 0xff) as f32 / 32.0 - 4.0
    }
}

/// What is worked out once for the whole picture.
struct Scene {
    clouds: Clouds,
    sun: Glow,
    lamp: Glow,
    far: Vec<f32>,
    near: Vec<f32>,
    cliff: Vec<f32>,
}

/// What is worked out once for a row.
struct Row {
    sky: Color,
    /// Width of the sun's road on the water.
    road: f32,
    /// How far down the water, from 0 to 1.
    depth: f32,
}

impl Scene {
    fn new() -> Self {
        let clouds = Clouds::new();
        let rough = |x: f32, size: f32, seed: f32| clouds.at(x * size + seed, seed) - 0.5;
        let far = |x: f32| HORIZON - 6.0 - 90.0 * rough(x, 0.7, 90.0) - 14.0 * rough(x, 3.0, 40.0);
        let near = |x: f32| {
            let end = ((520.0 - x) / 420.0).clamp(-0.1, 1.0);
            HORIZON + 4.0 - 74.0 * end - 70.0 * end.max(0.0) * rough(x, 0.9, 500.0) - 12.0 * rough(x, 5.0, 700.0)
        };
        let cliff = |x: f32| {
            let along = x + 120.0 * rough(x, 1.3, 220.0);
            let rise = ((along - 850.0) / 330.0).clamp(0.0, 1.0);
            let smooth = rise * rise * (3.0 - 2.0 * rise);
            let wild = 8.0 + 26.0 * (((x - LAMP.0).abs() - 50.0) / 160.0).clamp(0.0, 1.0);
            1010.0 - 420.0 * smooth - wild * rough(x, 1.1, 330.0) - 16.0 * rough(x, 6.0, 130.0)
                + 100.0 * (1.0 - rise) * ((860.0 - x) / 860.0).max(0.0)
        };
        let edge = |at: &dyn Fn(f32) -> f32| (0..WIDTH).map(|x| at(f32::from(x))).collect::<Vec<f32>>();
        let (far, near, cliff) = (edge(&far), edge(&near), edge(&cliff));
        Self { clouds, sun: Glow::new(150.0), lamp: Glow::new(34.0), far, near, cliff }
    }

    fn row(&self, y: f32) -> Row {
        let depth = ((y - HORIZON) / (f32::from(HEIGHT) - HORIZON)).max(0.0);
        let mirrored = if y < HORIZON { y } else { HORIZON - (y - HORIZON) * 1.4 };
        Row { sky: sky(mirrored / HORIZON), road: 26.0 + 190.0 * depth, depth }
    }

    fn point(&self, x: f32, y: f32, row: &Row) -> Color {
        let column = x as usize;
        if y > self.cliff[column] {
            let lit = (1.0 - (y - self.cliff[column]) / 34.0).max(0.0) * if x < LAMP.0 { 1.0 } else { 0.55 };
            let rock = (self.clouds.at(x * 1.7 + y, y * 2.2) - 0.3) * 52.0 + (self.clouds.at(x * 7.0, y * 9.0) - 0.5) * 14.0;
            return [20.0 + rock + 62.0 * lit, 20.0 + rock * 0.94 + 38.0 * lit, 27.0 + rock * 0.9 + 14.0 * lit]
                .map(|part| part.clamp(5.0, 250.0));
        }
        if let Some(color) = tower(x, y) {
            return color;
        }
        let beam = beam(x, y);
        let color = if y < HORIZON { self.air(x, y, row) } else { self.water(x, y, row) };
        let lamp = self.lamp.at(x - LAMP.0, y - LAMP.1) + beam;
        [color[0] + 120.0 * lamp, color[1] + 110.0 * lamp, color[2] + 78.0 * lamp].map(|part| part.clamp(5.0, 250.0))
    }

    fn air(&self, x: f32, y: f32, row: &Row) -> Color {
        let column = x as usize;
        if y > self.near[column] {
            return [52.0, 46.0, 66.0];
        }
        let sun = self.sun.at(x - SUN.0, (y - SUN.1) * 1.2);
        if y > self.far[column] {
            return [118.0 + 90.0 * sun, 88.0 + 40.0 * sun, 104.0];
        }
        let cloud = ((self.clouds.at(x, y * 2.6) - 0.47) * 3.2).clamp(0.0, 1.0) * (1.0 - 0.45 * y / HORIZON);
        let disc = if (x - SUN.0).abs() < 27.0 { (26.0 - (x - SUN.0).hypot(y - SUN.1)).clamp(0.0, 1.0) } else { 0.0 };
        let shade = [row.sky[0] * 0.72 + 66.0, row.sky[1] * 0.62 + 30.0, row.sky[2] * 0.7 + 26.0];
        let light = [150.0 * sun + 70.0 * disc, 92.0 * sun + 90.0 * disc, 22.0 * sun + 110.0 * disc];
        [0, 1, 2].map(|part| row.sky[part] * (1.0 - cloud) + shade[part] * cloud + light[part])
    }

    fn water(&self, x: f32, y: f32, row: &Row) -> Color {
        let swell = self.clouds.at(x * (1.9 - row.depth) + 300.0, y * (13.0 - 7.0 * row.depth));
        let aside = (x - SUN.0) / row.road;
        let road = (1.0 - aside * aside / 9.0).max(0.0).powi(3) * ((swell - 0.42) * 5.0).clamp(0.0, 1.3) * (1.0 - 0.5 * row.depth);
        let calm = 0.5 + 0.34 * (swell - 0.5) - 0.16 * row.depth;
        [row.sky[0] * calm + 168.0 * road, row.sky[1] * calm + 112.0 * road + 5.0, row.sky[2] * calm + 48.0 * road + 14.0]
    }
}

/// The sky from the zenith (0) to the horizon (1).
fn sky(at: f32) -> Color {
    const STOPS: [(f32, Color); 5] = [
        (0.0, [34.0, 52.0, 98.0]),
        (0.42, [82.0, 96.0, 146.0]),
        (0.7, [176.0, 128.0, 144.0]),
        (0.88, [226.0, 152.0, 116.0]),
        (1.0, [242.0, 180.0, 120.0]),
    ];
    let at = at.clamp(0.0, 1.0);
    let next = STOPS.iter().position(|stop| stop.0 >= at).unwrap_or(STOPS.len() - 1).max(1);
    let ((low, from), (high, to)) = (STOPS[next - 1], STOPS[next]);
    let share = (at - low) / (high - low);
    [0, 1, 2].map(|part| from[part] + (to[part] - from[part]) * share)
}

/// The lighthouse itself, if the point lies on it.
fn tower(x: f32, y: f32) -> Option<Color> {
    let aside = x - LAMP.0;
    let side = aside.abs();
    let lit = ((-aside + 30.0) / 60.0).clamp(0.0, 1.0);
    match y {
        y if (276.0..296.0).contains(&y) && side < (y - 272.0) * 1.1 => Some([70.0 + 40.0 * lit, 30.0, 34.0]),
        y if (262.0..276.0).contains(&y) && side < 1.6 => Some([40.0, 36.0, 44.0]),
        y if (296.0..340.0).contains(&y) && side < 17.0 => {
            let bright = (1.0 - ((aside / 15.0).powi(2) + ((y - LAMP.1) / 20.0).powi(2)) * 0.6).max(0.0);
            let bar = if (side - 8.0).abs() < 0.9 { 0.6 } else { 1.0 };
            Some([(120.0 + 130.0 * bright) * bar, (96.0 + 144.0 * bright) * bar, (80.0 + 120.0 * bright) * bar])
        }
        y if (340.0..348.0).contains(&y) && side < 29.0 => Some([38.0 + 30.0 * lit, 36.0 + 16.0 * lit, 46.0]),
        y if (348.0..600.0).contains(&y) && side < 20.0 + (y - 348.0) * 0.075 => {
            let red = ((y - 348.0) / 50.0) as u32 % 2 == 1;
            let base = if red { [112.0, 44.0, 44.0] } else { [150.0, 140.0, 146.0] };
            let window = side < 3.5 && (y - 356.0) % 72.0 < 11.0;
            let shade = if window { 0.3 } else { 0.42 + 0.72 * lit };
            Some(base.map(|part: f32| part * shade))
        }
        _ => None,
    }
}

/// The beam over the sea, faint.
fn beam(x: f32, y: f32) -> f32 {
    let away = LAMP.0 - x;
    if away < 12.0 {
        return 0.0;
    }
    let spread = 5.0 + away * 0.055;
    let aside = (y - LAMP.1 + away * 0.03) / spread;
    (1.0 - aside * aside).max(0.0) * 0.34 * (1.0 - away / 1300.0).max(0.0)
}

/// Light that falls off around a point, looked up by the square of the distance.
struct Glow(Vec<f32>);

impl Glow {
    const STEP: f32 = 64.0;

    fn new(reach: f32) -> Self {
        let at = |step: u16| (-(f32::from(step) * Self::STEP).sqrt() / reach).exp();
        Self((0..40_000).map(at).collect())
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        self.0.get(((x * x + y * y) / Self::STEP) as usize).copied().unwrap_or(0.0)
    }
}

/// Soft noise in several sizes, from 0 to 1, repeated every 256 by 256 cells of 7 by 7 points.
struct Clouds(Vec<f32>);

impl Clouds {
    const SIDE: usize = 256;

    fn new() -> Self {
        let mut cells = vec![0.0; Self::SIDE * Self::SIDE];
        for (octave, share) in [(64, 0.42), (32, 0.26), (16, 0.17), (8, 0.1), (4, 0.05)] {
            for (at, cell) in cells.iter_mut().enumerate() {
                *cell += share * Self::octave(at % Self::SIDE, at / Self::SIDE, octave);
            }
        }
        Self(cells)
    }

    fn octave(x: usize, y: usize, size: usize) -> f32 {
        let smooth = |part: usize| {
            let share = (part % size) as f32 / size as f32;
            share * share * (3.0 - 2.0 * share)
        };
        let corner = |right: usize, down: usize| {
            let (column, row) = ((x / size + right) % (Self::SIDE / size), (y / size + down) % (Self::SIDE / size));
            let mixed = (column * 374_761_393 + row * 668_265_263 + size * 974_634_777) as u32;
            let mixed = (mixed ^ (mixed >> 13)).wrapping_mul(1_274_126_177);
            ((mixed ^ (mixed >> 16)) & 0xffff) as f32 / 65_535.0
        };
        let (over, under) = (mix(corner(0, 0), corner(1, 0), smooth(x)), mix(corner(0, 1), corner(1, 1), smooth(x)));
        mix(over, under, smooth(y))
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x / 7.0, y / 7.0);
        let (column, row) = (x as usize, y as usize);
        let cell = |right, down| self.0[(row + down) % Self::SIDE * Self::SIDE + (column + right) % Self::SIDE];
        let (right, down) = (x - column as f32, y - row as f32);
        mix(mix(cell(0, 0), cell(1, 0), right), mix(cell(0, 1), cell(1, 1), right), down)
    }
}

fn mix(from: f32, to: f32, share: f32) -> f32 {
    from + (to - from) * share
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_photo_is_a_jpeg_of_a_photos_size() {
        let file = super::dusk();
        assert_eq!(infer::get(&file).map(|found| found.mime_type()), Some("image/jpeg"));
        assert!((100_000..1_500_000).contains(&file.len()), "{}", file.len());
    }
}
