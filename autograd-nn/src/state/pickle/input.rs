//! `Input`: the bytes of a pickle, taken from the front; each request is checked against what is left.

use crate::state::FileError;

pub(super) struct Input<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Input<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Input { bytes, at: 0 }
    }

    /// The number of bytes taken.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next bytes; `count` may be anything, as it comes from the file.
    pub(super) fn take(&mut self, count: u64) -> Result<&'b [u8], FileError> {
        let rest = &self.bytes[self.at..];
        match usize::try_from(count).ok().and_then(|count| rest.get(..count)) {
            Some(taken) => {
                self.at += taken.len();
                Ok(taken)
            }
            None => Err(FileError::damaged(format!("{count} bytes are needed, {} are left", rest.len()))),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FileError> {
        Ok(self.take(N as u64)?.try_into().expect("as many as were taken"))
    }

    pub(super) fn u8(&mut self) -> Result<u8, FileError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16, FileError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, FileError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn i32(&mut self) -> Result<i32, FileError> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, FileError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A float, which alone is written with its highest byte first.
    pub(super) fn f64(&mut self) -> Result<f64, FileError> {
        Ok(f64::from_be_bytes(self.array()?))
    }

    /// A text of so many bytes.
    pub(super) fn text(&mut self, count: u64) -> Result<&'b str, FileError> {
        str::from_utf8(self.take(count)?).map_err(|_| FileError::damaged("a text is not UTF-8"))
    }

    /// The text up to the end of the line.
    pub(super) fn line(&mut self) -> Result<&'b str, FileError> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|&byte| byte == b'\n');
        let end = end.ok_or_else(|| FileError::damaged("a line does not end"))?;
        let line = self.text(end as u64)?;
        self.at += 1;
        Ok(line)
    }

    /// A whole number of so many bytes in two's complement.
    pub(super) fn long(&mut self, count: u64) -> Result<i64, FileError> {
        let bytes = self.take(count)?;
        let Some(&last) = bytes.last() else { return Ok(0) };
        let sign = if last & 0x80 == 0 { 0 } else { 0xff };
        let mut number = [sign; 8];
        for (i, &byte) in bytes.iter().enumerate() {
            match number.get_mut(i) {
                Some(place) => *place = byte,
                None if byte == sign => {}
                None => return Err(FileError::unsupported("a whole number is more than i64 can hold")),
            }
        }
        let number = i64::from_le_bytes(number);
        // With more than eight bytes the sign may be one that i64 cannot show.
        match (number < 0) == (sign != 0) {
            true => Ok(number),
            false => Err(FileError::unsupported("a whole number is more than i64 can hold")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_two_s_complement_of_any_length() {
        let long = |bytes: &[u8]| Input::new(bytes).long(bytes.len() as u64);
        assert_eq!(long(&[]).unwrap(), 0);
        assert_eq!(long(&[0x80]).unwrap(), -128);
        assert_eq!(long(&[0x80, 0]).unwrap(), 128);
        assert_eq!(long(&[0, 0, 0, 0, 0, 1]).unwrap(), 1 << 40);
        assert_eq!(long(&[255; 12]).unwrap(), -1);
        assert_eq!(long(&i64::MIN.to_le_bytes()).unwrap(), i64::MIN);
        // 2^63 needs a ninth byte.
        assert!(long(&[0, 0, 0, 0, 0, 0, 0, 0x80, 0]).is_err());
        assert!(long(&[0, 0, 0, 0, 0, 0, 0, 0, 1]).is_err());
    }

    #[test]
    fn no_more_is_taken_than_there_is() {
        let mut input = Input::new(b"ab\nc");
        assert!(input.take(u64::MAX).is_err());
        assert_eq!(input.line().unwrap(), "ab");
        assert!(input.line().is_err());
        assert_eq!((input.u8().unwrap(), input.at()), (b'c', 4));
        assert!(input.u8().is_err());
    }
}
