import { beforeEach, expect, it } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.ts';

let now = 0;
let breaker: CircuitBreaker;

beforeEach(() => {
  now = 1_000_000;
  breaker = new CircuitBreaker(() => now);
});

/** One call that ends like this; the pause it brings, or `refused`. */
function call(outcome: 'answered' | 'failed', key = 'shop messages'): number | null | 'refused' {
  const passage = breaker.enter(key);
  if (!passage.mayCall) return 'refused';
  return breaker.record(key, passage.isProbe, outcome)?.pauseMs ?? null;
}
const fail = (times: number) => Array.from({ length: times }, () => call('failed'));

it('opens after five failures in a row, and for its own account and family alone', () => {
  expect(fail(5)).toEqual([null, null, null, null, 5_000]);
  expect([call('answered'), call('answered', 'shop replies'), call('answered', 'cafe messages')]).toEqual([
    'refused',
    null,
    null,
  ]);
});

it('a good answer in between begins the count anew', () => {
  fail(4);
  call('answered');
  expect(fail(4)).not.toContain(5_000);
});

it('failures of more than a minute ago do not count', () => {
  fail(4);
  now += 60_000;
  expect(fail(4)).not.toContain(5_000);
});

it('tries it out with one call, and goes on when that is answered', () => {
  fail(5);
  now += 5_000;
  expect(breaker.enter('shop messages')).toEqual({ mayCall: true, isProbe: true });
  expect(breaker.enter('shop messages')).toMatchObject({ mayCall: false });
  breaker.record('shop messages', true, 'answered');
  expect(fail(4)).toEqual([null, null, null, null]);
});

it('pauses for longer each time that the try fails, up to five minutes', () => {
  fail(5);
  const pauses = Array.from({ length: 8 }, () => {
    now += 300_000;
    return call('failed');
  });
  expect(pauses).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
});

it('a try that was never made leaves the next one to somebody else', () => {
  fail(5);
  now += 5_000;
  const passage = breaker.enter('shop messages');
  breaker.release('shop messages', passage.mayCall && passage.isProbe);
  expect(breaker.enter('shop messages')).toMatchObject({ mayCall: true, isProbe: true });
});

it('what began before it opened neither closes it nor makes the pause longer', () => {
  const early = Array.from({ length: 7 }, () => breaker.enter('shop messages'));
  expect(early.every(({ mayCall }) => mayCall)).toBe(true);
  fail(5);
  expect(breaker.record('shop messages', false, 'failed')).toBeNull();
  breaker.record('shop messages', false, 'answered');
  expect(call('answered')).toBe('refused');
  now += 5_000;
  expect(call('answered')).toBeNull();
});
