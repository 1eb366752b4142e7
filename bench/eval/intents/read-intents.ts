import { z } from 'zod';
import { intentNames } from '../../../server/ai/builtin/intents.ts';
import type { FoundSet } from '../find-set.ts';
import { readRows } from '../read-rows.ts';
import type { Unseen } from '../unseen-rows.ts';
import { unseenRows } from '../unseen-rows.ts';

const label = z.string().trim().min(1).max(60);
const rowSchema = z.object({
  /** What it is, among all shipped intents. */
  intent: label,
  /** Where a flow with the labels praise, question, complaint, spam and lead should send it. */
  flow: label,
  language: z.string().max(20),
  text: z.string().min(1).max(5_000),
});
export type IntentRow = z.output<typeof rowSchema>;

export const FLOW_LABELS = ['praise', 'question', 'complaint', 'spam', 'lead'];

/** A set of intents: `intent|flow|language|text` a line. @throws SetError */
export const readIntents = (set: FoundSet): Unseen<IntentRow> =>
  unseenRows(readRows(set.file, ['intent', 'flow', 'language', 'text'], rowSchema));

/** The labels among which a task chooses: the project's own, or those of the set where it has others. */
export function labelsOf(rows: readonly IntentRow[], task: 'intent' | 'flow'): string[] {
  const usual: string[] = task === 'flow' ? FLOW_LABELS : intentNames();
  const inSet = [...new Set(rows.map((row) => row[task]))].sort();
  const isUsual = inSet.every((name) => name === 'other' || usual.includes(name));
  return isUsual ? usual : inSet.filter((name) => name !== 'other');
}
