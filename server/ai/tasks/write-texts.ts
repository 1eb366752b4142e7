import type { StepUsage } from '../../../engine/node-type.ts';
import type { AiService } from '../../../engine/services.ts';
import { fitToBytes } from '../fit-to-bytes.ts';
import { asData, DATA_RULE, ownersPart, paragraphs } from '../prompts.ts';
import type { Asking } from './ask-model.ts';
import { askForText } from './ask-model.ts';
import { refusedPart } from './write-rules.ts';

export type TranslateRequest = Parameters<AiService['translate']>[0];
export type SummarizeRequest = Parameters<AiService['summarize']>[0];
export type CaptionRequest = Parameters<AiService['caption']>[0];

type Written = { text: string; usage: StepUsage };
type OnToken = ((text: string) => void) | undefined;

const ONLY_TEXT = 'Write only the text itself, without quotation marks and without Markdown.';

export const translateRules = ({ language, maxBytes }: TranslateRequest) =>
  paragraphs(
    `You translate texts of people on Instagram into this language: ${language}. Keep the tone, names, figures, links and emoji as they are.`,
    `${ONLY_TEXT} At most ${maxBytes} bytes of UTF-8.`,
  );

export const summarizeRules = ({ sentences, language, maxBytes }: SummarizeRequest) =>
  paragraphs(
    `You summarise texts of people on Instagram for a brand, in ${sentences} sentences at most. Say only what the text says.`,
    language ? `Write in this language: ${language}.` : 'Write in the language of the text.',
    `${ONLY_TEXT} At most ${maxBytes} bytes of UTF-8.`,
  );

export const captionRules = ({ hashtags, language, maxBytes }: CaptionRequest) =>
  paragraphs(
    'You write captions of Instagram posts for a brand. Begin with a line that makes people stop.',
    hashtags === 0 ? 'Use no hashtags.' : `End with ${hashtags} fitting hashtags.`,
    language ? `Write in this language: ${language}.` : 'Write in the language of the topic.',
    'State no prices, dates, links or promises that are not in the topic or the instructions.',
    `${ONLY_TEXT} At most ${maxBytes} bytes of UTF-8.`,
  );

/** The text in another language. */
export function writeTranslation(
  asking: Asking,
  request: TranslateRequest,
  refused: string[],
  onToken: OnToken,
): Promise<Written> {
  const { text, instructions } = request;
  return write(
    asking,
    translateRules(request),
    { name: 'text', text, instructions },
    request,
    refused,
    onToken,
  );
}

/** What the text says, in a few sentences. */
export function writeSummary(
  asking: Asking,
  request: SummarizeRequest,
  refused: string[],
  onToken: OnToken,
): Promise<Written> {
  const { text, instructions } = request;
  return write(
    asking,
    summarizeRules(request),
    { name: 'text', text, instructions },
    request,
    refused,
    onToken,
  );
}

/** A caption for a post. */
export function writeCaption(
  asking: Asking,
  request: CaptionRequest,
  refused: string[],
  onToken: OnToken,
): Promise<Written> {
  const { topic, instructions } = request;
  return write(
    asking,
    captionRules(request),
    { name: 'topic', text: topic, instructions },
    request,
    refused,
    onToken,
  );
}

async function write(
  asking: Asking,
  rules: string,
  data: { name: string; text: string; instructions: string | undefined },
  { maxBytes }: { maxBytes: number },
  refused: string[],
  onToken: OnToken,
): Promise<Written> {
  const again = refusedPart(refused);
  const system = paragraphs(
    rules,
    ...ownersPart('Instructions of the brand', data.instructions, [data.text]),
    ...again.system,
    DATA_RULE,
  );
  const user = paragraphs(...again.user, asData(data.name, data.text));
  const { text, usage } = await askForText(asking, { system, user }, onToken);
  return { text: fitToBytes(text, maxBytes), usage };
}
