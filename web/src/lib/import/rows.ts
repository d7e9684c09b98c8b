/** The first rows of a file, as they stand and as they will be read. */
import type { FoundRow, ImportItem } from '../api/imports';
import { FIELDS, spoken } from '../words';
import { assignments } from './option';

export type Read = Pick<ImportItem, 'columns' | 'plan' | 'rows'>;

export interface Column {
  /** Of the file; '' where the field comes from no column. */
  name: string;
  /** Its place among the cells of a row; -1 where the field comes from no column. */
  at: number;
  fields: string[];
  /** Somebody has to decide something about it. */
  asked: boolean;
}

export interface Cell {
  /** As it will be read; '' where nothing of it is. */
  read: string;
  /** As it stands in the file; '' where that is the same. */
  raw: string;
}

/** Fields of the columns, in the order of the mapping. */
function fieldsByColumn({ columns, plan }: Read): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [field, source] of assignments(plan?.map ?? [])) {
    const whole = columns?.includes(source) ? [source] : [];
    const named = whole.length ? whole : [...source.matchAll(/\{([^{}]*)\}/g)].map((each) => each[1] ?? '');
    for (const name of named) found.set(name, [...(found.get(name) ?? []), field]);
  }
  return found;
}

/** Columns that are asked about, those that become something, then the others; fields that come from no column are last. */
export function columnsOf(read: Read, asked: ReadonlySet<string>): { shown: Column[]; rest: Column[] } {
  const fields = fieldsByColumn(read);
  const all = (read.columns ?? []).map((name, at) => ({
    name,
    at,
    fields: fields.get(name) ?? [],
    asked: asked.has(name),
  }));
  const mapped = new Set(all.flatMap((column) => column.fields));
  const given = new Set((read.rows ?? []).flatMap((row) => Object.keys(row.event ?? {})));
  const made = [...given].filter((field) => !mapped.has(field));
  const isShown = (column: Column) => column.fields.length > 0 || column.asked;
  return {
    shown: [
      ...all.filter((column) => column.asked),
      ...all.filter((column) => isShown(column) && !column.asked),
      ...made.map((field) => ({ name: '', at: -1, fields: [field], asked: false })),
    ],
    rest: all.filter((column) => !isShown(column)),
  };
}

export function cellOf(row: FoundRow, { at, fields }: Column): Cell {
  const raw = row.cells[at] ?? '';
  const read = fields.map((field) => row.event?.[field]).filter((value) => value !== undefined && value !== null);
  const text = [...new Set(read.map(valueText))].join(' · ');
  return { read: text, raw: raw === text ? '' : raw };
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a column becomes, for its heading. */
export function becomes({ fields }: Pick<Column, 'fields'>): string {
  return fields.length ? fields.map((field) => FIELDS[field] ?? spoken(field)).join(', ') : 'Not imported';
}

/** Up to three different cells of a column, to know it by. */
export function samples({ columns, rows }: Pick<Read, 'columns' | 'rows'>, column: string): string[] {
  const at = columns?.indexOf(column) ?? -1;
  if (at < 0) return [];
  const cells = (rows ?? []).map((row) => row.cells[at] ?? '').filter((cell) => cell !== '');
  return [...new Set(cells)].slice(0, 3);
}
