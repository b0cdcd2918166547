import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const nester = process.env.AERIE_URL ?? 'http://127.0.0.1:3000';

// biome-ignore lint/style/noDefaultExport: Vite reads its configuration from the default export
export default defineConfig({
  plugins: [react()],
  build: {
    // The content security policy allows neither inline scripts nor fonts from data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 400,
  },
  server: { proxy: { '/api': { target: nester, ws: true } } },
});
