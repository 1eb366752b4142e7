import type { NodeContext } from '../../engine/node-type.ts';

/** A reply or message as Instagram lists it. */
export type ListedText = { id: string; text: string; fromId?: string; at?: string };

/** Clocks of ours and Instagram's may differ by this much; their times have no fraction of a second. */
const CLOCK_TOLERANCE_MS = 5_000;
/** Something of the same text this long before the intention is somebody else's work, whatever the clocks say. */
const DOUBT_MS = 120_000;

/** From this many on a list may have been cut off; the pages that the Instagram service reads are no shorter. */
const MAY_BE_CUT_OFF = 25;

/**
 * Looks for a text that we may have sent, to settle an effect after a crash.
 * @param since when the intention was journalled (or the event happened), ISO 8601
 * @returns what was found; `done: false` when it surely is not there; null when nobody can tell: the same text stands
 * there from shortly before, or without a time, or so much came since that the list may not reach back
 */
export function findSent<Item extends ListedText>(
  listed: readonly Item[],
  wanted: { text: string; ownId?: string; notFromId?: string; since: string },
): { done: true; result: Item } | { done: false } | null {
  const since = Date.parse(wanted.since);
  const same = listed.filter(
    (item) => isOurs(item, wanted) && comparable(item.text) === comparable(wanted.text),
  );
  const sent = same.find((item) => timeOf(item) >= since - CLOCK_TOLERANCE_MS);
  if (sent) return { done: true, result: sent };
  const isDoubtful = same.some((item) => !(timeOf(item) < since - DOUBT_MS));
  return isDoubtful || !reachesBack(listed, since) ? null : { done: false };
}

function reachesBack(listed: readonly ListedText[], since: number): boolean {
  return listed.length < MAY_BE_CUT_OFF || listed.some((item) => timeOf(item) < since - CLOCK_TOLERANCE_MS);
}

/** From when on a sent text counts as this step's, and whose texts to look at. */
export function ownTexts(
  context: Pick<NodeContext<{ account: string }>, 'config' | 'trigger'>,
  intendedAt: string | undefined,
): { since: string; ownId?: string; notFromId?: string } {
  const { account, from, at } = context.trigger;
  return {
    since: intendedAt ?? at,
    ...(context.config.account === 'trigger' && account && { ownId: account.id }),
    ...(from && { notFromId: from.id }),
  };
}

function isOurs(item: ListedText, wanted: { ownId?: string; notFromId?: string }): boolean {
  if (item.fromId === undefined) return true;
  if (wanted.ownId !== undefined) return item.fromId === wanted.ownId;
  return item.fromId !== wanted.notFromId;
}

function timeOf(item: ListedText): number {
  return item.at === undefined ? Number.NaN : Date.parse(item.at);
}

function comparable(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}
