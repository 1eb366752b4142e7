import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Installation } from './support/installation.ts';
import { describeShapes, startInstallation } from './support/installation.ts';
import type { Owner } from './support/owner.ts';
import { setUpOwner } from './support/owner.ts';
import { waitUntil } from './support/wait-until.ts';

describeShapes('a conversation in the sandbox', (shape) => {
  let installation: Installation;
  let owner: Owner;
  beforeAll(async () => {
    installation = await startInstallation(shape);
    owner = await setUpOwner(installation.url);
  });
  afterAll(() => installation.remove());

  /** What the account wrote to the person, once it is so much. */
  const untilWritten = (username: string, count: number) =>
    waitUntil(`${count} messages to ${username}`, async () => {
      const items = await owner.timeline();
      const person = items.find(({ from }) => from.username === username)?.from.id;
      const texts = items
        .filter(({ kind, author, to }) => kind === 'message' && author === 'account' && to?.id === person)
        .map(({ text }) => text);
      return texts.length >= count && texts;
    });

  it.each(['undisturbed', 'over kill -9 while it waits'])('collects an e-mail address, %s', async (how) => {
    const username = how === 'undisturbed' ? 'lena' : 'tom';
    const { graph } = await owner.template('collect-email');
    const flow = await owner.publish(`Collect, ${how}`, graph);
    const restart = async () => {
      if (how === 'undisturbed') return;
      await installation.kill();
      await installation.start();
    };
    const comment = await owner.comment('GUIDE please', username);
    const { id } = await owner.untilHandled(flow.id, comment, 'waiting');
    await restart();
    await owner.message('Yes', username);
    await untilWritten(username, 2);
    await owner.untilStatus(id, 'waiting');
    await restart();
    await owner.message('my mail', username);
    await untilWritten(username, 3);
    await owner.untilStatus(id, 'waiting');
    await restart();
    await owner.message(`${username}@example.com`, username);
    const { steps } = await owner.untilStatus(id, 'succeeded');
    const outputOf = (nodeId: string) => steps.find((step) => step.nodeId === nodeId)?.output;
    expect(outputOf('answer')).toMatchObject({ text: 'Yes' });
    expect(outputOf('email')).toMatchObject({ value: `${username}@example.com`, tries: 2 });
    expect(outputOf('tag')).toEqual({ tags: ['newsletter'] });
    const texts = await untilWritten(username, 4);
    expect(texts).toHaveLength(4);
    expect(texts.at(-1)).toContain(`for=${username}%40example.com`);
    await owner.unpublish(flow.id);
  });
});
