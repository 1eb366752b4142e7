import { readdirSync, readFileSync } from 'node:fs';
import { parseJson } from '../parse-json.ts';

const folder = new URL('../payloads/', import.meta.url);

/** The names of all payload files, without `.json`. */
export const payloadNames: string[] = readdirSync(folder).map((name) => name.replace('.json', ''));

/** The file as it stands there. */
export const payloadText = (name: string): string => readFileSync(new URL(`${name}.json`, folder), 'utf8');

export type Delivery = { object: string; entry: Record<string, unknown>[] };

/** A fresh copy of the delivery of a file. */
export function payload(name: string): Delivery {
  return (parseJson(payloadText(name)) as { body: Delivery }).body;
}

/** The same delivery as if it had come to another account, from another person. */
export function payloadFor(name: string, accountId: string, personId?: string): Delivery {
  const text = JSON.stringify(payload(name)).replaceAll('17841400000000001', accountId);
  return JSON.parse(personId ? text.replaceAll('1254459154682919', personId) : text) as Delivery;
}
