/** A file that is uploaded in parts: which parts are missing, and whether a file is the one that was begun with. */
import type { ImportItem } from '../api/imports';
import { number, tenths } from '../format';

export const MAX_FILE_BYTES = 1 << 30;
/** So much of the beginning and of the end of a file tells it from another of the same name and size. */
const SAMPLED_BYTES = 1 << 20;

export type Upload = Pick<ImportItem, 'name' | 'size' | 'part_bytes' | 'parts' | 'parts_kept'>;

/** Why a file cannot be uploaded; '' when it can. */
export function unfit(file: Pick<File, 'name' | 'size'>): string {
  if (file.size === 0) return `${file.name} is empty.`;
  if (file.size > MAX_FILE_BYTES) {
    return `${file.name} has ${bytesText(file.size)}; at most 1 GiB can be uploaded. Pack it (gzip, zstd), or import it with the command line.`;
  }
  return '';
}

/** The numbers of the parts that have not come. */
export function partsMissing({ parts, parts_kept }: Pick<Upload, 'parts' | 'parts_kept'>): number[] {
  const kept = new Set(parts_kept);
  return Array.from({ length: parts }, (_, part) => part).filter((part) => !kept.has(part));
}

/** First byte of a part, and the first after it. */
export function partBounds(part: number, { size, part_bytes }: Pick<Upload, 'size' | 'part_bytes'>): [number, number] {
  return [part * part_bytes, Math.min(size, (part + 1) * part_bytes)];
}

/** The bytes of the parts that have come. */
export function bytesKept(upload: Upload): number {
  const lengths = upload.parts_kept.map((part) => {
    const [from, to] = partBounds(part, upload);
    return Math.max(0, to - from);
  });
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** What tells a file from another of the same name and size: a digest of its beginning and its end. */
export async function digestOf(file: Blob): Promise<string> {
  const [head, tail] = await Promise.all([
    file.slice(0, SAMPLED_BYTES).arrayBuffer(),
    file.slice(Math.max(SAMPLED_BYTES, file.size - SAMPLED_BYTES)).arrayBuffer(),
  ]);
  return `${digest(new Uint8Array(head))}${digest(new Uint8Array(tail))}`;
}

/** 64 bits, FNV-1a in two lanes: recognizes, and protects from nobody. Over plain HTTP browsers offer no better one. */
export function digest(bytes: Uint8Array): string {
  let [one, other] = [0x811c9dc5, 0xdeadbeef];
  for (const byte of bytes) {
    one = Math.imul(one ^ byte, 0x01000193);
    other = Math.imul(other ^ byte, 0x85ebca6b);
    other ^= other >>> 13;
  }
  return [one, other].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

/** What a browser remembers of an upload that it began; none where another browser did. */
export type Remembered = string | undefined;

/** Uploads whose files a browser remembers: more than an organization may have open. */
const REMEMBERED = 20;

/** The ids of uploads with the digests of their files, as they are kept; none where that is no such text. */
export function digestsIn(text: string | null): [string, string][] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(found) ? found.filter(isPair) : [];
  } catch {
    return [];
  }
}

function isPair(one: unknown): one is [string, string] {
  return Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === 'string');
}

/** The same with the file of one more upload, the oldest ones left out. */
export function withDigest(all: readonly [string, string][], id: string, digest: string): [string, string][] {
  return [...all.filter(([other]) => other !== id), [id, digest] as [string, string]].slice(-REMEMBERED);
}

/** Why a file is not the one that the upload was begun with; '' when it is. */
export function otherFile(
  upload: Pick<Upload, 'name' | 'size'>,
  file: Pick<File, 'name' | 'size'>,
  remembered: Remembered,
  found: string,
): string {
  if (file.name !== upload.name) return `This is ${file.name}; the upload that was begun is of ${upload.name}.`;
  if (file.size !== upload.size) {
    return `This ${file.name} has ${number(file.size)} bytes; the one that was begun has ${number(upload.size)}.`;
  }
  if (remembered !== undefined && remembered !== found) {
    return `This ${file.name} says something else than the one that was begun. Drop that upload, and begin with this file.`;
  }
  return '';
}

/**
 * The parts to send of the same file. Where nothing is remembered of the file, all of them: a file of the same name and
 * size might be another, and parts of two files would make one that nobody has.
 */
export function partsToSend(upload: Upload, remembered: Remembered): number[] {
  return partsMissing(remembered === undefined ? { ...upload, parts_kept: [] } : upload);
}

export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 1024 ** step;
  const shown = step === 0 || value >= 100 ? number(value) : tenths(value);
  return `${shown} ${units[step]}`;
}
