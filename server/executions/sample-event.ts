import type { TriggerEvent } from '../../engine/event.ts';

type SampleAccount = { rowId: string; id: string; username: string };

/** The kind of event that starts a trigger: `trigger.story_mention` → `story_mention`; a custom trigger → `manual`. */
export function eventKindOf(triggerType: string): TriggerEvent['kind'] {
  const name = triggerType.replace(/^trigger\./, '');
  return isEventKind(name) ? name : 'manual';
}

function isEventKind(name: string): name is TriggerEvent['kind'] {
  return Object.hasOwn(SAMPLES, name);
}

/**
 * A made-up event for a test run.
 * @param id makes the ids in it unlike those of other test runs
 * @param given parts that the person gave; they win
 */
export function sampleEvent(
  kind: TriggerEvent['kind'],
  {
    account,
    id,
    at,
    given = {},
  }: { account?: SampleAccount; id: string; at: Date; given?: Partial<TriggerEvent> },
): TriggerEvent {
  return {
    at: at.toISOString(),
    ...(account && { account }),
    ...SAMPLES[kind](id),
    ...given,
    kind,
  };
}

const FOLLOWER = { id: 'sample-follower', username: 'mia' };

const comment = (text: string) => (id: string) => ({
  from: FOLLOWER,
  comment: { id: `sample-comment-${id}`, text, media: { id: 'sample-media', type: 'FEED' } },
});

const message =
  (text: string, attachments: { type: string; url?: string }[] = []) =>
  (id: string) => ({
    from: FOLLOWER,
    message: { id: `sample-message-${id}`, text, attachments },
  });

const SAMPLES: Record<TriggerEvent['kind'], (id: string) => Partial<TriggerEvent>> = {
  comment: comment('Hi! How much is shipping?'),
  live_comment: comment('Hello from the live stream!'),
  message: message('Hi! When do you open tomorrow?'),
  postback: (id) => ({
    ...message('Get started')(id),
    postback: { payload: 'GET_STARTED', title: 'Get started' },
  }),
  story_reply: (id) => ({ ...message('Love this!')(id), story: { id: 'sample-story' } }),
  story_mention: message('', [{ type: 'story_mention' }]),
  mention: (id) => ({
    ...comment('Look at this @you')(id),
    mention: { mediaId: 'sample-media', commentId: `sample-comment-${id}`, kind: 'comment' },
  }),
  reaction: (id) => ({
    ...message('❤️')(id),
    reaction: { action: 'react', emoji: '❤️', messageId: `sample-message-${id}` },
  }),
  referral: () => ({
    from: FOLLOWER,
    referral: { ref: 'sample', source: 'IGME', type: 'OPEN_THREAD' },
    data: { ref: 'sample' },
  }),
  message_edit: (id) => ({
    from: FOLLOWER,
    message: {
      id: `sample-message-${id}`,
      text: 'Hi! When do you open on Sunday?',
      attachments: [],
      isEdited: true,
    },
  }),
  message_deleted: (id) => ({
    from: FOLLOWER,
    message: { id: `sample-message-${id}`, text: '', attachments: [], deleted: true },
  }),
  schedule: () => ({}),
  webhook: () => ({ data: {} }),
  manual: () => ({ data: {} }),
  comment_spike: () => ({ spike: { comments: 72, usual: 50 } }),
  call: () => ({ from: FOLLOWER, input: {} }),
  failure: () => ({ data: { error: { code: 'sample', message: 'A made-up failure.' } } }),
};
