/** A chosen file as text: what people have is UTF-8, Windows' ISO-8859-1 (the school register is) or a spreadsheet saved as "Unicode text". */
import { maxFileBytes } from '@linewatch/contract';

export type Encoding = 'UTF-8' | 'ISO-8859-1' | 'UTF-16';

export interface Decoded {
  readonly text: string;
  readonly encoding: Encoding;
}

/** A file that cannot be taken, in words for whoever chose it. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
}

const startsWith = (bytes: Uint8Array, ...head: number[]): boolean => head.every((byte, i) => bytes[i] === byte);

/** @throws FileProblem for what is not text. */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes.length === 0) throw new FileProblem('The file is empty.');
  if (bytes.length > maxFileBytes)
    throw new FileProblem(
      `The file has ${(bytes.length / 1024 / 1024).toFixed(1)} MB; at most ${maxFileBytes / 1024 / 1024} MB can be imported at once.`,
    );
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04))
    throw new FileProblem(
      'This is a workbook (.xlsx, .ods) or a zip file. Save the sheet as CSV, or unpack the file, and choose that.',
    );
  if (startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0))
    throw new FileProblem('This is an old Excel workbook (.xls). Save the sheet as CSV and choose that.');
  if (startsWith(bytes, 0x1f, 0x8b)) throw new FileProblem('This is a gzip file. Unpack it and choose what is in it.');
  if (startsWith(bytes, 0x25, 0x50, 0x44, 0x46))
    throw new FileProblem('This is a PDF. A text file is needed, such as CSV.');
  const decoded = decode(bytes);
  if (decoded.text.includes('\0')) throw new FileProblem('This is not a text file.');
  if (decoded.text.trim() === '') throw new FileProblem('There is nothing but blanks in the file.');
  return decoded;
}

function decode(bytes: Uint8Array): Decoded {
  if (startsWith(bytes, 0xff, 0xfe)) return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'UTF-16' };
  if (startsWith(bytes, 0xfe, 0xff)) return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'UTF-16' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    // Every octet is a character in it; browsers read it as Windows-1252, which has the dashes and quotes that are meant.
    return { text: new TextDecoder('iso-8859-1').decode(bytes), encoding: 'ISO-8859-1' };
  }
}
