import { z } from 'zod';

/**
 * Config fields that many node types share, so that one thing has one name, one default and one explanation everywhere
 * (DESIGN 8, "Common config field names").
 */

/** What the person wrote, whatever they used: a comment or a message. */
export const INCOMING_TEXT = '{{ trigger.comment.text }}{{ trigger.message.text }}';

/** The longest template a text field takes. */
const MAX_TEMPLATE = 8_000;

type TextHints = {
  title: string;
  description: string;
  placeholder?: string;
  widget?: 'text' | 'textarea';
  advanced?: boolean;
  examples?: string[];
};

/** A text with `{{ }}` in it; `textarea` unless told. */
export function templateField(value: string, hints: TextHints) {
  return z
    .string()
    .max(MAX_TEMPLATE)
    .default(value)
    .meta({ widget: 'textarea', ...hints });
}

/** Which connected account acts. */
export function accountField() {
  return z.string().min(1).max(64).default('trigger').meta({
    title: 'Account',
    description: 'Which of your accounts does this. Normally the one the comment or message came to.',
    widget: 'account',
    advanced: true,
    template: false,
  });
}

/** The model that answers; empty for the workspace's default. */
export function modelField() {
  return z.string().max(100).optional().meta({
    title: 'Model',
    description: 'Leave empty to use the model chosen in Settings. Without one, the built-in AI answers.',
    placeholder: 'openai:gpt-5-mini',
    widget: 'model',
    advanced: true,
    template: false,
  });
}

/**
 * Name of a label or case. It is the id of an output port too, hence trimmed and short; `reserved` are the ports that
 * the node has anyway.
 */
export function portNameField(hints: { title: string; placeholder?: string }, reserved: string[]) {
  return z
    .string()
    .trim()
    .min(1, 'Give it a name.')
    .max(60)
    .refine((name) => !reserved.includes(name.toLowerCase()), {
      error: (issue) =>
        `"${String(issue.input)}" is the name of an output that is always there. Use another.`,
    })
    .meta({ ...hints, template: false });
}

/** Adds an issue for each item whose name an earlier item has already. */
export function refuseDoubles(
  items: readonly { name: string }[],
  context: { addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[] }): void },
): void {
  const seen = new Set<string>();
  for (const [index, { name }] of items.entries()) {
    if (seen.has(name)) {
      context.addIssue({
        code: 'custom',
        message: `"${name}" is there twice. Names must differ.`,
        path: [index, 'name'],
      });
    }
    seen.add(name);
  }
}
