import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env['FLOVYN_SERVER_URL'] ?? 'http://127.0.0.1:8000';
const apiKey = process.env['FLOVYN_API_KEY'] ?? 'flovyn_sk_dev_admin';

export default defineConfig({
  plugins: [react()],
  server: {
    // The key stays on this side: a page that anybody can open must not carry it.
    proxy: {
      '/api': { target: server, changeOrigin: true, headers: { authorization: `Bearer ${apiKey}`, origin: server } },
    },
  },
});
