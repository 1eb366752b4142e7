import { describe, expect, it } from 'vitest';
import { ATTEMPTS_PER_EMAIL, LOGIN_WINDOW_MS, LoginLimit } from './login-limit.ts';

const allow = (limit: LoginLimit, times: number, address = '1.1.1.1') =>
  Array.from({ length: times }, () => limit.begin(address, 'ada@example.com'));

describe('the login limit', () => {
  it('tells the first refusal apart and is over after the window', () => {
    let now = 0;
    const limit = new LoginLimit(() => now);
    expect(new Set(allow(limit, ATTEMPTS_PER_EMAIL))).toEqual(new Set(['allowed']));
    expect(allow(limit, 3)).toEqual(['newly_blocked', 'blocked', 'blocked']);
    expect(limit.begin('1.1.1.1', 'ADA@example.com')).toBe('blocked');
    expect(limit.begin('2.2.2.2', 'ada@example.com')).toBe('allowed');

    now = LOGIN_WINDOW_MS;

    expect(limit.begin('1.1.1.1', 'ada@example.com')).toBe('allowed');
  });

  it('starts anew after a success', () => {
    const limit = new LoginLimit();
    allow(limit, ATTEMPTS_PER_EMAIL);
    limit.succeeded('1.1.1.1', 'ada@example.com');
    expect(limit.begin('1.1.1.1', 'ada@example.com')).toBe('allowed');
  });

  it('stops an address that tries many people', () => {
    const limit = new LoginLimit();
    const verdicts = Array.from({ length: 200 }, (_, n) => limit.begin('1.1.1.1', `user${n}@example.com`));
    expect(verdicts.filter((verdict) => verdict === 'allowed')).toHaveLength(100);
  });
});
