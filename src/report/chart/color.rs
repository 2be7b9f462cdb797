//! Colours as people see them: contrast, and what the common deficiencies of colour vision leave of a
//! difference.
//!
//! Contrast is that of the Web Content Accessibility Guidelines 2.2 (relative luminance of sRGB); the
//! deficiencies are simulated with the matrices of Machado, Oliveira and Fernandes (2009, "A
//! Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.0, in linear RGB);
//! differences are Euclidean in CIELAB (CIE 1976, white D65).

use plotters::style::RGBColor;

/// A way of seeing colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vision {
    /// As most people.
    Full,
    /// Without red cones.
    Protan,
    /// Without green cones.
    Deutan,
    /// Without blue cones.
    Tritan,
}

impl Vision {
    /// All ways.
    pub const ALL: [Self; 4] = [Self::Full, Self::Protan, Self::Deutan, Self::Tritan];

    /// Who sees so, in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Full => "一般人",
            Self::Protan => "红色盲者",
            Self::Deutan => "绿色盲者",
            Self::Tritan => "蓝色盲者",
        }
    }

    /// Rows give red, green and blue as seen, columns take them as shown.
    fn matrix(self) -> [[f64; 3]; 3] {
        match self {
            Self::Full => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            Self::Protan => [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
            Self::Deutan => [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
            Self::Tritan => [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        }
    }

    /// Linear red, green and blue as seen, each from 0 to 1.
    fn seen(self, color: RGBColor) -> [f64; 3] {
        let shown = linear(color);
        self.matrix().map(|row| row.iter().zip(shown).map(|(weight, part)| weight * part).sum::<f64>().clamp(0.0, 1.0))
    }
}

fn linear(color: RGBColor) -> [f64; 3] {
    [color.0, color.1, color.2].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// Relative luminance, from 0 (black) to 1 (white).
fn luminance(color: RGBColor) -> f64 {
    let [red, green, blue] = linear(color);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast ratio of two colours, from 1 to 21.
pub fn contrast(one: RGBColor, other: RGBColor) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// CIELAB from linear sRGB.
fn lab([red, green, blue]: [f64; 3]) -> [f64; 3] {
    let x = (0.412_456 * red + 0.357_576 * green + 0.180_437 * blue) / 0.950_47;
    let y = 0.212_673 * red + 0.715_152 * green + 0.072_175 * blue;
    let z = (0.019_334 * red + 0.119_192 * green + 0.950_304 * blue) / 1.088_83;
    let [x, y, z] = [x, y, z].map(|part| if part > 0.008_856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// How far apart two colours look; about 2 is just seen side by side.
pub fn distance(one: RGBColor, other: RGBColor, vision: Vision) -> f64 {
    let (one, other) = (lab(vision.seen(one)), lab(vision.seen(other)));
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// How light a colour looks, from 0 (black) to 100 (white).
#[cfg(test)]
pub fn lightness(color: RGBColor, vision: Vision) -> f64 {
    lab(vision.seen(color))[0]
}

/// A colour as it looks through another one that lies over it.
#[cfg(test)]
pub fn over(color: RGBColor, opacity: f64, paper: RGBColor) -> RGBColor {
    let part = |one: u8, under: u8| (f64::from(under) + opacity * (f64::from(one) - f64::from(under))).round() as u8;
    RGBColor(part(color.0, paper.0), part(color.1, paper.1), part(color.2, paper.2))
}

/// A colour from `#RRGGBB`.
pub fn parse(text: &str) -> Option<RGBColor> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some(RGBColor(part(0)?, part(2)?, part(4)?))
}

/// The text of a colour, `#RRGGBB`.
pub fn hex(color: RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: RGBColor = RGBColor(0, 0, 0);
    const WHITE: RGBColor = RGBColor(255, 255, 255);

    #[test]
    fn contrast_agrees_with_the_guidelines_examples() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9);
        // #767676 on white is the guidelines' well-known edge of 4.5 to 1: 4.54.
        assert!((contrast(RGBColor(0x76, 0x76, 0x76), WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn lab_agrees_with_its_fixed_points() {
        let [l, a, b] = lab(Vision::Full.seen(WHITE));
        assert!((l - 100.0).abs() < 0.01 && a.abs() < 0.02 && b.abs() < 0.02, "{l} {a} {b}");
        // Pure sRGB red, from the CIE equations: L* 53.24, a* 80.09, b* 67.20.
        let [l, a, b] = lab(Vision::Full.seen(RGBColor(255, 0, 0)));
        assert!((l - 53.24).abs() < 0.05 && (a - 80.09).abs() < 0.1 && (b - 67.20).abs() < 0.1, "{l} {a} {b}");
    }

    #[test]
    fn greys_look_the_same_to_everybody_and_red_and_green_do_not() {
        for vision in Vision::ALL {
            let grey = RGBColor(120, 120, 120);
            let seen = vision.seen(grey);
            assert!(seen.iter().all(|part| (part - linear(grey)[0]).abs() < 0.01), "{vision:?} {seen:?}");
        }
        let (red, green) = (RGBColor(0xC8, 0x50, 0x30), RGBColor(0x80, 0x80, 0x20));
        let (full, deutan) = (distance(red, green, Vision::Full), distance(red, green, Vision::Deutan));
        assert!(full > 50.0 && deutan < 0.6 * full, "{full} {deutan}");
    }

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(parse("#0072b2").map(hex).as_deref(), Some("#0072B2"));
        for wrong in ["0072b2", "#0072b", "#0072b2f", "#00 2b2", "#医保", ""] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
