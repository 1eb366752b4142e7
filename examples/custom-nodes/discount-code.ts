/**
 * An example of a custom node: gives each person a discount code of their own.
 *
 * How to write one: copy this file into a folder, start Replygraph with CUSTOM_NODES_DIR set to that folder, and the
 * node stands in the palette. A node is a class with a static `description` and a `run`:
 *
 *   - `config` is a zod schema; the form is drawn from it. Texts may hold {{ }}, which are filled in before `run`.
 *   - `run` returns `fired(port, data)`; later steps read the data as {{ steps.<id>.output.… }}.
 *   - What the outside world sees (a call, a message) goes through `context.effect`, so that it happens once.
 *   - One that only computes, and may as well be run again, says `isPure: true`: it then costs no write to disk of its own.
 *
 * `replygraph/node` and `zod` need no installation: Replygraph provides both to files of that folder. For types in your
 * editor, run `npm link replygraph` there, or open the folder inside a checkout.
 */
import type { NodeContext, NodeResult } from 'replygraph/node';
import { describeNode, fired, z } from 'replygraph/node';

/** Letters and digits that nobody mixes up when typing: no I, L, O, U, 0, 1. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

const config = z.object({
  prefix: z
    .string()
    .max(20)
    .regex(/^[A-Z0-9]*$/, 'Use capital letters and digits only.')
    .default('HELLO')
    .meta({
      title: 'Starts with',
      description: 'The part of the code that is the same for all.',
      placeholder: 'SUMMER',
      widget: 'text',
      template: false,
    }),
  person: z.string().max(200).default('{{ trigger.from.id }}').meta({
    title: 'For whom',
    description: 'The same person always gets the same code.',
    widget: 'text',
    advanced: true,
  }),
  length: z.number().int().min(4).max(12).default(6).meta({ title: 'Random characters', advanced: true }),
});

type Config = z.output<typeof config>;

export class DiscountCode {
  static readonly description = describeNode({
    type: 'shop.discount_code',
    version: 1,
    category: 'other',
    kind: 'step',
    isPure: true,
    name: 'Discount code',
    summary: 'Makes a discount code for this person.',
    icon: 'ticket-percent',
    phrase: 'Code {{ prefix }}-…',
    docs: 'Makes a code such as `SUMMER-7KQ2MX`. Use it as `{{ steps.discount_code.output.code }}` in a message.',
    config,
    outputs: [{ id: 'out' }],
    output: z.object({ code: z.string() }),
  });

  async run(context: NodeContext<Config>): Promise<NodeResult> {
    const { prefix, person, length } = context.config;
    const suffix = await codeFor(`${context.flowId}:${prefix}:${person}`, length);
    const code = prefix === '' ? suffix : `${prefix}-${suffix}`;
    context.log(`The code is ${code}.`);
    return fired('out', { code });
  }
}

/** Worked out from the person instead of drawn: a step that is run again gives the same code. */
async function codeFor(seed: string, length: number): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(seed));
  return [...new Uint8Array(digest).slice(0, length)]
    .map((byte) => ALPHABET[byte % ALPHABET.length])
    .join('');
}
