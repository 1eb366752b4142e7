import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * `node bench/top-functions.ts <file.cpuprofile>`: where a process spent its time, as `BENCH_PROFILE=<folder> npm run bench`
 * wrote it: by function, and by part of the program.
 */
const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
type Profile = z.output<typeof profileSchema>;

export type SelfTime = { name: string; ms: number; share: number };

/** Time in a function itself, without those that it calls; shares are of the time that was not idle. */
export function selfTimes(profile: Profile, nameOf: (frame: Frame) => string): SelfTime[] {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const microseconds = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (!frame || IDLE.has(frame.functionName)) return;
    const name = nameOf(frame);
    microseconds.set(name, (microseconds.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0));
  });
  const busy = [...microseconds.values()].reduce((sum, time) => sum + time, 0);
  return [...microseconds]
    .map(([name, time]) => ({ name, ms: time / 1e3, share: time / busy }))
    .toSorted((a, b) => b.ms - a.ms);
}

type Frame = Profile['nodes'][number]['callFrame'];

const IDLE = new Set(['(idle)', '(root)']);

const functionOf = (frame: Frame) =>
  frame.url === ''
    ? frame.functionName || '(native)'
    : `${frame.functionName || '(anonymous)'} ${partOf(frame)} :${frame.lineNumber + 1}`;

/** Our folder, the package, or Node's own module. */
function partOf({ url, functionName }: Frame): string {
  const ownPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url)?.[1];
  if (ownPackage) return ownPackage;
  if (url.startsWith('node:')) return url;
  return url === '' ? functionName || '(native)' : url.replace(/^.*?\/(?=(engine|nodes|server)\/)/, '');
}

if (import.meta.main) {
  for (const path of process.argv.slice(2)) {
    const profile = profileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    console.log(path);
    for (const [title, nameOf, count] of [
      ['by function', functionOf, 25],
      ['by part', partOf, 20],
    ] as const) {
      const rows = selfTimes(profile, nameOf).slice(0, count);
      console.log(`\n${title}`);
      for (const { name, ms, share } of rows) {
        console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${ms.toFixed(0).padStart(6)} ms  ${name}`);
      }
    }
  }
}
