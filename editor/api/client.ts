import type { ProblemDetails } from '../../server/contract/shapes.ts';

/** An answer that is no success, or no answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails, cause?: unknown) {
    super(details.detail || details.title, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.status = details.status;
    this.details = details;
  }

  /** The server could not be reached; trying again later makes sense. */
  get isOffline(): boolean {
    return this.status === 0;
  }
}

export type CallOptions = {
  signal?: AbortSignal;
  /** The call outlives the page, for the last save on leaving. */
  keepalive?: boolean;
};

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Calls of the HTTP API with the session cookie. Each throws ApiError; a 204 gives undefined. */
export const api = {
  get: <T>(path: string, options?: CallOptions) => call<T>('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options?: CallOptions) =>
    call<T>('POST', path, body ?? {}, options),
  put: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>('PUT', path, body ?? {}, options),
  delete: <T = void>(path: string, options?: CallOptions) => call<T>('DELETE', path, undefined, options),
};

const signedOutListeners = new Set<() => void>();

/** Calls the listener when the server no longer knows the session. @returns stops listening */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** What went wrong, for a person: the fields first where the server names them. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) {
    const fields = error.details.errors?.map(({ message }) => message) ?? [];
    return fields.length > 0 ? fields.join(' ') : error.message;
  }
  return error instanceof Error ? error.message : String(error);
}

/** The server's messages by field name, for a form. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries((error.details.errors ?? []).map(({ path, message }) => [path, message]));
}

async function call<T>(method: Method, path: string, body: unknown, options: CallOptions = {}): Promise<T> {
  const response = await send(method, path, body, options);
  if (response.status === 204) return undefined as T;
  if (response.ok) return (await response.json()) as T;
  const error = new ApiError(await readProblem(response));
  if (error.status === 401 && !SESSION_PATHS.has(path)) for (const listener of signedOutListeners) listener();
  throw error;
}

/** A 401 of these says nothing new: who asks them expects it. */
const SESSION_PATHS = new Set(['/api/v1/login', '/api/v1/session']);

async function send(method: Method, path: string, body: unknown, options: CallOptions): Promise<Response> {
  const isForm = body instanceof FormData;
  try {
    return await fetch(path, {
      ...options,
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json, application/problem+json',
        ...(body !== undefined && !isForm && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(
      {
        type: 'about:blank',
        title: 'Offline',
        status: 0,
        detail: "The server can't be reached. Check that it is running, then try again.",
      },
      error,
    );
  }
}

/** Problem details of the answer, made up from the status where a proxy answered with something else. */
async function readProblem(response: Response): Promise<ProblemDetails> {
  const made: ProblemDetails = {
    type: 'about:blank',
    title: response.statusText || `Error ${response.status}`,
    status: response.status,
    detail: `The server answered with ${response.status}${response.statusText ? ` ${response.statusText}` : ''}.`,
  };
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? { ...made, ...body, status: response.status } : made;
  } catch {
    return made;
  }
}
