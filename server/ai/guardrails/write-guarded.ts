import type { StepUsage } from '../../../engine/node-type.ts';
import type { ModerationCategory, WrittenText } from '../../../engine/services.ts';
import type { AiGuardrails } from '../../contract/ai-guardrails.ts';
import { addUsage } from '../tasks/ask-model.ts';
import type { TextToCheck } from './check-text.ts';
import { checkText, moderationFindings } from './check-text.ts';
import type { IntentMode } from './intent-mode.ts';
import { stricter } from './intent-mode.ts';
import { withoutUnseen } from './plain-text.ts';

/** A text as it was written, before anything looked at it; `mayState` is what it may state beside the rest of the check. */
export type RawText = { text: string; usage: StepUsage; mayState?: readonly string[] };

export type GuardedWriting<Raw extends RawText> = {
  guardrails: AiGuardrails;
  check: Omit<TextToCheck, 'text'>;
  /** What the intent allows; `send` where there is none. */
  intent: IntentMode;
  /** How likely the text is what must not be sent; null when nobody could look. */
  moderate(text: string): Promise<Record<ModerationCategory, number> | null>;
  /** Writes the text; `refused` says what was wrong with the first one. */
  write(refused: string[]): Promise<Raw>;
  /** False where writing again gives the same text or does something twice. */
  canWriteAgain: boolean;
};

const NOT_MODERATED = { reason: 'the moderation of the provider could not be asked', canRepair: false };

export const NOTHING_WRITTEN: StepUsage = { model: 'none' };

/**
 * The one place where a text of the AI comes out. It is written, checked, written once more when the model can do better, and
 * then either may be sent or is a draft for a person. What the guardrails leave to people is not written at all: null.
 */
export async function writeGuarded<Raw extends RawText>(
  writing: GuardedWriting<Raw>,
): Promise<(Raw & WrittenText) | null> {
  const { intent } = writing;
  if (intent.mode === 'escalate') return null;
  let raw = await writeSeen(writing, []);
  let findings = await findingsOf(raw, writing);
  const isWorthAnother = findings.length > 0 && findings.every(({ canRepair }) => canRepair);
  if (writing.canWriteAgain && isWorthAnother) {
    const again = await writeSeen(
      writing,
      findings.map(({ reason }) => reason),
    );
    raw = { ...again, usage: addUsage(raw.usage, again.usage) };
    findings = await findingsOf(raw, writing);
  }
  const reasons = findings.map(({ reason }) => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`);
  return {
    ...raw,
    mode: stricter(intent.mode, findings.length > 0 ? 'draft' : 'send'),
    reasons: [...(intent.reason ? [intent.reason] : []), ...new Set(reasons)],
  };
}

async function writeSeen<Raw extends RawText>(writing: GuardedWriting<Raw>, refused: string[]): Promise<Raw> {
  const raw = await writing.write(refused);
  return { ...raw, text: withoutUnseen(raw.text) };
}

async function findingsOf<Raw extends RawText>(
  { text, mayState = [] }: Raw,
  { check, guardrails, moderate }: GuardedWriting<Raw>,
) {
  const found = checkText({ ...check, text, sources: [...check.sources, ...mayState] }, guardrails);
  if (!guardrails.moderateTexts) return found;
  const scores = await moderate(text);
  return [...found, ...(scores ? moderationFindings(scores) : [NOT_MODERATED])];
}
