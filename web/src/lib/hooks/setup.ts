/** The little Markdown that says what to do in a platform: paragraphs, indented blocks, `code` and *emphasis*. */

export interface Piece {
  kind: 'plain' | 'code' | 'strong';
  text: string;
}

/** A block to be copied whole, or a paragraph. */
export type Block = { kind: 'block'; text: string } | { kind: 'paragraph'; pieces: Piece[] };

const INDENT = '    ';
const MARKED = /(`[^`]+`|\*[^*\s][^*]*\*)/;

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let indented = false;
  const end = () => {
    const text = lines.join('\n').trimEnd();
    if (text.trim()) blocks.push(indented ? { kind: 'block', text } : { kind: 'paragraph', pieces: piecesOf(text) });
    lines = [];
  };
  for (const line of markdown.split('\n')) {
    const blank = line.trim() === '';
    // An empty line ends a paragraph, and is part of a block that goes on behind it.
    const inside: boolean = blank ? indented : line.startsWith(INDENT) && (indented || !lines.length);
    if (inside !== indented || (blank && !indented)) end();
    indented = inside;
    if (!blank || lines.length) lines.push(inside ? line.slice(INDENT.length) : line);
  }
  end();
  return blocks;
}

function piecesOf(text: string): Piece[] {
  const flowing = text.replace(/\s*\n\s*/g, ' ');
  return flowing
    .split(MARKED)
    .filter(Boolean)
    .map((part): Piece => {
      if (part.length > 2 && part.startsWith('`') && part.endsWith('`'))
        return { kind: 'code', text: part.slice(1, -1) };
      if (part.length > 2 && MARKED.test(part)) return { kind: 'strong', text: part.slice(1, -1) };
      return { kind: 'plain', text: part };
    });
}
