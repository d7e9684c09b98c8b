/**
 * An id as one segment of a path. Browsers take `.` and `..` out of every path, escaped or not, and would request
 * something else: these two are escaped twice, and name nothing.
 */
export function segment(id: string): string {
  return id === '.' || id === '..' ? id.replaceAll('.', '%252E') : encodeURIComponent(id);
}

/** What was escaped; undefined where that is no text. */
export function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
