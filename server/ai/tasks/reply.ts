import type { StepUsage } from '../../../engine/node-type.ts';
import type { ReplyRequest } from '../../../engine/services.ts';
import { fitToBytes } from '../fit-to-bytes.ts';
import type { Prompt } from '../prompts.ts';
import { asData, DATA_RULE, ownersPart, paragraphs } from '../prompts.ts';
import { SOURCES_LINE, takeSourceLine, withoutSourceLine } from '../source-line.ts';
import type { Asking } from './ask-model.ts';
import { askForText } from './ask-model.ts';
import { answerRules, refusedPart } from './write-rules.ts';

const MOST_PASSAGE = 4_000;

export type WrittenReply = { text: string; grounded: boolean; sources: string[]; usage: StepUsage };

/** Our own rules for a reply, which nobody is told. */
export function replyRules(
  request: Pick<ReplyRequest, 'maxBytes' | 'language' | 'passages' | 'lookedUp'>,
): string {
  const { passages, lookedUp } = request;
  return paragraphs(
    answerRules(request),
    ...(passages.length > 0
      ? [
          'Rely on the passages. When they do not answer the message, say that you will check and get back.',
          `End with a line of its own: "${SOURCES_LINE} 1, 2" with the numbers of the passages you used, or "${SOURCES_LINE} none".`,
        ]
      : lookedUp
        ? ['Nothing was found that answers the message: say that you will check and get back.']
        : []),
  );
}

/** Writes an answer to a message. `refused` is what was wrong with the answer before. */
export async function writeReply(
  asking: Asking,
  request: ReplyRequest,
  refused: readonly string[],
  onToken?: (text: string) => void,
): Promise<WrittenReply> {
  const shown = withoutSourceLine((text) => onToken?.(text));
  const answer = await askForText(asking, replyPrompt(request, refused), (text) => shown.push(text));
  shown.end();
  const { text, sources } = takeSourceLine(answer.text, request.passages);
  return {
    text: fitToBytes(text, request.maxBytes),
    grounded: sources.length > 0,
    sources,
    usage: answer.usage,
  };
}

function replyPrompt(request: ReplyRequest, refused: readonly string[]): Prompt {
  const { message, instructions, outside = [], passages, username } = request;
  const again = refusedPart(refused);
  const system = paragraphs(
    replyRules(request),
    ...ownersPart('Instructions of the brand', instructions || 'Be friendly and brief.', [
      message,
      ...outside,
    ]),
    ...again.system,
    DATA_RULE,
  );
  const user = paragraphs(
    ...passages.map(({ title, text }, index) =>
      asData(`passage ${index + 1}`, `${title}\n${text}`.trim(), MOST_PASSAGE),
    ),
    ...(username ? [asData('username', username, 60)] : []),
    ...again.user,
    asData('message', message),
  );
  return { system, user };
}
