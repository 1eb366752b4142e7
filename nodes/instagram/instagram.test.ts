import { describe, expect, test } from 'vitest';
import type { NodeClass } from '../../engine/node-type.ts';
import type { RanNode, RunOptions } from '../testing/run-node.ts';
import { comment, firedOf, message, NOW, runNode } from '../testing/run-node.ts';
import { findSent } from './find-sent.ts';
import { HideComment } from './hide-comment.ts';
import { PrivateReply } from './private-reply.ts';
import { ReplyToComment } from './reply-to-comment.ts';
import { SendMessage } from './send-message.ts';

const never = new AbortController().signal;
const schemaOnly = (text: string) => ({ config: { text } });

function reconcile(ran: RanNode, intendedAt = NOW) {
  return ran.effects[0]?.options.reconcile?.(never, intendedAt);
}

describe('instagram.reply_to_comment', () => {
  test('replies to the comment that started the flow', async () => {
    const ran = await runNode(ReplyToComment, schemaOnly(' Thanks {{ trigger.from.username }}! '));

    expect(ran.calls).toEqual([
      {
        service: 'instagram.replyToComment',
        request: { account: 'trigger', commentId: 'comment-1', text: 'Thanks mia!' },
      },
    ]);
    expect(firedOf(ran)).toEqual({
      ports: ['out'],
      data: { id: 'reply-1', text: 'Thanks mia!', commentId: 'comment-1' },
    });
    expect(ran.effects[0]?.options.describe).toBe('Reply to comment comment-1: Thanks mia!');
  });

  test('the answer to a reply goes to the comment above it', async () => {
    const trigger = { ...comment, comment: { ...comment.comment!, parentId: 'comment-0' } };
    const ran = await runNode(ReplyToComment, { trigger });
    expect(ran.calls[0]?.request).toMatchObject({ commentId: 'comment-0' });
  });

  test('a dry run performs nothing', async () => {
    const ran = await runNode(ReplyToComment, { dryRun: true });
    expect(ran.calls).toEqual([]);
    expect(firedOf(ran).data).toMatchObject({ id: 'dry-run' });
  });

  test('2,200 characters fit, one more does not', async () => {
    const fits = await runNode(ReplyToComment, schemaOnly('😀'.repeat(2_200)));
    expect(fits.calls).toHaveLength(1);
    await expect(runNode(ReplyToComment, schemaOnly('😀'.repeat(2_201)))).rejects.toMatchObject({
      code: 'text_too_long',
      field: 'text',
      retryable: false,
    });
  });
});

test('1,000 bytes of a message fit, one more does not', async () => {
  const fits = await runNode(SendMessage, schemaOnly('é'.repeat(500)));
  expect(fits.calls).toHaveLength(1);
  for (const node of [SendMessage, PrivateReply]) {
    await expect(runNode(node, schemaOnly(`${'é'.repeat(500)}a`))).rejects.toMatchObject({
      code: 'text_too_long',
      message: expect.stringContaining('1001'),
    });
  }
});

test.each<[string, NodeClass, RunOptions, string]>([
  ['a reply without a text', ReplyToComment, { config: { text: ' {{ trigger.nothing }}' } }, 'empty_text'],
  ['a message without a text', SendMessage, { config: { text: '' } }, 'empty_text'],
  ['a reply to a message', ReplyToComment, { trigger: message }, 'missing_target'],
  ['a private reply to a message', PrivateReply, { trigger: message }, 'missing_target'],
  ['hiding a message', HideComment, { trigger: message }, 'missing_target'],
  ['a message to nobody', SendMessage, { trigger: { kind: 'manual', at: NOW } }, 'missing_target'],
])('%s fails before anything is tried', async (_name, node, options, code) => {
  await expect(runNode(node, options)).rejects.toMatchObject({ code, retryable: false });
});

test('a private reply goes to the comment', async () => {
  const ran = await runNode(PrivateReply, schemaOnly('Here is the link'));
  expect(ran.calls[0]).toEqual({
    service: 'instagram.privateReply',
    request: { account: 'trigger', commentId: 'comment-1', text: 'Here is the link' },
  });
  expect(firedOf(ran).data).toEqual({
    messageId: 'message-1',
    recipientId: 'person-1',
    text: 'Here is the link',
  });
});

test('a message goes to who wrote', async () => {
  const ran = await runNode(SendMessage, { trigger: message, config: { text: 'Hi', account: 'row-9' } });
  expect(ran.calls[0]?.request).toEqual({ account: 'row-9', recipientId: 'person-1', text: 'Hi' });
});

test.each([true, false])('hide: %s', async (hide) => {
  const ran = await runNode(HideComment, { config: { hide } });
  expect(ran.calls[0]?.request).toEqual({ account: 'trigger', commentId: 'comment-1', hide });
  expect(ran.effects[0]?.options.idempotent).toBe(true);
  expect(firedOf(ran).data).toEqual({ commentId: 'comment-1', hidden: hide });
});

describe('settling after a crash', () => {
  const text = 'Thanks!';
  const after = '2026-03-02T10:00:01+0000';
  const before = '2026-03-02T09:00:00+0000';

  test.each([
    [
      'our reply is there',
      [{ id: 'r9', text: 'Thanks!', fromId: 'account-1', at: after }],
      { done: true, result: { id: 'r9' } },
    ],
    ['nothing is there', [], { done: false }],
    [
      'another text is there',
      [{ id: 'r9', text: 'Welcome', fromId: 'account-1', at: after }],
      { done: false },
    ],
    [
      'somebody else wrote the same',
      [{ id: 'r9', text: 'Thanks!', fromId: 'person-7', at: after }],
      { done: false },
    ],
    [
      'an older one of ours says the same',
      [{ id: 'r9', text: 'Thanks!', fromId: 'account-1', at: before }],
      { done: false },
    ],
  ])('a comment reply: %s', async (_name, replies, expected) => {
    const ran = await runNode(ReplyToComment, { config: { text }, answers: { replies } });
    expect(await reconcile(ran)).toEqual(expected);
    expect(ran.calls.at(-1)).toEqual({
      service: 'instagram.listReplies',
      request: { account: 'trigger', commentId: 'comment-1' },
    });
  });

  test('a private reply is looked for in the conversation with the author', async () => {
    const messages = [{ id: 'm9', text, fromId: 'account-1', at: after }];
    const ran = await runNode(PrivateReply, { config: { text }, answers: { messages } });
    expect(await reconcile(ran)).toEqual({
      done: true,
      result: { messageId: 'm9', recipientId: 'person-1' },
    });
    expect(ran.calls.at(-1)?.request).toEqual({ account: 'trigger', recipientId: 'person-1' });
  });

  test('a private reply to another comment can not be looked for', async () => {
    const ran = await runNode(PrivateReply, { config: { text, commentId: 'comment-7' } });
    expect(await reconcile(ran)).toBeNull();
  });

  test('a message is looked for in the conversation', async () => {
    const messages = [{ id: 'm9', text, fromId: 'account-1', at: after }];
    const ran = await runNode(SendMessage, { trigger: message, config: { text }, answers: { messages } });
    expect(await reconcile(ran)).toEqual({ done: true, result: { messageId: 'm9' } });
  });
});

describe('findSent', () => {
  const wanted = { text: 'Thank  you', ownId: 'own', since: '2026-03-02T10:00:00.000Z' };

  test.each([
    [
      'in the second of the intention',
      [{ id: '1', text: 'Thank you', fromId: 'own', at: '2026-03-02T10:00:00Z' }],
      true,
    ],
    [
      'a clock that is four seconds slow',
      [{ id: '1', text: 'Thank you', fromId: 'own', at: '2026-03-02T09:59:56Z' }],
      true,
    ],
    [
      'a minute before: nobody can tell',
      [{ id: '1', text: 'Thank you', fromId: 'own', at: '2026-03-02T09:59:00Z' }],
      null,
    ],
    ['without a time: nobody can tell', [{ id: '1', text: 'Thank you', fromId: 'own' }], null],
    ['an hour before', [{ id: '1', text: 'Thank you', fromId: 'own', at: '2026-03-02T09:00:00Z' }], false],
  ])('%s', (_name, listed, expected) => {
    const found = findSent(listed, wanted);
    expect(found ? found.done : null).toBe(expected);
  });

  test('with an account of which only the name of the other is known', () => {
    const listed = [{ id: '1', text: 'Hi', fromId: 'person', at: '2026-03-02T10:00:01Z' }];
    const since = wanted.since;
    expect(findSent(listed, { text: 'Hi', notFromId: 'person', since })).toEqual({ done: false });
    expect(findSent(listed, { text: 'Hi', notFromId: 'other', since })?.done).toBe(true);
  });

  test('a list full of newer texts does not reach back to the intention: nobody can tell', () => {
    const newer = Array.from({ length: 25 }, (_, index) => ({
      id: `${index}`,
      text: 'Other',
      at: '2026-03-02T10:05:00Z',
    }));
    const older = { id: 'old', text: 'Other', at: '2026-03-02T09:00:00Z' };
    const wanted = { text: 'Hi', since: '2026-03-02T10:00:00Z' };
    expect(findSent(newer, wanted)).toBeNull();
    expect(findSent([...newer, older], wanted)).toEqual({ done: false });
    expect(findSent(newer.slice(1), wanted)).toEqual({ done: false });
  });
});
