import type { TriggerEvent } from '../../engine/event.ts';
import type { IncomingText } from './opt-outs.ts';

/** An event on its way into the database, with the account that it came to. */
type Incoming = {
  account: { id: string; workspaceId: string; externalId: string } | null;
  event: TriggerEvent | null;
};

/** Kinds of events in which a person says something privately; a tapped button says its title. */
const SPOKEN_KINDS: ReadonlySet<TriggerEvent['kind']> = new Set(['message', 'story_reply', 'postback']);

/** What people wrote privately, among events of all kinds; what the account itself wrote is not theirs. */
export function privateTexts(events: readonly Incoming[]): IncomingText[] {
  return events.flatMap(({ account, event }): IncomingText[] => {
    if (!account || !event?.from || !SPOKEN_KINDS.has(event.kind)) return [];
    if (event.isOwn || event.from.id === account.externalId) return [];
    const text = event.message?.text || event.postback?.title || '';
    if (text === '') return [];
    const { id: accountId, workspaceId } = account;
    const messageId = event.message?.id ?? '';
    return [{ workspaceId, accountId, personId: event.from.id, messageId, text, at: event.at }];
  });
}
