import { readFileSync } from 'node:fs';
import { z } from 'zod';

const rowSchema = z.object({
  /** What it is, among all shipped intents. */
  intent: z.string(),
  /** Where a flow with the labels praise, question, complaint, spam and lead should send it. */
  flow: z.string(),
  language: z.string(),
  text: z.string().min(1),
});
export type HeldOutRow = z.output<typeof rowSchema>;

export const FLOW_LABELS = ['praise', 'question', 'complaint', 'spam', 'lead'];

/** The evaluation set: `intent|flow|language|text` a line, written by the project, never trained on. */
export function readHeldOut(): HeldOutRow[] {
  const lines = readFileSync(new URL('./held-out.psv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [intent, flow, language, ...text] = line.split('|');
    return rowSchema.parse({ intent, flow, language, text: text.join('|') });
  });
}
