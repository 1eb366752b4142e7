import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { isPublicAddress } from '../../http-client/public-address.ts';
import { parseJson } from '../../parse-json.ts';
import type { DoorFacts, WebhookFacts } from './judge-webhooks.ts';

const TIMEOUT_MS = 5_000;

/** @param verifyToken undefined where it is not known yet */
export async function gatherWebhooks(
  config: Config,
  verifyToken: string | undefined,
  realAccounts: number,
): Promise<WebhookFacts> {
  const publicUrl = config.PUBLIC_URL ?? null;
  const [kind, local, outside] = await Promise.all([
    publicUrl === null ? null : kindOf(publicUrl),
    config.ROLE === 'worker' ? null : knock(localUrl(config), verifyToken),
    publicUrl === null ? null : knock(publicUrl, verifyToken),
  ]);
  return {
    publicUrl,
    publicUrlKind: kind,
    local,
    outside: kind === 'unresolved' ? null : outside,
    hasAppSecret: config.META_APP_SECRET !== undefined,
    realAccounts,
  };
}

function localUrl({ HOST, PORT }: Config): string {
  const host = ['0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
}

async function kindOf(url: string): Promise<'public' | 'private' | 'unresolved'> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, { all: true }).catch(() => []);
  if (addresses.length === 0) return 'unresolved';
  return addresses.some(({ address }) => isPublicAddress(address)) ? 'public' : 'private';
}

/** What the server behind this address says to a probe, to Meta's handshake and to a forged webhook. */
async function knock(base: string, verifyToken: string | undefined): Promise<DoorFacts> {
  const ready = await ask(`${base}/readyz`);
  if (typeof ready === 'string') {
    return { readiness: ready, notReady: null, handshake: null, wrongSignature: null };
  }
  return {
    readiness: ready.status,
    notReady: ready.status === 200 ? null : detailOf(ready.text),
    handshake: verifyToken === undefined ? null : await shakeHands(base, verifyToken),
    wrongSignature: await sendForged(base),
  };
}

async function shakeHands(base: string, verifyToken: string): Promise<DoorFacts['handshake']> {
  const challenge = randomBytes(8).toString('hex');
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': verifyToken,
    'hub.challenge': challenge,
  });
  const answer = await ask(`${base}/webhooks/instagram?${query}`);
  if (typeof answer === 'string') return answer;
  if (answer.status === 403) return 'refused';
  return answer.status === 200 && answer.text === challenge ? 'answered' : `status ${answer.status}`;
}

/** An empty delivery: whoever took it would store nothing. */
async function sendForged(base: string): Promise<number | string> {
  const answer = await ask(`${base}/webhooks/instagram`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` },
    body: '{"object":"instagram","entry":[]}',
  });
  return typeof answer === 'string' ? answer : answer.status;
}

async function ask(
  url: string,
  request: RequestInit = {},
): Promise<{ status: number; text: string } | string> {
  try {
    const response = await fetch(url, {
      ...request,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return reasonOf(error);
  }
}

/** `fetch` hides the reason in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}

const problemSchema = z.object({ detail: z.string() });

function detailOf(text: string): string | null {
  const problem = problemSchema.safeParse(parseJson(text));
  return problem.success ? problem.data.detail : null;
}
