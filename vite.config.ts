import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The editor: sources in editor/, built into dist/editor, served by the server. For development see server/dev.ts. */
export default defineConfig({
  root: 'editor',
  plugins: [react(), tailwindcss()],
  build: { outDir: '../dist/editor', emptyOutDir: true, target: 'es2023' },
});
