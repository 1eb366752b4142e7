import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup as lookupWithSystem } from 'node:dns/promises';
import { isIP } from 'node:net';
import { NodeError } from '../../engine/errors.ts';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export type AddressRules = {
  /** Default: the system's resolver. */
  resolve?: Resolve;
  /** Lets 127.0.0.0/8 and ::1 through, for development and tests. Default false. */
  allowLoopback?: boolean;
};

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * A `lookup` for sockets that gives checked addresses only. Because the socket connects to the very address that was
 * checked, a name that changes its answer in between (DNS rebinding) gains nothing. One bad address among several
 * refuses the name.
 */
export function createCheckedLookup(rules: AddressRules) {
  const resolve = rules.resolve ?? resolveWithSystem;
  return (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    resolveChecked(hostname, resolve, rules).then(
      (addresses) => {
        const first = addresses[0]!;
        if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, []),
    );
  };
}

/**
 * Refuses a URL whose host is an address that must not be reached. Names are checked when they are resolved; sockets
 * don't look up addresses, hence this.
 * @throws NodeError `address_refused`
 */
export function refuseBadLiteral(url: URL, rules: AddressRules): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowed(host, rules)) throw refused(url.hostname);
}

async function resolveChecked(
  hostname: string,
  resolve: Resolve,
  rules: AddressRules,
): Promise<LookupAddress[]> {
  const addresses = await resolve(hostname).catch((cause: unknown) => {
    throw unknownHost(hostname, cause);
  });
  if (addresses.length === 0) throw unknownHost(hostname);
  if (!addresses.every(({ address }) => isAllowed(address, rules))) throw refused(hostname);
  return addresses;
}

function isAllowed(address: string, rules: AddressRules): boolean {
  return isPublicAddress(address) || (rules.allowLoopback === true && isLoopbackAddress(address));
}

function resolveWithSystem(hostname: string): Promise<LookupAddress[]> {
  return lookupWithSystem(hostname, { all: true });
}

function refused(hostname: string): NodeError {
  return new NodeError(
    'address_refused',
    `${hostname} is not a public internet address. Flows may not reach this machine or its network.`,
  );
}

function unknownHost(hostname: string, cause?: unknown): NodeError {
  return new NodeError(
    'unknown_host',
    `There is no host ${hostname}, or its name can't be looked up right now.`,
    {
      retryable: true,
      outcome: 'not_performed',
      cause,
    },
  );
}
