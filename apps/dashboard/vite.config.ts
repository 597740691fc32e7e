import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { islesPlugin } from './isles.plugin.ts';

export default defineConfig({
  plugins: [svelte(), islesPlugin()],
  build: {
    target: 'es2022',
    // The page is served under `default-src 'self'`: nothing may become a data: URL or an inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // How long each plugin took is no warning.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  worker: { format: 'es' },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8080', '/health': 'http://127.0.0.1:8080' },
  },
});
