import { describe, expect, test } from 'vitest';
import type { Hop } from './redirect.ts';
import { nextHop, parseAddress } from './redirect.ts';

const post: Hop = {
  url: new URL('https://shop.example/orders'),
  method: 'POST',
  headers: {
    authorization: 'Bearer key',
    'x-api-key': 'key',
    'content-type': 'application/json',
    accept: '*/*',
  },
  body: '{}',
};

describe('nextHop', () => {
  test('an answer that does not redirect ends the way', () => {
    expect(nextHop(post, 200, 'https://shop.example/')).toBeUndefined();
    expect(nextHop(post, 302, undefined)).toBeUndefined();
  });

  test.each([301, 302, 303])('after %i a POST becomes a GET without a body', (status) => {
    const next = nextHop(post, status, '/done');
    expect(next).toEqual({
      url: new URL('https://shop.example/done'),
      method: 'GET',
      headers: { authorization: 'Bearer key', 'x-api-key': 'key', accept: '*/*' },
    });
  });

  test.each([307, 308])('after %i a POST stays as it is', (status) => {
    expect(nextHop(post, status, '/again')).toEqual({ ...post, url: new URL('https://shop.example/again') });
  });

  test.each([
    ['https://other.example/', 'another host'],
    ['http://shop.example/', 'no encryption any more'],
    ['https://shop.example:8443/', 'another port'],
  ])('keeps credentials back from %s: %s', (location) => {
    const next = nextHop(post, 307, location);
    expect(next?.headers).toEqual({ 'content-type': 'application/json', accept: '*/*' });
  });

  test('refuses to go to something that is not http', () => {
    expect(() => nextHop(post, 302, 'file:///etc/passwd')).toThrow(/http/);
  });
});

describe('parseAddress', () => {
  test.each(['ftp://a.example/', 'file:///etc/passwd', 'shop.example', '//shop.example', 'http://', ''])(
    'refuses %j',
    (text) => {
      expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'invalid_url' }));
    },
  );

  test('refuses a password in the address', () => {
    expect(() => parseAddress('https://user:pass@shop.example/')).toThrow(/Authorization header/);
  });
});
