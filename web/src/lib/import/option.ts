/** Texts of options as `callboard import` reads them: pieces between commas, those with a comma or a quote in quotes. */

/** The text split at commas, outside of quotes. */
export function pieces(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at <= text.length;) {
    const [piece, next] = pieceAt(text, at);
    found.push(piece);
    at = next + 1;
  }
  return found;
}

/** The piece that begins here, and the place of the comma after it. */
function pieceAt(text: string, from: number): [string, number] {
  const quoted = /^\s*"((?:[^"]|"")*)"\s*/.exec(text.slice(from));
  if (quoted) return [(quoted[1] ?? '').replaceAll('""', '"'), from + quoted[0].length];
  const comma = text.indexOf(',', from);
  const end = comma < 0 ? text.length : comma;
  return [text.slice(from, end).trimStart(), end];
}

/** The inverse of `pieces` for one piece. */
export function piece(text: string): string {
  return /[,"]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `field=source` pairs of texts like `field=source,field=source`. */
export function assignments(texts: readonly string[]): [string, string][] {
  return texts.flatMap(pieces).flatMap((each): [string, string][] => {
    const equals = each.indexOf('=');
    return equals < 0 ? [] : [[each.slice(0, equals).trim(), each.slice(equals + 1).trim()]];
  });
}

/** Options of a document, one line for each text of them, as a person would type them. */
export function optionLines(options: Record<string, unknown>): { option: string; value: string }[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const option = `--${name.replaceAll('_', '-')}`;
    const texts = Array.isArray(value) ? (value as unknown[]) : [value === true ? '' : value];
    return texts.map((each) => ({ option, value: Array.isArray(each) ? each.join(' ') : String(each) }));
  });
}
