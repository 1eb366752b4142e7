import type { SandboxMoods } from '../contract/sandbox.ts';
import type { GraphRefusal } from './rules.ts';

/** How long a slow answer takes: under the client's limit of 20 s, long enough to be seen. */
export const SLOW_MS = 5_000;

/**
 * What a call in a bad mood gets, as Meta does it ("Rate Limits", "Handling Errors"):
 * `refused`: nothing was done; `late`: it is done after a while; `lost`: it is done and nobody learns of it.
 */
export type BadMood = { fate: 'refused'; refusal: GraphRefusal } | { fate: 'late' } | { fate: 'lost' };

/**
 * The mood of one call; null when all is well.
 * @param random 0 to 1
 */
export function moodOfCall({ calls, percent }: SandboxMoods, random: number): BadMood | null {
  if (calls === 'none' || random * 100 >= percent) return null;
  switch (calls) {
    case 'slow':
      return { fate: 'late' };
    case 'reset':
      return { fate: 'lost' };
    case 'limit':
      return { fate: 'refused', refusal: LIMIT };
    case 'login':
      return { fate: 'refused', refusal: EXPIRED };
    case 'server_error':
      return { fate: 'refused', refusal: TROUBLE };
    default:
      return calls satisfies never;
  }
}

const LIMIT: GraphRefusal = {
  status: 429,
  message: '(#4) Application request limit reached',
  type: 'OAuthException',
  code: 4,
  headers: {
    'x-app-usage': JSON.stringify({ call_count: 100, total_time: 25, total_cputime: 25 }),
    'x-business-use-case-usage': JSON.stringify({
      '17840000000000000': [
        {
          type: 'instagram',
          call_count: 100,
          total_time: 25,
          total_cputime: 25,
          estimated_time_to_regain_access: 1,
        },
      ],
    }),
  },
};

const EXPIRED: GraphRefusal = {
  status: 401,
  message: 'Error validating access token: Session has expired.',
  type: 'OAuthException',
  code: 190,
  subcode: 463,
};

const TROUBLE: GraphRefusal = {
  status: 500,
  message: 'An unknown error has occurred.',
  type: 'OAuthException',
  code: 1,
};
