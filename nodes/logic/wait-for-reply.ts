import { z } from 'zod';
import type { NodeContext, NodeResult, Resume } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { alsoStartsFlowsField, replyTimeoutField, waitForMessage } from '../contact/wait-for-message.ts';

const config = z.object({
  timeoutHours: replyTimeoutField(),
  alsoStartsFlows: alsoStartsFlowsField(),
});

type Config = z.output<typeof config>;

/** Waits for the next message of the person; nothing is held in memory meanwhile. */
export class WaitForReply {
  static readonly description = describeNode({
    type: 'logic.wait_for_reply',
    version: 1,
    category: 'logic',
    kind: 'step',
    name: 'Wait for reply',
    summary: 'Waits for the next message of the person, then goes on with it.',
    icon: 'hourglass',
    phrase: 'Wait {{ timeoutHours }} hours for a reply',
    docs: [
      'Waits until the person writes the next message: a text, a picture, a tapped quick reply or the reply to a story. A tapped button counts where it starts no flow of its own. After a private reply this is the answer in the messages. A restart of the server does not matter.',
      '',
      '- **reply**: `{{ steps.wait_for_reply.output.text }}` is what they wrote',
      '- **timeout**: nobody answered in time',
      '',
      'The reply belongs to the conversation that asked: it starts no flow by **New message** and the like. Switch on **The reply may also start other flows** where a keyword of another flow has to work in the middle of it.',
      '',
      'When several flows wait for the same person, the one that began to wait last gets the message, and the others wait on.',
      '',
      'Example: **Private reply** "Shall I send you the price list?" → **Wait for reply** → **Classify** the text → yes → **Send message**.',
    ].join('\n'),
    config,
    outputs: [{ id: 'reply' }, { id: 'timeout' }],
    output: z.object({
      text: z.string().optional(),
      attachments: z.array(z.object({ type: z.string(), url: z.string().optional() })).optional(),
      quickReply: z.string().optional(),
      messageId: z.string().optional(),
      at: z.string().optional(),
    }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { resume, config } = context;
    if (resume) return answered(resume);
    if (context.dryRun) {
      context.log(
        'A real run waits here for the next message. This dry run goes on as if "Yes, please!" came.',
      );
      const { at } = context.trigger;
      return fired('reply', { text: 'Yes, please!', attachments: [], messageId: 'dry-run', at });
    }
    return waitForMessage(context, config);
  }
}

function answered(resume: Resume): NodeResult {
  if (resume.kind !== 'message') return fired('timeout', {});
  const { at, message } = resume.event;
  return fired('reply', {
    text: message?.text ?? '',
    attachments: message?.attachments ?? [],
    ...(message?.quickReply !== undefined && { quickReply: message.quickReply }),
    messageId: message?.id ?? '',
    at,
  });
}
