import { describe, expect, test } from 'vitest';
import type { FakeAnswers } from '../testing/fake-services.ts';
import { firedOf, runNode } from '../testing/run-node.ts';
import { Request } from './request.ts';

const url = 'https://api.example/orders?key=secret';
const json = (body: string): FakeAnswers['http'] => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body,
});

describe('GET', () => {
  test('is no effect and gives a JSON answer as data', async () => {
    const ran = await runNode(Request, {
      config: {
        url: ' https://api.example/{{ trigger.from.username }} ',
        headers: [{ name: 'X-Key', value: 'k' }],
      },
      answers: { http: json('{"left": 3}') },
    });
    expect(ran.effects).toEqual([]);
    expect(ran.calls).toEqual([
      {
        service: 'http.request',
        request: {
          method: 'GET',
          url: 'https://api.example/mia',
          headers: { 'x-key': 'k' },
          timeoutMs: 15_000,
          maxBytes: 524_288,
        },
      },
    ]);
    expect(firedOf(ran).data).toMatchObject({ status: 200, body: { left: 3 } });
  });

  test.each([
    ['broken JSON stays text', json('{oops'), '{oops'],
    [
      'text stays text',
      { status: 200, headers: { 'content-type': 'text/plain' }, body: '{"a":1}' },
      '{"a":1}',
    ],
  ])('%s', async (_name, http, expected) => {
    const ran = await runNode(Request, { config: { url }, answers: { http } });
    expect(firedOf(ran).data).toMatchObject({ body: expected });
  });
});

describe('POST', () => {
  const config = { url, method: 'POST', body: '{"name": {{ trigger.from.username | json }}}' };

  test('is an effect with a key that stays the same', async () => {
    const ran = await runNode(Request, { config });
    expect(ran.calls[0]?.request).toMatchObject({
      method: 'POST',
      body: '{"name": "mia"}',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'execution-1:node-1' },
    });
    expect(ran.effects[0]?.options).toMatchObject({
      describe: 'POST https://api.example/orders',
      idempotent: false,
    });
    expect(JSON.stringify(ran.effects)).not.toContain('secret');
  });

  test('a Content-Type of its own wins', async () => {
    const headers = [{ name: 'Content-Type', value: 'text/csv' }];
    const ran = await runNode(Request, { config: { ...config, headers } });
    expect(ran.calls[0]?.request).toMatchObject({ headers: { 'content-type': 'text/csv' } });
  });

  test('a dry run calls nobody', async () => {
    const ran = await runNode(Request, { config, dryRun: true });
    expect(ran.calls).toEqual([]);
    expect(firedOf(ran).data).toMatchObject({ status: 200 });
  });
});

describe('an error answer', () => {
  test.each([
    ['GET', false, 404, false, 'not_performed'],
    ['GET', false, 503, true, 'unknown'],
    ['POST', false, 429, true, 'not_performed'],
    ['POST', false, 422, false, 'not_performed'],
    ['POST', false, 503, false, 'unknown'],
    ['POST', true, 503, true, 'unknown'],
  ])('%s (may be sent twice: %s) with status %i', async (method, idempotent, status, retryable, outcome) => {
    const run = runNode(Request, { config: { url, method, idempotent }, answers: { http: { status } } });
    await expect(run).rejects.toMatchObject({ code: 'http_status', retryable, outcome });
  });

  test('says how long to wait', async () => {
    const http = { status: 429, headers: { 'retry-after': '30' } };
    await expect(runNode(Request, { config: { url }, answers: { http } })).rejects.toMatchObject({
      retryAfterMs: 30_000,
    });
  });

  test('goes on when asked for', async () => {
    const ran = await runNode(Request, {
      config: { url, failOnStatus: false },
      answers: { http: { status: 404 } },
    });
    expect(firedOf(ran).data).toMatchObject({ status: 404 });
  });
});

test.each(['', 'api.example', 'ftp://api.example/', 'https://'])(
  'refuses the address %j',
  async (address) => {
    await expect(runNode(Request, { config: { url: address } })).rejects.toMatchObject({
      code: 'invalid_url',
      field: 'url',
    });
  },
);

test.each(['Host', 'content-length', 'Transfer-Encoding', 'a b', 'x\r\ny'])(
  'refuses the header %j',
  (name) => {
    expect(Request.description.config.safeParse({ url, headers: [{ name, value: '' }] }).success).toBe(false);
  },
);
