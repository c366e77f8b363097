import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const server = `http://127.0.0.1:${process.env['SERVER_PORT'] ?? '8000'}`;

/** To the server a request through the proxy must look like one from its own page. */
const toServer = {
  target: server,
  changeOrigin: true,
  headers: { origin: server },
};

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@flovyn/source', ...defaultClientConditions] },
  build: {
    // The server's policy is `script-src 'self'`: nothing may be inlined, the preload helper included.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': toServer, '/_': toServer } },
});
