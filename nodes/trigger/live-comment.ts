import { z } from 'zod';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeContext, NodeResult } from '../../engine/node-type.ts';
import { describeNode, fired } from '../../engine/node-type.ts';
import { commentEventShape } from './event-shape.ts';
import {
  commonFields,
  eventOutput,
  keywordFields,
  passesCommonFilters,
  passesKeywords,
  refuseBadFilters,
} from './filters.ts';

const config = z.object({ ...keywordFields, ...commonFields }).superRefine(refuseBadFilters);

type Config = z.output<typeof config>;

/** Starts a flow when somebody comments during a live broadcast. */
export class LiveCommentTrigger {
  static readonly description = describeNode({
    type: 'trigger.live_comment',
    version: 1,
    category: 'trigger',
    kind: 'trigger',
    name: 'Live comment',
    summary: 'Starts when somebody comments while you are live.',
    icon: 'radio',
    phrase: 'Live comments with {{ keywords }}',
    docs: [
      'Starts the flow for every comment written during your live broadcast.',
      '',
      'A private reply to such a comment is possible only while the broadcast runs, so answer without a long pause or an approval in between.',
      '',
      'Example: keyword `link` → **Private reply** "Here is the link from the live: …".',
    ].join('\n'),
    config,
    outputs: [{ id: 'out' }],
    output: commentEventShape,
  });

  matches(event: TriggerEvent, config: Config): boolean {
    return (
      event.kind === 'live_comment' &&
      event.comment !== undefined &&
      passesCommonFilters(event, config) &&
      passesKeywords([event.comment.text], config)
    );
  }

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    return fired('out', eventOutput(context.trigger));
  }
}
