/** The one way to the server: same origin, the session's cookie, and errors as errors. */

export const base = new URL('.', document.baseURI).pathname;
export const apiBase = `${base}api/v2/platform/`;

export interface FieldFault {
  field: string;
  message: string;
}

/** What went wrong, in the server's words. `status` is 0 when no answer came at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly requestId: string | null = null,
    readonly retryAfterSeconds: number | null = null,
    readonly faults: FieldFault[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface Options {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  organization?: string;
  body?: unknown;
  signal?: AbortSignal;
}

/** Called when the session is over, wherever that shows first. */
let onSignedOut: () => void = () => {};
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

async function send(path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.organization) headers['Org-Handle'] = options.organization;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const init: RequestInit = { method: options.method ?? 'GET', headers, credentials: 'same-origin' };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;
  try {
    return await fetch(path, init);
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') throw fault;
    throw new ApiError(0, 'The server does not answer.');
  }
}

export async function failure(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get('Retry-After'));
  let body: { message?: string; request_id?: string; errors?: FieldFault[] } = {};
  try {
    body = (await response.json()) as typeof body;
  } catch {
    // A proxy's page instead of ours: the status has to do.
  }
  return new ApiError(
    response.status,
    body.message ?? `The server answered ${response.status}.`,
    body.request_id ?? response.headers.get('X-Request-Id'),
    Number.isFinite(after) && after > 0 ? after : null,
    body.errors ?? [],
  );
}

/** Asks the API under `path` (relative to its base) or, where it begins with `/`, that very path. */
export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const response = await send(path.startsWith('/') ? path : apiBase + path, options);
  if (!response.ok) {
    const error = await failure(response);
    if (error.status === 401) onSignedOut();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}
