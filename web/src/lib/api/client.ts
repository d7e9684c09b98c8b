/** All requests to the server: same origin, with the session's cookie; failures are thrown as `ApiError`. */
import { apiBase } from './base';
import { Deadline } from './deadline';
import { ApiError, type FieldFault } from './error';

export interface Options {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  organization?: string;
  body?: unknown;
  signal?: AbortSignal;
  deadlineMs?: number;
}

/** The server itself stops a read after five seconds; a write may wait longer for the store. */
const READ_MS = 15_000;
const WRITE_MS = 60_000;

/** Called when any request shows that the session has ended. */
let onSignedOut: () => void = () => {};
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

async function send(path: string, options: Options, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.organization) headers['Org-Handle'] = options.organization;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const init: RequestInit = { method: options.method ?? 'GET', headers, credentials: 'same-origin', signal };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  return await fetch(path, init);
}

export async function failure(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get('Retry-After'));
  let body: { message?: string; request_id?: string; errors?: FieldFault[] } = {};
  try {
    body = (await response.json()) as typeof body;
  } catch {
    // A proxy's page instead of an API error: only the status is known.
  }
  return new ApiError(
    response.status,
    body.message ?? `The server answered ${response.status}.`,
    body.request_id ?? response.headers.get('X-Request-Id'),
    Number.isFinite(after) && after > 0 ? after : null,
    body.errors ?? [],
  );
}

/** Sends a request to `path`, relative to the base of the API unless it starts with `/`. */
export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const usual = (options.method ?? 'GET') === 'GET' ? READ_MS : WRITE_MS;
  const deadline = new Deadline(options.deadlineMs ?? usual, options.signal);
  try {
    return await answered<T>(path, options, deadline.signal);
  } catch (fault) {
    if (fault instanceof ApiError || options.signal?.aborted) throw fault;
    // Refused, timed out, cut off, or a proxy's page instead of JSON: all are the same to the reader.
    throw new ApiError(0, 'The server does not answer.');
  } finally {
    deadline.over();
  }
}

async function answered<T>(path: string, options: Options, signal: AbortSignal): Promise<T> {
  const response = await send(path.startsWith('/') ? path : apiBase + path, options, signal);
  if (!response.ok) {
    const error = await failure(response);
    if (error.status === 401) onSignedOut();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}
