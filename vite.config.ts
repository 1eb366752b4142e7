import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The editor: sources in editor/, built into dist/editor, served by the server. `npm run dev` proxies to it. */
export default defineConfig({
  root: 'editor',
  plugins: [react(), tailwindcss()],
  build: { outDir: '../dist/editor', emptyOutDir: true, target: 'es2023' },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/node-types', '/webhooks', '/healthz', '/readyz'].map((path) => [
        path,
        'http://127.0.0.1:3000',
      ]),
    ),
  },
});
