import { describe, expect, it, vi } from 'vitest';
import { fakeApi, problem } from '../testing/fake-api.ts';
import { ApiError, api, errorText, fieldErrors, onSignedOut } from './client.ts';

const failure = async (work: Promise<unknown>): Promise<ApiError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`Expected an ApiError, got ${String(error)}`);
  return error;
};

describe('the API client', () => {
  it('sends JSON and gives the answer', async () => {
    const { calls } = fakeApi({ 'POST /api/v1/flows': () => ({ id: 'f1' }) });
    expect(await api.post('/api/v1/flows', { name: 'A' })).toEqual({ id: 'f1' });
    expect(calls).toEqual([{ method: 'POST', path: '/api/v1/flows', body: { name: 'A' } }]);
  });

  it('gives undefined for 204', async () => {
    fakeApi({ 'DELETE /api/v1/flows/f1': () => ({ status: 204, body: null }) });
    expect(await api.delete('/api/v1/flows/f1')).toBeUndefined();
  });

  it('throws the problem details with their fields', async () => {
    fakeApi({
      'POST /api/v1/setup': () =>
        problem(400, 'The body is not valid.', {
          errors: [{ path: 'email', message: 'Not an e-mail address.' }],
        }),
    });
    const error = await failure(api.post('/api/v1/setup', {}));
    expect(error.status).toBe(400);
    expect(fieldErrors(error)).toEqual({ email: 'Not an e-mail address.' });
    expect(errorText(error)).toBe('Not an e-mail address.');
  });

  it('makes up problem details when a proxy answers with a page', async () => {
    vi.stubGlobal(
      'fetch',
      async () => new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }),
    );
    const error = await failure(api.get('/api/v1/flows'));
    expect(error.details).toMatchObject({ status: 502, title: 'Bad Gateway' });
  });

  it('says when the server is away', async () => {
    fakeApi({});
    const error = await failure(api.get('/api/v1/flows'));
    expect(error.isOffline).toBe(true);
  });

  it('tells of a lost session, but not of a wrong password', async () => {
    fakeApi({
      'GET /api/v1/flows': () => problem(401, 'Sign in first.'),
      'POST /api/v1/login': () => problem(401, 'Wrong password.'),
    });
    const listener = vi.fn();
    const stop = onSignedOut(listener);
    await failure(api.post('/api/v1/login', {}));
    expect(listener).not.toHaveBeenCalled();
    await failure(api.get('/api/v1/flows'));
    expect(listener).toHaveBeenCalledOnce();
    stop();
  });
});
