import type { TriggerEvent } from '../../engine/event.ts';

const LONGEST_TITLE = 120;

/** What started an execution, in one line: `@mia: how much is it?` */
export function executionTitle(event: TriggerEvent): string {
  const text = event.comment?.text ?? event.message?.text;
  const who = event.from?.username ? `@${event.from.username}` : event.from?.name;
  const title = [who, text || KIND_WORDS[event.kind]].filter(Boolean).join(': ');
  return title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title;
}

const KIND_WORDS: Record<TriggerEvent['kind'], string> = {
  comment: 'Comment',
  live_comment: 'Live comment',
  message: 'Message',
  postback: 'Button pressed',
  story_reply: 'Reply to a story',
  story_mention: 'Mention in a story',
  mention: 'Mention',
  reaction: 'Reaction',
  referral: 'Came by a link',
  message_edit: 'Message changed',
  message_deleted: 'Message taken back',
  schedule: 'Schedule',
  webhook: 'HTTP call',
  manual: 'Started by hand',
  failure: 'Another flow failed',
  comment_spike: 'Many comments',
  call: 'Called by a flow',
};
