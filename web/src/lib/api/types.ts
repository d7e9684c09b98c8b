import type { components } from './schema';

type Schemas = components['schemas'];

/** A number for each metric; null over nothing. */
export type Numbers = Record<string, number | null>;
export interface Part {
  totals: Numbers;
  values: Record<string, (number | null)[]>;
}
export type Bucket = Schemas['Bucket'];
export type Series = Omit<Schemas['Series'], keyof Part | 'previous' | 'difference'> &
  Part & { previous?: Part; difference?: Part };
/** The previous period; `partial`: it starts before the first call, so no change is shown. */
export interface Previous {
  start: string;
  end: string;
  partial?: boolean;
}
export type SeriesData = Omit<Schemas['SeriesData'], 'series' | 'previous'> & {
  series: Series[];
  previous?: Previous | null;
};
export type DurationsData = Schemas['DurationsData'];
export type Spread = Schemas['Spread'];
export type SpacesData = Schemas['SpacesData'];
export type SpaceNumbers = Schemas['SpaceNumbers'];
export type AttentionData = Schemas['AttentionData'];
export type AttentionItem = Schemas['Item'];
export type Trust = Schemas['Trust'];
export type AnalyticsData = Schemas['AnalyticsData'];
export type SpaceItem = Schemas['SpaceItem'];
export type CallItem = Schemas['CallItem'];
export type CallWithEvents = Schemas['CallWithEvents'];
export type TaskItem = Schemas['TaskItem'];
export type RunItem = Schemas['RunItem'];
export type TokenItem = Schemas['TokenItem'];

/** What every answer but a list is wrapped in. */
export interface Answer<T> {
  status_code: number;
  message: string;
  data: T;
}

/** A page of a list. `count` is null on pages reached by cursor. */
export interface List<T> extends Answer<T[]> {
  count: number | null;
  next_cursor: string | null;
}

export type Role = 'viewer' | 'member' | 'admin';

export interface Organization {
  domain_handle: string;
  name: string;
  role: Role;
}

/** Who is signed in, as `GET /session` returns it. */
export interface Session {
  token: { prefix?: string; name?: string };
  organizations: Organization[];
}
