import { expect, it } from 'vitest';
import { describeOnStage } from '../support/stage.ts';
import { flawless } from '../support/tally.ts';
import { chaosLines, runChaos } from './run-chaos.ts';

const WEBHOOKS = 600;

describeOnStage('chaos', ['scaled', 'embedded'], (shape) => {
  it('loses nothing and does nothing twice', { timeout: 600_000 }, async () => {
    const lines: string[] = [];
    const report = await runChaos({
      shape,
      webhooks: WEBHOOKS,
      people: 100,
      perSecond: 30,
      everySeconds: 3,
      seed: 11,
      log: (line) => lines.push(line),
    });
    console.log(chaosLines(report).join('\n'));
    expect(report, lines.join('\n')).toMatchObject(flawless(WEBHOOKS));
    expect(Object.keys(report.blows).length).toBeGreaterThan(0);
  });
});
