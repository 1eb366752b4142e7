import { asData, paragraphs } from '../prompts.ts';

/** What every answer to a person keeps to. */
export function answerRules({ maxBytes, language }: { maxBytes: number; language?: string }): string {
  return paragraphs(
    'You write answers of a brand on Instagram. Write only the text to send, without quotation marks and without Markdown.',
    `At most ${maxBytes} bytes of UTF-8, better less.`,
    language ? `Write in this language: ${language}.` : 'Write in the language of the message.',
    'Never state prices, dates, times, links, contact data, codes or promises that are neither in the instructions nor in the passages.',
  );
}

/**
 * The parts of a prompt that ask for another text. The reasons quote what the model wrote, and that may come from a stranger:
 * they stand with the data.
 */
export function refusedPart(refused: readonly string[]): { system: string[]; user: string[] } {
  if (refused.length === 0) return { system: [], user: [] };
  return {
    system: [
      'A first text was refused; what was wrong with it stands under "refused". Write another one without such things.',
    ],
    user: [asData('refused', refused.join('\n'))],
  };
}
