import { describe, expect, test } from 'vitest';
import { triggerEventSchema } from '../../engine/event.ts';
import { parseEvents } from './parse-events.ts';
import { payload, payloadNames, payloadText } from './testing/payloads.ts';

const ACCOUNT = '17841400000000001';
const PERSON = { id: '1254459154682919' };

const eventsOf = (name: string) => parseEvents(payload(name), new Date('2026-10-01T12:00:00.000Z')) ?? [];

const MID = 'aWdfZAG1faXRlbTox';
type Expected = Record<string, unknown>;
const attachment = (type: string, kind: string, more: Expected = {}): Expected => ({
  message: { attachments: [{ type, kind, ...more }] },
});

/** What flows get to see, and by which key a second delivery is known. */
const STARTING: [file: string, kind: string, key: string, fields: Expected][] = [
  [
    'comment-feed',
    'comment',
    `comment:${ACCOUNT}:17873440459141021`,
    {
      at: '2026-09-21T14:13:20.000Z',
      account: { id: ACCOUNT },
      from: { ...PERSON, username: 'mia.makes' },
      comment: { id: '17873440459141021', text: 'How much is it? 😍', media: { type: 'FEED' } },
    },
  ],
  [
    'comment-reels',
    'comment',
    `comment:${ACCOUNT}:17873440459141022`,
    { comment: { media: { type: 'REELS' } } },
  ],
  [
    'comment-story',
    'comment',
    `comment:${ACCOUNT}:17873440459141023`,
    { comment: { media: { type: 'STORY' } } },
  ],
  [
    'comment-ad',
    'comment',
    `comment:${ACCOUNT}:17873440459141024`,
    {
      comment: {
        media: {
          id: '18083495273654753',
          type: 'AD',
          adId: '120250784238480294',
          adTitle: 'Summer sale',
          originalId: '17918195224117851',
        },
      },
    },
  ],
  [
    'comment-reply',
    'comment',
    `comment:${ACCOUNT}:17873440459141025`,
    { comment: { parentId: '17873440459141021' } },
  ],
  ['comment-own-reply', 'comment', `comment:${ACCOUNT}:17873440459141026`, { isOwn: true }],
  [
    'comment-facebook-login',
    'comment',
    `comment:${ACCOUNT}:17873440459141027`,
    { comment: { id: '17873440459141027' } },
  ],
  ['comment-flat-entry', 'comment', `comment:${ACCOUNT}:17873440459141028`, { comment: { text: 'Wow' } }],
  ['live-comment', 'live_comment', `comment:${ACCOUNT}:17873440459141029`, {}],
  [
    'mention-caption',
    'mention',
    `mention:${ACCOUNT}:17918195224117852:`,
    { mention: { mediaId: '17918195224117852', kind: 'caption' } },
  ],
  [
    'mention-comment',
    'mention',
    `mention:${ACCOUNT}:17918195224117852:17894227972186120`,
    { mention: { mediaId: '17918195224117852', commentId: '17894227972186120', kind: 'comment' } },
  ],
  [
    'message-text',
    'message',
    `message:${ACCOUNT}:${MID}01`,
    {
      at: '2026-09-21T14:13:20.123Z',
      from: PERSON,
      message: { id: `${MID}01`, text: 'Hi! Do you have this in blue?' },
    },
  ],
  ['message-image', 'message', `message:${ACCOUNT}:${MID}10`, attachment('image', 'image')],
  ['message-video', 'message', `message:${ACCOUNT}:${MID}11`, attachment('video', 'video')],
  ['message-audio', 'message', `message:${ACCOUNT}:${MID}12`, attachment('audio', 'audio')],
  ['message-file', 'message', `message:${ACCOUNT}:${MID}13`, attachment('file', 'file')],
  ['message-share', 'message', `message:${ACCOUNT}:${MID}14`, attachment('share', 'post')],
  [
    'message-reel',
    'message',
    `message:${ACCOUNT}:${MID}15`,
    attachment('ig_reel', 'reel', { title: 'New arrivals' }),
  ],
  [
    'message-post',
    'message',
    `message:${ACCOUNT}:${MID}16`,
    attachment('ig_post', 'post', { title: 'Our new bag' }),
  ],
  [
    'message-several-images',
    'message',
    `message:${ACCOUNT}:${MID}17`,
    { message: { attachments: [{ kind: 'image' }, { kind: 'video' }] } },
  ],
  ['message-disappearing', 'message', `message:${ACCOUNT}:${MID}18`, attachment('ephemeral', 'other')],
  ['message-unsupported', 'message', `message:${ACCOUNT}:${MID}19`, attachment('unsupported', 'unsupported')],
  [
    'message-quick-reply',
    'message',
    `message:${ACCOUNT}:${MID}20`,
    { message: { text: 'Size M', quickReply: 'SIZE_M' } },
  ],
  ['message-reply', 'message', `message:${ACCOUNT}:${MID}21`, { message: { replyTo: `${MID}00` } }],
  [
    'story-reply',
    'story_reply',
    `message:${ACCOUNT}:${MID}22`,
    { message: { text: 'Love it' }, story: { id: '17918195224117860' } },
  ],
  [
    'story-mention',
    'story_mention',
    `message:${ACCOUNT}:${MID}23`,
    { story: { url: expect.stringContaining('asset_id=story_mention') } },
  ],
  [
    'message-echo',
    'message',
    `message:${ACCOUNT}:${MID}24`,
    { isOwn: true, from: { id: ACCOUNT }, to: PERSON },
  ],
  ['message-self', 'message', `message:${ACCOUNT}:${MID}25`, { isOwn: true }],
  [
    'message-deleted',
    'message_deleted',
    `message:${ACCOUNT}:${MID}01:deleted`,
    { from: PERSON, message: { id: `${MID}01`, deleted: true } },
  ],
  [
    'message-from-ad',
    'message',
    `message:${ACCOUNT}:${MID}26`,
    { referral: { ref: 'summer', source: 'ADS', type: 'OPEN_THREAD', adId: '120250784238480294' } },
  ],
  ['message-from-shop', 'message', `message:${ACCOUNT}:${MID}27`, { message: { text: 'Is this in stock?' } }],
  [
    'message-edit',
    'message_edit',
    `message:${ACCOUNT}:${MID}01:edit:1`,
    { message: { id: `${MID}01`, text: 'Hi! Do you have this in green?', isEdited: true } },
  ],
  [
    'postback-button',
    'postback',
    `postback:${ACCOUNT}:${MID}30`,
    {
      postback: { payload: 'SHOW_PRICES', title: 'Show prices' },
      message: { text: 'Show prices', quickReply: 'SHOW_PRICES' },
    },
  ],
  [
    'postback-ice-breaker',
    'postback',
    `postback:${ACCOUNT}:${MID}31`,
    { postback: { payload: 'ICE_HOURS' }, referral: { ref: 'flyer-berlin' } },
  ],
  [
    'postback-menu',
    'postback',
    `postback:${ACCOUNT}:${MID}32`,
    { postback: { payload: 'MENU_PERSON', title: 'Talk to a person' } },
  ],
  [
    'postback-without-mid',
    'postback',
    `postback:${ACCOUNT}:`,
    { postback: { payload: 'SHOW_PRICES' }, message: { id: '' } },
  ],
  [
    'reaction-react',
    'reaction',
    `reaction:${ACCOUNT}:${MID}24:${PERSON.id}:react:2026-09-21T14:13:20.123Z`,
    { reaction: { action: 'react', emoji: '❤️', messageId: `${MID}24` } },
  ],
  [
    'reaction-unreact',
    'reaction',
    `reaction:${ACCOUNT}:${MID}24:${PERSON.id}:unreact:2026-09-21T14:13:20.123Z`,
    { reaction: { action: 'unreact', messageId: `${MID}24` } },
  ],
  [
    'referral-link',
    'referral',
    `referral:${ACCOUNT}:`,
    { from: PERSON, referral: { ref: 'newsletter', source: 'https://ig.me/m/shop', type: 'OPEN_THREAD' } },
  ],
  [
    'messages-as-change',
    'message',
    `message:${ACCOUNT}:${MID}42`,
    { at: '2026-09-21T14:13:20.000Z', message: { text: 'hello' } },
  ],
  [
    'numbers-as-text',
    'message_edit',
    `message:${ACCOUNT}:${MID}43:edit:2`,
    { at: '2026-09-21T14:13:20.123Z', message: { text: 'now right' } },
  ],
  [
    'ids-as-numbers',
    'comment',
    `comment:${ACCOUNT}:17873440459141033`,
    { from: PERSON, comment: { media: { adId: '120250784238480294' } } },
  ],
];

/** What is kept and starts nothing. */
const QUIET: [file: string, kind: string, reason: RegExp][] = [
  ['message-edit-nothing-changed', 'message_edit', /changed/],
  ['seen', 'messaging_seen', /seen/],
  ['handover', 'messaging_handover', /app/],
  ['handover-messaging', 'messaging_handover', /app/],
  ['standby', 'standby', /Another app/],
  ['story-insights', 'story_insights', /Figures/],
  ['optin', 'messaging_optins', /Consent/],
  ['unknown-field', 'telepathy', /"telepathy"/],
  ['unknown-messaging', 'messaging', /kind/],
  ['unknown-entry', 'entry', /nothing that is known/],
];

describe('payloads as Meta documents them', () => {
  test.each(STARTING)('%s is a %s', (file, kind, key, fields) => {
    const [incoming, ...others] = eventsOf(file);
    expect(others).toEqual([]);
    expect(incoming).toMatchObject({ kind, accountExternalId: ACCOUNT, event: { kind, ...fields } });
    expect(incoming?.dedupeKey).toContain(key);
    expect(triggerEventSchema.safeParse(incoming?.event).success).toBe(true);
  });

  test.each(QUIET)('%s is kept as %s and starts nothing', (file, kind, reason) => {
    expect(eventsOf(file)).toEqual([
      expect.objectContaining({ kind, event: null, reason: expect.stringMatching(reason) }),
    ]);
  });

  test('several entries, changes and messages in one body are events each', () => {
    expect(
      eventsOf('several').map(({ accountExternalId, event }) => [
        accountExternalId?.slice(-1),
        event?.comment?.text ?? event?.message?.text ?? null,
      ]),
    ).toEqual([
      ['1', 'first'],
      ['1', 'second'],
      ['1', 'third'],
      ['1', null],
      ['1', 'fourth'],
      ['2', 'to another account'],
    ]);
  });

  test('every file is looked at, and names its source', () => {
    const known = [...STARTING, ...QUIET].map(([file]) => file);
    expect([...known, 'several'].sort()).toEqual([...payloadNames].sort());
    for (const file of payloadNames) {
      expect(payloadText(file)).toMatch(/"_source": ".{10,}"/);
    }
  });

  test('no two of them have the same key', () => {
    const keys = payloadNames.flatMap((file) => eventsOf(file).map(({ dedupeKey }) => dedupeKey));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
