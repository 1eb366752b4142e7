import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { VARIABLES } from '../server/config.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const KUBERNETES = `${ROOT}deploy/kubernetes`;

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const manifests = readdirSync(KUBERNETES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => `deploy/kubernetes/${path}`);
const composeFiles = ['docker-compose.yml', 'deploy/compose-https.yml'];

/** For the containers around ours. */
const COMPOSE_ONLY = ['POSTGRES_PASSWORD', 'PUBLISH_ADDRESS', 'PUBLISH_PORT', 'SITE_ADDRESS'];
const FOREIGN_CONTAINERS = ['POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB', 'SITE_ADDRESS'];

/** Names of the first group of every match. */
const namesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

describe('variables', () => {
  test.each(composeFiles)('%s sets and asks for variables that exist', (path) => {
    const text = read(path);
    const set = namesIn(text, /^\s+([A-Z][A-Z_]+): /gm);
    expect(set.length).toBeGreaterThan(0);
    expect([...VARIABLES, ...FOREIGN_CONTAINERS]).toEqual(expect.arrayContaining(set));
    expect([...VARIABLES, ...COMPOSE_ONLY]).toEqual(expect.arrayContaining(namesIn(text, /\$\{([A-Z_]+)/g)));
  });

  test('ConfigMap, Secret and pods set variables that exist', () => {
    const set = manifests.flatMap((path) => [
      ...namesIn(read(path), /^ {2}([A-Z][A-Z_]+): /gm),
      ...namesIn(read(path), /- name: ([A-Z][A-Z_]+)$/gm),
      ...namesIn(read(path), /FromEnv: ([A-Z_]+)$/gm),
    ]);
    expect(set).toEqual(expect.arrayContaining(['DATABASE_URL', 'ROLE', 'PUBLIC_URL']));
    expect(VARIABLES).toEqual(expect.arrayContaining(set));
  });
});

describe('manifests', () => {
  test.each([...manifests, ...composeFiles])('%s is indented by two and has no tabs', (path) => {
    for (const line of read(path).split('\n')) {
      expect(line).not.toContain('\t');
      expect(/^ */.exec(line)?.[0].length ?? 0, line).toSatisfy((spaces: number) => spaces % 2 === 0);
    }
  });

  test.each(manifests)('%s has kinds with names', (path) => {
    for (const document of read(path).split(/^---$/m)) {
      expect(document).toMatch(/^apiVersion: \S+$/m);
      expect(document).toMatch(/^kind: \w+$/m);
      if (!path.endsWith('kustomization.yaml')) expect(document).toMatch(/^metadata:\n {2}name: \S+$/m);
    }
  });

  test('every file that a kustomization names is there, and every manifest is named', () => {
    const named = manifests
      .filter((path) => path.endsWith('kustomization.yaml'))
      .flatMap((path) => {
        const folder = path.slice(0, path.lastIndexOf('/'));
        return namesIn(read(path), /^ {2}- (\S+\.yaml)$/gm).map((name) => `${folder}/${name}`);
      });
    const others = manifests.filter((path) => !/kustomization|example/.test(path));
    expect(named.toSorted()).toEqual(others.toSorted());
  });

  test.each(['server', 'worker'])('the %s stops, starts and is asked as the process behaves', (role) => {
    const text = read(`deploy/kubernetes/${role}.yaml`);
    expect(text).toMatch(/startupProbe:\s+httpGet:\s+path: \/healthz/);
    expect(text).toMatch(/livenessProbe:\s+httpGet:\s+path: \/healthz/);
    expect(text).toMatch(/readinessProbe:\s+httpGet:\s+path: \/readyz/);
    const pause = Number(/command: \["sleep", "(\d+)"\]/.exec(text)?.[1] ?? 0);
    const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(text)?.[1]);
    expect(grace).toBeGreaterThanOrEqual(pause + stopSeconds());
  });

  test('containers of compose get the time that a stop takes', () => {
    const grace = Number(/stop_grace_period: (\d+)s/.exec(read('docker-compose.yml'))?.[1]);
    expect(grace).toBeGreaterThanOrEqual(stopSeconds());
  });

  test.skipIf(spawnSync('kubectl', ['version', '--client']).status !== 0)(
    'kustomize puts them together, with each way of autoscaling too',
    () => {
      for (const component of [null, 'keda-postgresql', 'keda-prometheus']) {
        const rendered = kustomize(component);
        expect(namesIn(rendered, /^kind: (\w+)$/gm)).toEqual(
          expect.arrayContaining(['ConfigMap', 'Deployment', 'Ingress', 'PodDisruptionBudget', 'Service']),
        );
        expect(/kind: ScaledObject/.test(rendered)).toBe(component !== null);
        // Two that set the number of workers would fight.
        expect(/^ {2}replicas: 2$/m.test(rendered)).toBe(component === null);
      }
    },
  );
});

/** How long a process takes to stop at most (server/start.ts). */
function stopSeconds(): number {
  const milliseconds = /STOP_WITHIN_MS = ([\d_]+)/.exec(read('server/start.ts'))?.[1] ?? '';
  return Number(milliseconds.replaceAll('_', '')) / 1_000;
}

/** The manifests with a component, through an overlay in a folder of its own. */
function kustomize(component: string | null): string {
  const overlay = mkdtempSync(join(tmpdir(), 'replygraph-kustomize-'));
  try {
    const path = (folder: string) => relative(realpathSync(overlay), folder);
    const components = component ? `components:\n  - ${path(`${KUBERNETES}/components/${component}`)}\n` : '';
    writeFileSync(
      join(overlay, 'kustomization.yaml'),
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ${path(KUBERNETES)}\n${components}`,
    );
    const { stdout, stderr, status } = spawnSync('kubectl', ['kustomize', overlay], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return stdout;
  } finally {
    rmSync(overlay, { recursive: true });
  }
}
