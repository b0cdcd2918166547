import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const nester = process.env.AERIE_URL ?? 'http://127.0.0.1:3000';

/** Writes each script and style compressed beside itself, so that no server compresses it again at each request. */
function precompressed(): Plugin {
  return {
    name: 'precompressed',
    apply: 'build',
    writeBundle: ({ dir }) => {
      const assets = join(dir!, 'assets');
      for (const name of readdirSync(assets)) {
        if (!/\.(?:js|css|svg)$/.test(name)) continue;
        const body = readFileSync(join(assets, name));
        writeFileSync(join(assets, `${name}.gz`), gzipSync(body, { level: 9 }));
        writeFileSync(
          join(assets, `${name}.br`),
          brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }),
        );
      }
    },
  };
}

/** What a first visit may cost, in KB (gzip): of Nester's pages, and of a probe's own, which may come over a thin line. */
const budgets = { nester: { js: 250, css: 40 }, probe: { js: 120, css: 20 } };

/** Says what the first load weighs: the entry, what it imports at once, and their styles; and fails when it is too much. */
function firstLoad(budget: { js: number; css: number }): Plugin {
  return {
    name: 'first-load',
    apply: 'build',
    generateBundle: (_, bundle) => {
      const entry = Object.values(bundle).find(each => each.type === 'chunk' && each.isEntry);
      if (entry?.type !== 'chunk') return;
      const files = new Set([entry.fileName]);
      for (const name of files) {
        const chunk = bundle[name];
        if (chunk?.type !== 'chunk') continue;
        for (const each of [...chunk.imports, ...(chunk.viteMetadata?.importedCss ?? [])]) files.add(each);
      }
      const weight = (extension: string) => {
        let bytes = 0;
        for (const name of files) {
          const file = bundle[name];
          if (file && name.endsWith(extension)) bytes += gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length;
        }
        return bytes / 1000;
      };
      const [js, css] = [weight('.js'), weight('.css')];
      console.log(`first load: ${js.toFixed(1)} KB of JavaScript, ${css.toFixed(1)} KB of CSS (gzip)`);
      if (js > budget.js || css > budget.css) throw new Error(`the first load may weigh ${budget.js} KB and ${budget.css} KB`);
    },
  };
}

// biome-ignore lint/style/noDefaultExport: Vite reads its configuration from the default export
export default defineConfig(({ mode }) => ({
  plugins: [react(), firstLoad(mode === 'probe' ? budgets.probe : budgets.nester), precompressed()],
  build: {
    // Two builds, so that each has its own files: what a probe ships holds nothing of Nester's pages.
    rolldownOptions: { input: mode === 'probe' ? 'probe.html' : 'index.html' },
    // The content security policy allows neither inline scripts nor fonts from data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': { target: nester, ws: true } } },
}));
