import { describe, expect, it } from 'vitest';
import { createFlowStore } from './flow-store.ts';
import { changeNode, nudge } from './graph-edit.ts';
import { testGraph, testTypeMap as types } from './testing/node-types.ts';

function openStore() {
  const clock = { now: 0 };
  const store = createFlowStore({ name: 'Flow', graph: testGraph() }, () => clock.now);
  const type = (text: string) =>
    store.getState().edit((graph) => changeNode(graph, 'reply', { config: { text } }, types), 'reply.text');
  const text = () => store.getState().graph.nodes[2]?.config.text;
  return { store, clock, type, text, history: () => store.temporal.getState() };
}

describe('undo', () => {
  it('goes back and forth through more than a hundred steps', () => {
    const { store, history } = openStore();
    for (let step = 0; step < 150; step++) {
      store.getState().edit((graph) => nudge(graph, new Set(['reply']), { x: 8, y: 0 }));
    }
    history().undo(150);
    expect(store.getState().graph).toEqual(testGraph());
    history().redo(150);
    expect(store.getState().graph.nodes[2]?.position.x).toBe(640 + 150 * 8);
  });

  it('takes a burst of typing back as one step', () => {
    const { clock, type, text, history } = openStore();
    for (const word of ['H', 'Hi', 'Hi!']) {
      clock.now += 100;
      type(word);
    }
    expect(history().pastStates).toHaveLength(1);
    history().undo();
    expect(text()).toContain('Thanks');
    history().redo();
    expect(text()).toBe('Hi!');
  });

  it('starts a new step after a pause and in another field', () => {
    const { store, clock, type, history } = openStore();
    type('Hi');
    clock.now += 5_000;
    type('Hi you');
    store.getState().rename('Other');
    type('Hi you there');
    expect(history().pastStates).toHaveLength(4);
  });

  it('does not lose what was undone into when typing goes on', () => {
    const { type, text, history } = openStore();
    type('Hi');
    history().undo();
    type('Hello');
    history().undo();
    expect(text()).toContain('Thanks');
  });

  it('records nothing for an edit that changes nothing', () => {
    const { store, history } = openStore();
    store.getState().edit((graph) => graph);
    expect(history().pastStates).toHaveLength(0);
  });
});
