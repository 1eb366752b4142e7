import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRecordedServer } from '../sandbox/testing/recorded.ts';
import { createGraphDispatcher, GraphClient } from './graph-client.ts';
import { readAccount, readBusiness, readInsights } from './graph-insights.ts';

const dispatcher = createGraphDispatcher();
const client = new GraphClient(dispatcher);
const { signal } = new AbortController();
let graph: Awaited<ReturnType<typeof startRecordedServer>>;

beforeAll(async () => {
  graph = await startRecordedServer();
});
afterAll(async () => {
  await dispatcher.destroy();
  await graph.close();
});

/** The platform answers so, whatever it is asked. */
function answering(body: unknown, status = 200) {
  graph.play([{ request: { method: 'GET', path: '' }, answer: { status, headers: {}, body } }]);
  return { graphUrl: graph.url, externalId: '17841405822304914', accessToken: 'token' };
}
const refusal = (code: number, message: string, error_subcode?: number) => ({
  error: { message, type: 'OAuthException', code, error_subcode },
});
const ofPost = { of: { mediaId: '1' }, metrics: [] };

describe('figures', () => {
  it.each<[string, unknown[], Record<string, number>]>([
    ['none', [], {}],
    ['a total', [{ name: 'reach', total_value: { value: 7 } }], { reach: 7 }],
    ['of a post', [{ name: 'reach', values: [{ value: 7 }] }], { reach: 7 }],
    ['of several days: the last', [{ name: 'reach', values: [{ value: 1 }, { value: 7 }] }], { reach: 7 }],
    ['zero', [{ name: 'reach', total_value: { value: 0 } }], { reach: 0 }],
    [
      'by kind of follower, without a total',
      [{ name: 'follows_and_unfollows', total_value: { breakdowns: [] } }],
      {},
    ],
    [
      'strange ones beside good ones',
      [null, 'x', { name: 3 }, { name: 'views', values: 'x' }, { name: 'reach', total_value: { value: 7 } }],
      { reach: 7 },
    ],
  ])('%s', async (_case, data, expected) => {
    expect(await readInsights(client, answering({ data }), ofPost, signal)).toEqual(expected);
  });

  it('are none where too few people have seen a story, and no permission is blamed', async () => {
    const as = answering(refusal(10, '(#10) Not enough viewers for the media to show insights'), 403);
    expect(await readInsights(client, as, ofPost, signal)).toEqual({});
  });

  it.each([
    [10, '(#10) Application does not have permission for this action', 'instagram_permission'],
    [200, '(#200) Requires instagram_manage_insights permission', 'instagram_permission'],
    [190, 'Error validating access token', 'instagram_login'],
    [100, '(#100) metric[0] must be one of the following values', 'instagram_refused'],
  ])('fail with code %i for what it is', async (code, message, expected) => {
    const reading = readInsights(client, answering(refusal(code, message), 400), ofPost, signal);
    await expect(reading).rejects.toMatchObject({ code: expected, outcome: 'not_performed' });
  });
});

describe('an account', () => {
  it('is what the platform says of it and no more', async () => {
    const as = answering({ id: '1', username: 'shop', name: '', followers_count: 'many', follows_count: 3 });
    expect(await readAccount(client, as, signal)).toEqual({ id: '1', username: 'shop', followsCount: 3 });
  });

  it('of another business is read from inside', async () => {
    const as = answering({ id: '1', business_discovery: { id: '2', media_count: 0, website: null } });
    expect(await readBusiness(client, as, 'bluebottle', signal)).toEqual({ id: '2', mediaCount: 0 });
  });

  it.each([
    [110, 2207013, 'instagram_gone'],
    [10, undefined, 'instagram_permission'],
  ])('of a name that is not shown: code %i', async (code, subcode, expected) => {
    const as = answering(refusal(code, 'No.', subcode), 400);
    await expect(readBusiness(client, as, 'mia', signal)).rejects.toMatchObject({ code: expected });
  });
});
