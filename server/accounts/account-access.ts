import type pg from 'pg';
import { NodeError } from '../../engine/errors.ts';
import { createGraphDispatcher } from '../instagram/graph-client.ts';
import type { Pressure } from '../instagram/platform-pressure.ts';
import type { Family, RateLimits } from '../instagram/rate-limits.ts';
import { SendLimits } from '../instagram/send-limits.ts';
import { AccountClient } from '../instagram-login/account-client.ts';
import { LoginClient } from '../instagram-login/login-client.ts';
import type { LoginSettings } from '../instagram-login/login-settings.ts';
import type { OwnAccount } from './connection-store.ts';
import { loadOwnAccount } from './connection-store.ts';

/** Speaking to the platform for accounts outside of flows: logins, checks, reading what was missed. */
export type AccountAccess = {
  settings: LoginSettings;
  login: LoginClient;
  /** Without a permit: for accounts that are just being connected. */
  client: AccountClient;
  load(key: { workspaceId: string; id: string }): Promise<OwnAccount | null>;
  /**
   * A call for an account, within its send limits, which flows and this share.
   * @throws NodeError `throttled` when it has to wait
   */
  call<T>(
    account: OwnAccount,
    family: Family,
    perform: (client: AccountClient) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  close(): Promise<void>;
};

export function createAccountAccess(deps: {
  pool: pg.Pool;
  encryptionKey: string;
  settings: LoginSettings;
  rateLimits: RateLimits;
}): AccountAccess {
  const { pool, encryptionKey, settings } = deps;
  const dispatcher = createGraphDispatcher();
  const client = new AccountClient(dispatcher);
  const limits = new SendLimits({ pool, limits: deps.rateLimits });
  return {
    settings,
    client,
    login: new LoginClient(dispatcher, settings),
    load: (key) => loadOwnAccount({ pool, encryptionKey, graphUrl: settings.urls.instagramGraph }, key),
    call: async (account, family, perform, signal) => {
      await limits.take(account, family, [], signal);
      const seen: Pressure[] = [];
      try {
        return await perform(client.withPressure((pressure) => seen.push(pressure)));
      } finally {
        // A pause that can't be written down is found again with the next answer.
        for (const pressure of seen) await limits.pause(account, family, pressure).catch(() => {});
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** What a refusal says about the token itself. */
export function isDeadToken(error: unknown): error is NodeError {
  return error instanceof NodeError && error.code === 'instagram_login';
}

/** An error as it is shown and stored. */
export function wordsOf(error: unknown): { code: string; message: string } {
  if (error instanceof NodeError) return { code: error.code, message: error.message };
  return { code: 'unexpected', message: 'Something unexpected went wrong; the log of the server has more.' };
}
