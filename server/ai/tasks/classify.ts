import { z } from 'zod';
import type { ClassifyRequest, ClassifyResult } from '../../../engine/services.ts';
import type { Prompt } from '../prompts.ts';
import { asData, DATA_RULE, ownersPart, paragraphs } from '../prompts.ts';
import type { Asking } from './ask-model.ts';
import { askForShape } from './ask-model.ts';

const OTHER = 'other';

/** Sorts a text under one of the labels, or `other`. */
export async function classifyText(asking: Asking, request: ClassifyRequest): Promise<ClassifyResult> {
  const names = [...new Set([...request.labels.map((label) => label.name), OTHER])];
  const schema = z.object({ label: z.enum(names), confidence: z.number() });
  const { value, usage } = await askForShape(asking, classifyPrompt(request), 'sort', schema);
  const confidence = Math.min(1, Math.max(0, value.confidence));
  const rest = (1 - confidence) / Math.max(1, names.length - 1);
  const scores = Object.fromEntries(names.map((name) => [name, name === value.label ? confidence : rest]));
  return { label: value.label, confidence, scores, usage };
}

function classifyPrompt({ text, labels, instructions }: ClassifyRequest): Prompt {
  const lines = labels.map(({ name, description, examples }) => {
    const about = description ? `: ${description}` : '';
    const shown = examples?.length
      ? ` Examples: ${examples.map((each) => JSON.stringify(each)).join(', ')}`
      : '';
    return `- ${name}${about}${shown}`;
  });
  const system = paragraphs(
    'You sort Instagram comments and messages for a brand. Choose the one label that fits best, in any language.',
    'Choose "other" when no label fits. Give your confidence from 0 to 1.',
    `Labels:\n${lines.join('\n')}\n- other: none of the above`,
    ...ownersPart('What the brand wants you to know', instructions, [text]),
    DATA_RULE,
  );
  return { system, user: asData('message', text) };
}
