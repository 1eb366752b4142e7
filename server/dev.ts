import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createServer } from 'vite';
import { loadDotEnv, readConfig } from './config.ts';
import { PROJECT_ROOT } from './editor-build.ts';

/**
 * `npm run dev`: the server, started again whenever one of its files changes, and in front of it Vite, which serves the
 * editor from its sources and passes everything else on.
 */
loadDotEnv();
const { PORT, HOST } = readConfig(process.env);
const target = `http://${HOST}:${PORT}`;

const server = spawn(
  process.execPath,
  ['--watch', '--watch-preserve-output', join(PROJECT_ROOT, 'server/start.ts'), '--without-editor'],
  { stdio: 'inherit', env: process.env },
);

const vite = await createServer({
  root: join(PROJECT_ROOT, 'editor'),
  configFile: join(PROJECT_ROOT, 'vite.config.ts'),
  server: {
    proxy: {
      ...Object.fromEntries(
        ['/api', '/node-types', '/webhooks', '/healthz', '/readyz'].map((path) => [path, target]),
      ),
      '/ws': { target, ws: true },
    },
  },
});
await vite.listen();
process.stdout.write(`Replygraph's editor, served from its sources: ${vite.resolvedUrls?.local[0]}\n`);

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, async () => {
    await vite.close();
    server.kill(name);
  });
}
server.on('exit', (code) => process.exit(code ?? 0));
