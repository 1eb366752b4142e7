import { afterAll, beforeAll, expect, it } from 'vitest';
import { conversationStartersSchema } from '../server/contract/conversation-starters.ts';
import type { SandboxEventRequest, SandboxMoods, SandboxWorld } from '../server/contract/sandbox.ts';
import { sandboxEventSchema, sandboxMoodsSchema, sandboxWorldSchema } from '../server/contract/sandbox.ts';
import { accountSchema, pageOf } from '../server/contract/shapes.ts';
import { chain } from './support/graphs.ts';
import type { Installation } from './support/installation.ts';
import { describeShapes, startInstallation } from './support/installation.ts';
import type { Owner } from './support/owner.ts';
import { setUpOwner } from './support/owner.ts';
import { waitUntil } from './support/wait-until.ts';

const GOOD_MOOD: SandboxMoods = {
  calls: 'none',
  percent: 100,
  nextCalls: null,
  duplicateWebhooks: false,
  reorderWebhooks: false,
};

/** Every action that a flow has, one behind the other. */
const EVERYTHING = chain([
  { id: 'start', type: 'trigger.message' },
  { id: 'profile', type: 'instagram.get_profile' },
  { id: 'react', type: 'instagram.react' },
  {
    id: 'text',
    type: 'instagram.send_message',
    config: { text: 'Hi {{ steps.profile.output.name }}!', markSeen: true, typingSeconds: 1 },
  },
  { id: 'media', type: 'instagram.send_media', config: { urls: ['https://example.com/menu.jpg'] } },
  {
    id: 'cards',
    type: 'instagram.send_buttons',
    config: { cards: [{ title: 'Blend', subtitle: '12 €', imageUrl: '', url: '', buttons: [] }] },
  },
  {
    id: 'publish',
    type: 'instagram.publish_post',
    config: { kind: 'reel', urls: ['https://example.com/a.mp4'], caption: 'A new reel' },
  },
  {
    id: 'buttons',
    type: 'instagram.send_buttons',
    config: { text: 'And now?', buttons: [{ title: 'Talk to us', action: 'postback', value: 'HUMAN' }] },
  },
]);

describeShapes('the sandbox', (shape) => {
  let installation: Installation;
  let owner: Owner;
  beforeAll(async () => {
    installation = await startInstallation(shape);
    owner = await setUpOwner(installation.url);
  });
  afterAll(() => installation.remove());

  const world = () => owner.ask(sandboxWorldSchema, 200, 'GET', '/api/v1/sandbox/timeline');
  const act = (event: SandboxEventRequest) =>
    owner.ask(sandboxEventSchema, 201, 'POST', '/api/v1/sandbox/events', event);
  const setMoods = (moods: Partial<SandboxMoods>) =>
    owner.ask(sandboxMoodsSchema, 200, 'PUT', '/api/v1/sandbox/moods', { ...GOOD_MOOD, ...moods });
  const sentTo = ({ items }: SandboxWorld) =>
    items.filter(({ author, kind }) => author === 'account' && kind === 'message');

  it('shows every action of a flow, and a tap on a button starts another flow', async () => {
    const flow = await owner.publish('Everything', EVERYTHING);
    await owner.message('Hello', 'mia');
    await owner.untilOnlyExecution(flow.id, 'succeeded');
    await owner.unpublish(flow.id);

    const shown = await world();
    const parts = sentTo(shown).map(({ text, attachments }) => [
      text,
      ...attachments.map(({ type }) => type),
    ]);
    expect(parts).toEqual([['Hi Mia!'], ['', 'image'], ['', 'cards'], ['And now?', 'buttons']]);
    expect(shown.items[0]?.attachments).toMatchObject([{ type: 'reaction', by: 'account' }]);
    expect(shown.activities.map(({ kind }) => kind)).toEqual(['mark_seen', 'typing_on']);
    expect(shown.media.at(-1)).toMatchObject({ product: 'REELS', caption: 'A new reel' });

    const taps = await owner.publish(
      'Taps',
      chain([
        { id: 'tap', type: 'trigger.postback' },
        { id: 'reply', type: 'instagram.send_message', config: { text: 'A person comes.' } },
      ]),
    );
    const messageId = sentTo(shown).at(-1)?.id ?? '';
    await act({ kind: 'button', username: 'mia', messageId, payload: 'HUMAN' });
    await owner.untilOnlyExecution(taps.id, 'succeeded');
    await owner.unpublish(taps.id);
    expect(sentTo(await world()).at(-1)?.text).toBe('A person comes.');
  });

  it('hides, deletes and closes comments', async () => {
    const flow = await owner.publish(
      'Moderation',
      chain([
        { id: 'start', type: 'trigger.comment' },
        { id: 'delete', type: 'instagram.delete_comment' },
        { id: 'close', type: 'instagram.allow_comments' },
      ]),
    );
    const comment = await owner.comment('Buy followers', 'spammer');
    await owner.untilHandled(flow.id, comment, 'succeeded');
    await owner.unpublish(flow.id);

    const { items, media } = await world();
    expect(items.find(({ id }) => id === comment.id)?.deleted).toBe(true);
    expect(media.find(({ id }) => id === comment.mediaId)?.commentsAllowed).toBe(false);
    const refused = await owner.call('POST', '/api/v1/sandbox/comments', { text: 'Hello?' });
    expect(refused.status, refused.text).toBe(409);
  });

  it('in a bad mood: what is told twice and lost on the way is answered once', async () => {
    const flow = await owner.publish(
      'Once',
      chain([
        { id: 'start', type: 'trigger.message' },
        {
          id: 'reply',
          type: 'instagram.send_message',
          config: { text: 'Got it: {{ trigger.message.text }}' },
        },
      ]),
    );
    await setMoods({ calls: 'reset', nextCalls: 1, duplicateWebhooks: true });
    await owner.message('Are you there?', 'leo');
    await owner.untilOnlyExecution(flow.id, 'succeeded');
    await owner.unpublish(flow.id);
    const shown = await world();
    expect(shown.moods.nextCalls).toBe(0);
    expect(shown.items.filter(({ text }) => text === 'Got it: Are you there?')).toHaveLength(1);
    await setMoods({});
  });

  it('has the ice breakers and the menu that the account is given', async () => {
    const accounts = await owner.ask(pageOf(accountSchema), 200, 'GET', '/api/v1/accounts');
    const path = `/api/v1/accounts/${accounts.items[0]?.id}/conversation-starters`;
    const iceBreakers = [{ question: 'When are you open?', payload: 'HOURS' }];
    const menu = [{ type: 'url' as const, title: 'Shop', url: 'https://example.com' }];
    const set = await owner.ask(conversationStartersSchema, 200, 'PUT', path, { iceBreakers, menu });
    expect(set).toEqual({ iceBreakers, menu });
    expect((await world()).starters).toEqual(set);

    const flow = await owner.publish(
      'Opening hours',
      chain([
        { id: 'tap', type: 'trigger.postback' },
        { id: 'reply', type: 'instagram.send_message', config: { text: 'From 9 to 18.' } },
      ]),
    );
    await act({ kind: 'ice_breaker', username: 'zoe', payload: 'HOURS' });
    await owner.untilOnlyExecution(flow.id, 'succeeded');
    await owner.unpublish(flow.id);
    const answered = await waitUntil('the answer is seen', async () =>
      (await world()).items.find(({ text }) => text === 'From 9 to 18.'),
    );
    expect(answered.author).toBe('account');

    const emptied = await owner.ask(conversationStartersSchema, 200, 'PUT', path, { iceBreakers: [] });
    expect(emptied).toEqual({ iceBreakers: [], menu });
    const bad = await owner.call('PUT', path, { menu: [{ type: 'url', title: 'Shop', url: 'http://x' }] });
    expect(bad.status).toBe(400);
  });
});
