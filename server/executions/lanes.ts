import type { TriggerEvent } from '../../engine/event.ts';

/** In this order work is taken up: who writes a message waits for an answer, who comments less so. */
export const LANES = ['messages', 'comments', 'other'] as const;
export type Lane = (typeof LANES)[number];

const LANE_OF_KIND: Partial<Record<TriggerEvent['kind'], Lane>> = {
  message: 'messages',
  postback: 'messages',
  story_reply: 'messages',
  referral: 'messages',
  reaction: 'messages',
  message_edit: 'messages',
  message_deleted: 'messages',
  comment: 'comments',
  live_comment: 'comments',
  mention: 'comments',
  story_mention: 'comments',
};

/** The lane of an execution, by the kind of its event. */
export const laneOf = (kind: TriggerEvent['kind']): Lane => LANE_OF_KIND[kind] ?? 'other';

/** Something to run, and in which lane. */
export type DueExecution = { id: string; lane: Lane };

/** Parts a list by lane; lanes without anything are left out. */
export function byLane(due: readonly DueExecution[]): { lane: Lane; ids: string[] }[] {
  return LANES.map((lane) => ({
    lane,
    ids: due.filter((item) => item.lane === lane).map(({ id }) => id),
  })).filter(({ ids }) => ids.length > 0);
}
