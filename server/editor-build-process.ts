import { join } from 'node:path';
import { build } from 'vite';

/** `node editor-build-process.ts <root of the package> <folder for the build>`; see editor-build.ts. */
const [root = '', outDir = ''] = process.argv.slice(2);
await build({
  root: join(root, 'editor'),
  configFile: join(root, 'vite.config.ts'),
  logLevel: 'error',
  build: { outDir, emptyOutDir: true },
});
