import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { FlowInput } from '../../engine/services.ts';
import { firedOf, runNode } from '../testing/run-node.ts';
import { CallTrigger } from './call.ts';
import { callInputSchema, LONGEST_INPUT, readCallInput } from './call-inputs.ts';

const inputs: FlowInput[] = [
  { name: 'order', description: 'The order number', type: 'number', required: true },
  { name: 'note', description: '', type: 'text', required: false },
  { name: 'urgent', description: '', type: 'yes/no', required: false },
];

describe('trigger.call', () => {
  test('is started by a call and by nothing that comes from outside', () => {
    const trigger = new CallTrigger();
    const at = '2026-03-02T10:00:00.000Z';
    expect(trigger.matches({ kind: 'call', at })).toBe(true);
    for (const kind of ['message', 'comment', 'webhook', 'manual'] as const) {
      expect(trigger.matches({ kind, at })).toBe(false);
    }
  });

  test('hands on what it was given', async () => {
    const trigger = { kind: 'call' as const, at: '2026-03-02T10:00:00.000Z', input: { order: 17 } };
    expect(firedOf(await runNode(CallTrigger, { trigger }))).toEqual({ ports: ['out'], data: trigger });
  });

  test.each([
    [{ name: 'Find order' }, 'name'],
    [{ name: 'a'.repeat(41) }, 'name'],
    [{ inputs: [{ name: '__proto__' }] }, 'inputs.0.name'],
    [{ inputs: [{ name: 'a' }, { name: 'a' }] }, 'inputs.1.name'],
    [{ inputs: [{ name: 'a', type: 'file' }] }, 'inputs.0.type'],
    [{ inputs: Array.from({ length: 11 }, (_, index) => ({ name: `a${index}` })) }, 'inputs'],
  ])('refuses %j', (config, field) => {
    const { error } = CallTrigger.description.config.safeParse(config);
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
  });
});

describe('what a call hands over', () => {
  test.each([
    [{ order: 17 }, { order: 17 }],
    [
      { order: ' 17.5 ', urgent: 'Yes' },
      { order: 17.5, urgent: true },
    ],
    [
      { order: 1, note: 5, urgent: false },
      { order: 1, note: '5', urgent: false },
    ],
    [{ order: 1, note: '', urgent: null }, { order: 1 }],
  ])('%j is read as %j', (given, input) => {
    expect(readCallInput(inputs, given)).toEqual({ input });
  });

  test.each([
    [{}, ['"order" is required']],
    [{ order: 'many' }, ['"order" must be a number']],
    [{ order: '0x10' }, ['"order" must be a number']],
    [{ order: Number.NaN }, ['"order" must be a number']],
    [{ order: 1, note: 'x'.repeat(LONGEST_INPUT + 1) }, ['"note" must be a text of at most 4000 characters']],
    [{ order: 1, note: { a: 1 } }, ['"note" must be a text of at most 4000 characters']],
    [{ order: 1, urgent: 'maybe' }, ['"urgent" must be true or false']],
    [{ order: 1, flow: 'another' }, ['the flow has no input "flow"']],
    [JSON.parse('{"order": 1, "__proto__": {"note": "x"}}'), ['the flow has no input "__proto__"']],
  ])('%j is refused', (given, problems) => {
    expect(readCallInput(inputs, given)).toEqual({ problems });
  });

  test('is shown to a model as JSON Schema, which it can not get around', () => {
    const schema = callInputSchema(inputs);
    expect(z.toJSONSchema(schema)).toMatchObject({
      type: 'object',
      properties: {
        order: { type: 'number', description: 'The order number' },
        note: { type: 'string', maxLength: LONGEST_INPUT },
        urgent: { type: 'boolean' },
      },
      required: ['order'],
      additionalProperties: false,
    });
    expect(schema.safeParse({ order: '17' }).success).toBe(false);
    expect(schema.safeParse({ order: 17, flow: 'another' }).success).toBe(false);
  });
});
