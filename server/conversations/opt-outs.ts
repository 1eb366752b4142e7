import type pg from 'pg';
import { newId } from '../database/id.ts';
import { jsonParameter } from '../executions/json-parameter.ts';
import { ExpiringCache } from '../expiring-cache.ts';
import type { OptOutMatcher } from './opt-out-words.ts';
import { DEFAULT_OPT_OUT_WORDS, optOutMatcher, optOutSettingsSchema } from './opt-out-words.ts';

/** A private message of a person, as it comes in. */
export type IncomingText = {
  workspaceId: string;
  accountId: string;
  personId: string;
  messageId: string;
  text: string;
  /** ISO 8601. */
  at: string;
};

export type OptOuts = {
  /**
   * Marks who asks for silence and unmarks who takes it back. To be awaited before what the messages start is stored, so
   * that no flow writes to somebody who just said STOP. Costs nothing where no message is such a wish.
   */
  mark(messages: readonly IncomingText[]): Promise<void>;
};

const SETTINGS_KEY = 'opt_out';
/** How long the words of a workspace are used before they are read again. */
const WORDS_MS = 10_000;

/** Watches for the opt-out words of each workspace. */
export function createOptOuts(pool: Pick<pg.Pool, 'query'>): OptOuts {
  const cache = new ExpiringCache<OptOutMatcher>(10_000, WORDS_MS);

  async function matchersOf(workspaceIds: string[]): Promise<Map<string, OptOutMatcher>> {
    const matchers = new Map<string, OptOutMatcher>();
    const missing: string[] = [];
    for (const id of workspaceIds) {
      const cached = cache.get(id);
      if (cached) matchers.set(id, cached);
      else missing.push(id);
    }
    for (const [id, matcher] of missing.length > 0 ? await loadMatchers(pool, missing) : []) {
      cache.set(id, matcher);
      matchers.set(id, matcher);
    }
    return matchers;
  }

  return {
    mark: async (messages) => {
      if (messages.length === 0) return;
      const matchers = await matchersOf([...new Set(messages.map(({ workspaceId }) => workspaceId))]);
      for (const message of messages) {
        const wish = matchers.get(message.workspaceId)?.(message.text);
        // One after the other and in order: STOP and START of one person may come in one delivery.
        if (wish) await markWish(pool, message, wish);
      }
    },
  };
}

async function loadMatchers(
  pool: Pick<pg.Pool, 'query'>,
  workspaceIds: string[],
): Promise<[string, OptOutMatcher][]> {
  const { rows } = await pool.query<{ workspace_id: string; value: unknown }>({
    name: 'opt-out-words',
    text: 'select workspace_id, value from settings where key = $1 and workspace_id = any($2::uuid[])',
    values: [SETTINGS_KEY, workspaceIds],
  });
  const values = new Map(rows.map(({ workspace_id, value }) => [workspace_id, value]));
  return workspaceIds.map((id) => [id, matcherOf(values.get(id))]);
}

function matcherOf(value: unknown): OptOutMatcher {
  const settings = optOutSettingsSchema.safeParse(value).data;
  return optOutMatcher({
    stop: settings?.stop ?? DEFAULT_OPT_OUT_WORDS.stop,
    start: settings?.start ?? DEFAULT_OPT_OUT_WORDS.start,
  });
}

/** A message that is stored already was heard before: delivered again, it must not undo what the person said since. */
async function markWish(
  pool: Pick<pg.Pool, 'query'>,
  message: IncomingText,
  wish: 'stop' | 'start',
): Promise<void> {
  const row = {
    id: newId(),
    workspace_id: message.workspaceId,
    account_id: message.accountId,
    person_id: message.personId,
    message_id: message.messageId,
    opted_out_at: wish === 'stop' ? message.at : null,
  };
  await pool.query({
    name: 'mark-opt-out',
    text: `insert into contacts as c (id, workspace_id, account_id, external_id, opted_out_at)
      select r.id, r.workspace_id, r.account_id, r.person_id, r.opted_out_at
      from jsonb_to_record($1::jsonb) as r(id uuid, workspace_id uuid, account_id uuid, person_id text, message_id text,
        opted_out_at timestamptz)
      where not exists (
        select 1 from messages m join conversations v on v.id = m.conversation_id join contacts known on known.id = v.contact_id
        where known.account_id = r.account_id and known.external_id = r.person_id and m.external_id = r.message_id)
      on conflict (account_id, external_id) do update set opted_out_at = excluded.opted_out_at, updated_at = now()`,
    values: [jsonParameter(row)],
  });
}
