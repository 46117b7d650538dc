//! Pictures: a sheet to draw on, and letters of eight by eight dots.

use font8x8::UnicodeFonts;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

/// A part of the sheet.
pub type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;
/// What drawing gives.
pub type Drawn = Result<(), Box<dyn Error>>;

/// The width and height of a letter of size 1.
pub const LETTER: i32 = 8;

/// The colour of text.
pub const INK: RGBColor = RGBColor(40, 40, 40);
/// The colour of lines behind the matter.
pub const PALE: RGBColor = RGBColor(205, 205, 205);
/// The colour of what the picture is about.
pub const LINE: RGBColor = RGBColor(31, 119, 180);
/// The colour of what is right.
pub const RIGHT: RGBColor = RGBColor(30, 130, 60);
/// The colour of what is wrong.
pub const WRONG: RGBColor = RGBColor(200, 40, 40);

/// Writes a PNG file of this size with what `draw` puts on the white sheet; the folder is made if there is none.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Drawn) -> Drawn {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Before the picture is drawn, and in the words of the system.
    std::fs::File::create(path)?;
    let sheet = BitMapBackend::new(path, size).into_drawing_area();
    sheet.fill(&WHITE)?;
    draw(&sheet)?;
    sheet.present()?;
    Ok(())
}

/// Says where a picture went, or why there is none, which is not worth failing for.
pub fn tell(program: &str, path: &Path, drawn: Drawn) {
    match drawn {
        Ok(()) => println!("picture {}", path.display()),
        Err(error) => eprintln!("{program}: {}: {error}; there is no picture", path.display()),
    }
}

/// The width of a line of letters.
pub fn width(line: &str, size: i32) -> i32 {
    line.chars().count() as i32 * LETTER * size
}

/// Writes a line of letters from the upper left corner, each dot a square of `size` pixels.
///
/// # Errors
/// If the backend fails.
pub fn text(area: &Area<'_>, line: &str, (x, y): (i32, i32), size: i32, color: RGBColor) -> Drawn {
    for (i, letter) in line.chars().enumerate() {
        let rows = font8x8::BASIC_FONTS.get(letter).unwrap_or([0xff; 8]);
        for (row, dots) in rows.into_iter().enumerate() {
            for column in (0..LETTER).filter(|column| dots >> column & 1 == 1) {
                let corner = (x + (i as i32 * LETTER + column) * size, y + row as i32 * size);
                let opposite = (corner.0 + size, corner.1 + size);
                area.draw(&Rectangle::new([corner, opposite], color.filled()))?;
            }
        }
    }
    Ok(())
}

/// The grey of this brightness, from black at 0 to white at 1.
pub fn grey(brightness: f32) -> RGBColor {
    light([brightness; 3])
}

/// White at 0, blue above, red below: full at 1 and at -1.
pub fn signed(share: f32) -> RGBColor {
    let pale = 1.0 - share.abs();
    light(if share > 0.0 { [pale, pale, 1.0] } else { [1.0, pale, pale] })
}

/// The colour of so much red, green and blue, each from 0 to 1.
pub fn light(parts: [f32; 3]) -> RGBColor {
    let [r, g, b] = parts.map(|part| (part * 255.0) as u8);
    RGBColor(r, g, b)
}

/// Paints an image row by row, each pixel a square of `dot` pixels.
///
/// # Errors
/// If the backend fails.
pub fn image(
    area: &Area<'_>,
    pixels: impl IntoIterator<Item = RGBColor>,
    columns: usize,
    dot: i32,
    (x, y): (i32, i32),
) -> Drawn {
    for (at, color) in pixels.into_iter().enumerate() {
        let place = (x + (at % columns) as i32 * dot, y + (at / columns) as i32 * dot);
        block(area, place, (dot, dot), color)?;
    }
    Ok(())
}

/// Fills a rectangle.
///
/// # Errors
/// If the backend fails.
pub fn block(area: &Area<'_>, (x, y): (i32, i32), (wide, high): (i32, i32), color: RGBColor) -> Drawn {
    area.draw(&Rectangle::new([(x, y), (x + wide, y + high)], color.filled()))?;
    Ok(())
}
