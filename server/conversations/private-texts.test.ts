import { expect, it } from 'vitest';
import type { TriggerEvent } from '../../engine/event.ts';
import { privateTexts } from './private-texts.ts';

const account = { id: 'row', workspaceId: 'workspace', externalId: 'shop' };
const at = '2026-06-10T12:00:00.000Z';
const from = { id: 'mia' };
const message = { id: 'm1', text: 'STOP', attachments: [] };

it('are what people write and tap, and nothing else', () => {
  const events: TriggerEvent[] = [
    { kind: 'message', at, from, message },
    {
      kind: 'postback',
      at,
      from,
      postback: { title: 'Unsubscribe' },
      message: { ...message, id: 'm2', text: '' },
    },
    { kind: 'comment', at, from, comment: { id: 'c1', text: 'STOP' } },
    { kind: 'message', at, from: { id: 'shop' }, message },
    { kind: 'message', at, from, message, isOwn: true },
    { kind: 'message', at, from, message: { ...message, text: '' } },
  ];
  const texts = privateTexts([
    ...events.map((event) => ({ account, event })),
    { account: null, event: events[0]! },
  ]);
  expect(texts.map(({ messageId, text, personId }) => [messageId, text, personId])).toEqual([
    ['m1', 'STOP', 'mia'],
    ['m2', 'Unsubscribe', 'mia'],
  ]);
});
