//! A file's bytes as UTF-8, a few kilobytes at a time, remembering where it could not be read.
//!
//! The one idea: what cannot be decoded becomes U+FFFD in the stream and a *fault* at its offset, so the reader above
//! can refuse exactly the row it is in and go on. A character that an old encoding leaves unassigned is a fault too.
//! Not here: what a row is (`csv_rows`). Start reading at [`Decoded::available`].
//! Proved by `tests/it/encodings.rs` and `tests/it/hostile.rs`.

use crate::encoding::Encoding;
use encoding_rs::DecoderResult;
use std::collections::VecDeque;
use std::io::{self, Read};

const RAW: usize = 8 * 1024;
const TEXT: usize = 16 * 1024;
const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();

/// The decoded stream of a reader.
pub(crate) struct Decoded<R> {
    source: R,
    raw: Box<[u8]>,
    raw_start: usize,
    raw_end: usize,
    raw_total: u64,
    source_ended: bool,
    decoder: Decoder,
    text: Box<[u8]>,
    start: usize,
    end: usize,
    base: u64,
    finished: bool,
    faults: VecDeque<u64>,
}

impl<R: Read> Decoded<R> {
    /// Starts decoding behind the byte order mark, if there is one.
    pub(crate) fn new(source: R, encoding: Encoding) -> io::Result<Decoded<R>> {
        let mut decoded = Decoded {
            source,
            raw: vec![0; RAW].into_boxed_slice(),
            raw_start: 0,
            raw_end: 0,
            raw_total: 0,
            source_ended: false,
            decoder: Decoder::of(encoding),
            text: vec![0; TEXT].into_boxed_slice(),
            start: 0,
            end: 0,
            base: 0,
            finished: false,
            faults: VecDeque::new(),
        };
        while decoded.raw_end < 4 && !decoded.source_ended {
            decoded.read_raw()?;
        }
        decoded.raw_start = encoding.mark_length(decoded.raw.get(..decoded.raw_end).unwrap_or(&[]));
        Ok(decoded)
    }

    /// Decoded bytes that are not consumed yet; empty at the end of the file only.
    pub(crate) fn available(&mut self) -> io::Result<&[u8]> {
        if self.start >= self.end && !self.finished {
            self.refill()?;
        }
        Ok(self.text.get(self.start..self.end).unwrap_or(&[]))
    }

    /// Marks `count` of the available bytes as used.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// How many decoded bytes were consumed.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// How many bytes of the file were read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.raw_total
    }

    /// Whether something before the present offset could not be decoded; forgets what it tells.
    pub(crate) fn take_faults(&mut self) -> bool {
        let here = self.offset();
        let before = self.faults.len();
        while self.faults.front().is_some_and(|&at| at < here) {
            self.faults.pop_front();
        }
        self.faults.len() < before
    }

    fn read_raw(&mut self) -> io::Result<()> {
        let room = self.raw.get_mut(self.raw_end..).unwrap_or(&mut []);
        match self.source.read(room) {
            Ok(0) => self.source_ended = true,
            Ok(count) => {
                self.raw_end = (self.raw_end + count).min(self.raw.len());
                self.raw_total += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn refill(&mut self) -> io::Result<()> {
        self.base += self.end as u64;
        (self.start, self.end) = (0, 0);
        loop {
            if self.raw_start >= self.raw_end && !self.source_ended {
                (self.raw_start, self.raw_end) = (0, 0);
                self.read_raw()?;
                if self.raw_end == 0 && !self.source_ended {
                    continue;
                }
            }
            let limit = self.text.len() - REPLACEMENT.len();
            let raw = self.raw.get(self.raw_start..self.raw_end).unwrap_or(&[]);
            let room = self.text.get_mut(self.end..limit).unwrap_or(&mut []);
            let (step, read, written) = self.decoder.decode(raw, room, self.source_ended);
            if self.decoder.is_legacy() {
                let fresh = room.get(..written).unwrap_or(&[]);
                let unassigned = fresh.windows(2).enumerate().filter(|(_, pair)| is_c1(pair));
                self.faults.extend(unassigned.map(|(at, _)| self.base + (self.end + at) as u64));
            }
            self.raw_start += read;
            self.end += written;
            match step {
                Step::NeedsInput if self.source_ended => {
                    self.finished = true;
                    return Ok(());
                }
                Step::NeedsInput if self.end > 0 => return Ok(()),
                Step::NeedsInput => {}
                Step::NeedsRoom => return Ok(()),
                Step::Malformed => self.mark_fault(),
            }
            if self.end + 16 > limit {
                return Ok(());
            }
        }
    }

    fn mark_fault(&mut self) {
        self.faults.push_back(self.base + self.end as u64);
        if let Some(room) = self.text.get_mut(self.end..self.end + REPLACEMENT.len()) {
            room.copy_from_slice(REPLACEMENT);
            self.end += REPLACEMENT.len();
        }
    }
}

/// A control character U+0080 to U+009F: what old encodings decode their unassigned bytes to.
fn is_c1(pair: &[u8]) -> bool {
    matches!(pair, [0xC2, 0x80..=0x9F])
}

enum Step {
    NeedsInput,
    NeedsRoom,
    Malformed,
}

enum Decoder {
    Whatwg { decoder: encoding_rs::Decoder, legacy: bool },
    Utf32 { big_end_first: bool, carry: [u8; 4], have: usize },
}

impl Decoder {
    fn of(encoding: Encoding) -> Decoder {
        let (found, legacy) = match encoding {
            Encoding::Utf8 => (encoding_rs::UTF_8, false),
            Encoding::Utf16Le => (encoding_rs::UTF_16LE, false),
            Encoding::Utf16Be => (encoding_rs::UTF_16BE, false),
            Encoding::Legacy(found) => (found, true),
            Encoding::Utf32Le => return Decoder::Utf32 { big_end_first: false, carry: [0; 4], have: 0 },
            Encoding::Utf32Be => return Decoder::Utf32 { big_end_first: true, carry: [0; 4], have: 0 },
        };
        Decoder::Whatwg { decoder: found.new_decoder_without_bom_handling(), legacy }
    }

    fn is_legacy(&self) -> bool {
        matches!(self, Decoder::Whatwg { legacy: true, .. })
    }

    /// Decodes some of `raw` into `room`: what stopped it, bytes read, bytes written.
    fn decode(&mut self, raw: &[u8], room: &mut [u8], last: bool) -> (Step, usize, usize) {
        match self {
            Decoder::Whatwg { decoder, .. } => {
                let (result, read, written) = decoder.decode_to_utf8_without_replacement(raw, room, last);
                let step = match result {
                    DecoderResult::InputEmpty => Step::NeedsInput,
                    DecoderResult::OutputFull => Step::NeedsRoom,
                    DecoderResult::Malformed(..) => Step::Malformed,
                };
                (step, read, written)
            }
            Decoder::Utf32 { big_end_first, carry, have } => decode_utf32(*big_end_first, carry, have, raw, room, last),
        }
    }
}

fn decode_utf32(
    big_end_first: bool,
    carry: &mut [u8; 4],
    have: &mut usize,
    raw: &[u8],
    room: &mut [u8],
    last: bool,
) -> (Step, usize, usize) {
    let (mut read, mut written) = (0, 0);
    for &byte in raw {
        if *have == 3 && room.len() < written + 4 {
            return (Step::NeedsRoom, read, written);
        }
        if let Some(slot) = carry.get_mut(*have) {
            *slot = byte;
        }
        *have += 1;
        read += 1;
        if *have < 4 {
            continue;
        }
        *have = 0;
        let unit = if big_end_first { u32::from_be_bytes(*carry) } else { u32::from_le_bytes(*carry) };
        let Some(character) = char::from_u32(unit) else { return (Step::Malformed, read, written) };
        let mut buffer = [0; 4];
        let encoded = character.encode_utf8(&mut buffer).as_bytes();
        if let Some(slot) = room.get_mut(written..written + encoded.len()) {
            slot.copy_from_slice(encoded);
            written += encoded.len();
        }
    }
    if last && *have > 0 {
        *have = 0;
        return (Step::Malformed, read, written);
    }
    (Step::NeedsInput, read, written)
}
