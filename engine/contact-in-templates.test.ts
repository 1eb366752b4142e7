import { expect, test } from 'vitest';
import { z } from 'zod';
import { NodeCatalogue } from './catalogue.ts';
import { compilePlan } from './compile.ts';
import type { TriggerEvent } from './event.ts';
import { graphSchema } from './graph.ts';
import type { NodeContext, NodeResult } from './node-type.ts';
import { describeNode, fired } from './node-type.ts';
import type { Contact, NodeServices } from './services.ts';
import { noServices } from './testing/fake-nodes.ts';
import { MemoryJournal, SimulatedCrash } from './testing/memory-journal.ts';
import { runFlow } from './testing/run-flow.ts';
import { validateGraph } from './validate.ts';

const sent: string[] = [];

const catalogue = new NodeCatalogue();
const base = { version: 1, name: 'Test', summary: 'Test.', icon: 'box', outputs: [{ id: 'out' }] };
catalogue.register(
  class Trigger {
    static description = describeNode({
      ...base,
      type: 'trigger.test',
      category: 'trigger',
      kind: 'trigger',
      config: z.object({}),
    });
    matches(_event: TriggerEvent) {
      return true;
    }
    async run(): Promise<NodeResult> {
      return fired('out', {});
    }
  },
);
catalogue.register(
  class Say {
    static description = describeNode({
      ...base,
      type: 'test.say',
      category: 'other',
      kind: 'step',
      config: z.object({ text: z.string().default('Hello {{ contact.username }}') }),
    });
    async run({ config, effect }: NodeContext<{ text: string }>): Promise<NodeResult> {
      await effect(
        'say',
        async () => {
          sent.push(config.text);
          return null;
        },
        {
          describe: config.text,
          dryRunResult: null,
          reconcile: async () =>
            sent.includes(config.text) ? { done: true, result: null } : { done: false },
        },
      );
      return fired('out', { text: config.text });
    }
  },
);

const graphOf = (...texts: (string | undefined)[]) =>
  graphSchema.parse({
    nodes: [
      { id: 'start', type: 'trigger.test', name: 'Start' },
      ...texts.map((text, index) => ({
        id: `say${index}`,
        type: 'test.say',
        name: `Say ${index}`,
        config: text === undefined ? {} : { text },
      })),
    ],
    edges: texts.map((_, index) => ({
      id: `e${index}`,
      source: index === 0 ? 'start' : `say${index - 1}`,
      target: `say${index}`,
    })),
  });

function contacts(contact: () => Contact | null): { services: NodeServices; reads: () => number } {
  let reads = 0;
  const services = {
    ...Object.create(noServices),
    contacts: {
      read: async () => {
        reads += 1;
        return contact();
      },
    },
  };
  return { services, reads: () => reads };
}

const mia: Contact = { id: '1', username: 'mia', name: 'Mia', fields: { email: 'a@b.c' }, tags: ['x', 'y'] };
const input = { triggerNodeId: 'start' };

test('templates read the contact, its defaults too', async () => {
  const graph = graphOf(
    undefined,
    '{{ contact.fields.email }} {{ contact.tags }}',
    '{{ contact.fields.none }}!',
  );
  expect(validateGraph(graph, catalogue)).toEqual([]);
  const { services } = contacts(() => mia);
  const run = await runFlow(graph, { catalogue, input, ports: { services } });
  const texts = [0, 1, 2].map((index) => run.step(`say${index}`)?.output);
  expect(texts).toEqual([{ text: 'Hello mia' }, { text: 'a@b.c x, y' }, { text: '!' }]);
});

test('only steps that name it look it up', async () => {
  const graph = graphOf('Nothing', 'The word contact', '{{ trigger.contact }}', '{{ contact.name }}');
  const { services, reads } = contacts(() => mia);
  await runFlow(graph, { catalogue, input, ports: { services } });
  expect(reads()).toBe(1);
  const plan = compilePlan(graph, catalogue);
  expect(plan.nodes.map(({ readsContact }) => readsContact)).toEqual([false, false, false, false, true]);
});

test('without a person it renders as nothing', async () => {
  const { services } = contacts(() => null);
  const run = await runFlow(graphOf('<{{ contact.name }}>'), { catalogue, input, ports: { services } });
  expect(run.step('say0')?.output).toEqual({ text: '<>' });
});

test('a step that goes on after a crash sees the contact as it saw it before', async () => {
  sent.length = 0;
  for (const isWritten of [true, false]) {
    for (let atWrite = 1; atWrite <= 5; atWrite++) {
      const before = sent.length;
      const name = `v${atWrite}${isWritten}`;
      let version = 0;
      const { services } = contacts(() => ({ ...mia, name: `${name}-${version++}` }));
      const journal = new MemoryJournal({ atWrite, isWritten });
      const options = { catalogue, input, journal, ports: { services } };
      const graph = graphOf('{{ contact.name }}');
      await runFlow(graph, options).catch((error: unknown) => {
        if (!(error instanceof SimulatedCrash)) throw error;
        journal.restart();
        return runFlow(graph, options);
      });
      expect({ name, sent: sent.length - before }).toEqual({ name, sent: 1 });
    }
  }
});
