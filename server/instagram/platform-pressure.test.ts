import { describe, expect, it } from 'vitest';
import { isOverLimit, platformPressure } from './platform-pressure.ts';

const NOW = new Date('2026-03-02T10:00:00.000Z');
const app = (call_count: number, total_time = 1) => ({
  'x-app-usage': JSON.stringify({ call_count, total_cputime: 2, total_time }),
});
const business = (call_count: number, minutes = 0) => ({
  'x-business-use-case-usage': JSON.stringify({
    '17841400000000000': [
      {
        type: 'instagram',
        call_count,
        total_cputime: 1,
        total_time: 1,
        estimated_time_to_regain_access: minutes,
      },
    ],
  }),
});

describe('what an answer says about the pace', () => {
  it.each([
    ['a good answer without headers', 200, undefined, {}, null],
    ['a good answer with room left', 200, undefined, { ...app(94), ...business(60) }, null],
    ['an app near its limit', 200, undefined, app(95), { scope: 'account', forMs: 60_000 }],
    ['time used up, not calls', 200, undefined, app(3, 97), { scope: 'account', forMs: 60_000 }],
    ['an account over its limit', 200, undefined, business(100), { scope: 'account', forMs: 300_000 }],
    ['a time to wait', 200, undefined, business(100, 7), { scope: 'account', forMs: 420_000 }],
    ['headers that are no JSON', 200, undefined, { 'x-app-usage': '{' }, null],
    [
      'headers of another shape',
      200,
      undefined,
      { 'x-business-use-case-usage': '{"1":[{"call_count":"x"}]}' },
      null,
    ],
    ['429 alone', 429, undefined, {}, { scope: 'family', forMs: 60_000 }],
    ['429 with seconds', 429, undefined, { 'retry-after': '30' }, { scope: 'family', forMs: 30_000 }],
    ['429 with no time at all', 429, undefined, { 'retry-after': '0' }, { scope: 'family', forMs: 1_000 }],
    [
      '429 with a date',
      429,
      undefined,
      { 'retry-after': 'Mon, 02 Mar 2026 10:02:00 GMT' },
      { scope: 'family', forMs: 120_000 },
    ],
    ['429 with nonsense', 429, undefined, { 'retry-after': 'soon' }, { scope: 'family', forMs: 60_000 }],
    ['429 for weeks', 429, undefined, { 'retry-after': '9999999' }, { scope: 'family', forMs: 86_400_000 }],
    ['429 of a used-up account', 429, undefined, business(100, 3), { scope: 'account', forMs: 180_000 }],
    ['limit of the app', 400, 4, {}, { scope: 'account', forMs: 60_000 }],
    ['limit of the account', 403, 80002, business(120), { scope: 'account', forMs: 300_000 }],
    ['limit of calls of one kind', 400, 613, {}, { scope: 'family', forMs: 60_000 }],
    ['another refusal', 400, 100, {}, null],
    ['a server error', 503, undefined, { 'retry-after': '5' }, null],
  ])('%s', (_case, status, errorCode, headers, pressure) => {
    expect(platformPressure({ status, errorCode, headers }, NOW)).toEqual(pressure);
  });

  it('takes a server error for no limit, whatever its code says: it may have come after the deed', () => {
    expect(isOverLimit({ status: 500, errorCode: 4 })).toBe(false);
  });
});
