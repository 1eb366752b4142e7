import type { Finding } from './finding.ts';
import { findingsOf } from './finding.ts';

/** How the webhook routes at one address answered; `null` where nothing was asked. */
export type DoorFacts = {
  /** HTTP status of /readyz, or why there was none. */
  readiness: number | string;
  /** Parts that /readyz calls not usable. */
  notReady: string | null;
  /** Whether the handshake of Meta was answered with its challenge; null where the verify token is not known. */
  handshake: 'answered' | 'refused' | string | null;
  /** HTTP status of a POST with a wrong signature, or why there was none. */
  wrongSignature: number | string | null;
};

export type WebhookFacts = {
  publicUrl: string | null;
  /** Where the name of PUBLIC_URL leads: loopback or a private network can't be reached by Meta. */
  publicUrlKind: 'public' | 'private' | 'unresolved' | null;
  /** The server of this machine's configuration; null where its role takes no webhooks. */
  local: DoorFacts | null;
  /** From this machine through PUBLIC_URL. */
  outside: DoorFacts | null;
  hasAppSecret: boolean;
  realAccounts: number;
};

const { ok, warning, broken } = findingsOf('webhook');

const TUNNEL = 'put a reverse proxy with a certificate, or a tunnel (cloudflared, ngrok), before it';

export function judgeWebhooks(facts: WebhookFacts): Finding[] {
  return [...judgeServer(facts), ...judgeAddress(facts), ...judgeOutside(facts), ...judgeAppSecret(facts)];
}

function judgeServer({ local }: WebhookFacts): Finding[] {
  const server = findingsOf('server');
  if (!local) return [];
  if (typeof local.readiness === 'string') {
    return [
      server.warning(
        `does not answer here (${local.readiness})`,
        'npm start, if it should run on this machine',
      ),
    ];
  }
  if (local.readiness !== 200) {
    return [server.broken(`is not ready${local.notReady ? `: ${local.notReady}` : ''}`, 'see its log')];
  }
  return [server.ok('is ready'), ...judgeDoor(local, 'here')];
}

function judgeAddress({ publicUrl, publicUrlKind, realAccounts }: WebhookFacts): Finding[] {
  const isNeeded = realAccounts > 0;
  if (publicUrl === null) {
    const text = 'PUBLIC_URL is not set: only the sandbox can reach it, Meta can not';
    return [isNeeded ? broken(text, `${TUNNEL}, and set PUBLIC_URL to its address`) : ok(text)];
  }
  const findings: Finding[] = [];
  if (publicUrlKind === 'private') {
    const text = `PUBLIC_URL ${publicUrl} is an address of this machine or network: Meta can't reach it`;
    findings.push((isNeeded ? broken : warning)(text, `${TUNNEL}, and set PUBLIC_URL to its address`));
  }
  if (publicUrlKind === 'unresolved') {
    findings.push(
      broken(`the name in PUBLIC_URL ${publicUrl} is not known`, 'correct it, or make its DNS record'),
    );
  }
  if (!publicUrl.startsWith('https:')) {
    findings.push(warning(`PUBLIC_URL ${publicUrl} is not https: Meta refuses it`, TUNNEL));
  }
  return findings;
}

function judgeOutside({ outside, publicUrl }: WebhookFacts): Finding[] {
  if (!outside) return [];
  if (typeof outside.readiness === 'string') {
    return [
      broken(
        `${publicUrl} does not answer (${outside.readiness})`,
        'see whether proxy or tunnel run; some networks do not let a machine reach its own public address',
      ),
    ];
  }
  return judgeDoor(outside, `at ${publicUrl}`);
}

function judgeDoor({ handshake, wrongSignature }: DoorFacts, where: string): Finding[] {
  const findings: Finding[] = [];
  if (handshake === 'answered') findings.push(ok(`answers the handshake of Meta ${where}`));
  else if (handshake === 'refused') {
    findings.push(
      broken(
        `refuses the verify token ${where}`,
        'give this command and the server the same META_VERIFY_TOKEN',
      ),
    );
  } else if (handshake !== null) {
    findings.push(
      broken(`does not answer the handshake ${where} (${handshake})`, 'see what stands before the server'),
    );
  }
  if (wrongSignature === 401) findings.push(ok(`refuses a wrong signature ${where}`));
  else if (wrongSignature !== null) {
    findings.push(
      broken(
        `answers ${wrongSignature}, not 401, to a wrong signature ${where}`,
        'see whether the proxy sends POST /webhooks/instagram to Replygraph unchanged',
      ),
    );
  }
  return findings;
}

function judgeAppSecret({ hasAppSecret, realAccounts }: WebhookFacts): Finding[] {
  if (hasAppSecret || realAccounts === 0) return [];
  return [
    broken(
      'META_APP_SECRET is not set, though a real account is connected: every webhook of Meta is refused',
      "set it to the app secret of Meta's app dashboard",
    ),
  ];
}
