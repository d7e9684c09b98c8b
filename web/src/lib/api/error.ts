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

  /** Whether the same question may be answered later: no answer, a fault of the server, or a rate limit. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

/** Anything that was thrown, as an error of the API. */
export function asApiError(fault: unknown): ApiError {
  return fault instanceof ApiError ? fault : new ApiError(0, String(fault));
}
